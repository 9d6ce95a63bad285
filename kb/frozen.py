"""The library with its names at hand and each page read only when asked for.

Reading every page takes longer than a person wants to wait for one. So the names are kept in a small
file in the user's cache folder, good as long as no page changed its size or time.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kb import library
from kb.entry import Entry
from kb.library import Library, Meaning

_LAYOUT = 1  # raise it when what is kept changes, so that files of older versions are made anew


def load(folder: Path = library.BUILT_IN, cache: Path | None = None) -> Library:
    """What `kb.library.load` gives, page by page on demand; ``cache`` is the folder for the names.

    A cache that is missing, damaged or cannot be written costs time, never an answer.
    """
    file = place(folder, cache)
    seen = signature(folder)
    kept = _kept(file, seen)
    if kept is not None:
        return Library(_Pages(folder), *kept)
    whole = library.load(folder)
    _keep(file, seen, whole)
    return whole


class _Pages(Mapping[str, Entry]):
    """The entries of a folder; a page is read when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._paths = {path.stem: path for path in library.files(folder)}
        self._read: dict[str, Entry] = {}

    def __getitem__(self, name: str) -> Entry:
        if name not in self._read:
            self._read[name] = library.read_entry(self._paths[name])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, name: object) -> bool:
        return name in self._paths


def place(folder: Path, cache: Path | None, what: str = "names", suffix: str = ".json") -> Path:
    """The file of the cache folder in which something is kept of the entries in ``folder``."""
    if cache is None:
        import platformdirs

        cache = platformdirs.user_cache_path("trainoscope")
    which = hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:16]
    return cache / f"{what}-{which}{suffix}"


def signature(folder: Path) -> str:
    """Changes whenever a page is added, removed or written."""
    seen = hashlib.sha256(str(_LAYOUT).encode())
    for path in [*library.files(folder), folder / library.AMBIGUOUS]:
        try:
            facts = path.stat()
        except OSError:
            continue
        seen.update(f"{path.name}/{path.parent.name}/{facts.st_mtime_ns}/{facts.st_size}\n".encode())
    return seen.hexdigest()


def _kept(file: Path, signature: str) -> tuple[dict[str, tuple[Meaning, ...]], tuple[tuple[str, str], ...]] | None:
    """The ambiguous words and the names, or None when they have to be made anew."""
    try:
        data: Any = json.loads(file.read_bytes())
        if data["signature"] != signature:
            return None
        names = tuple((str(name), str(entry)) for name, entry in data["names"])
        words = {str(word): tuple(Meaning(**one) for one in meanings) for word, meanings in data["ambiguous"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return words, names


def _keep(file: Path, signature: str, whole: Library) -> None:
    """Write beside and move into place, so that two processes doing so at once do no harm."""
    data = {
        "signature": signature,
        "names": list(whole.names()),
        "ambiguous": {
            word: [dataclasses.asdict(one) for one in meanings] for word, meanings in whole.ambiguous.items()
        },
    }
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        beside.replace(file)
    except OSError:
        return
