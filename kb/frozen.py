"""The library with its names at hand and each page read only when asked for.

Reading every page takes longer than a person wants to wait for one. So the names are kept in a small
file in the user's cache folder, good as long as no page changed its size or time. A person's own pages
lie over the built-in ones (`kb.layers`).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kb import layers, library
from kb.entry import Entry
from kb.library import Library, Meaning
from kb.problem import Problem
from kb.text import Text

_LAYOUT = 2  # raise it when what is kept changes, so that files of older versions are made anew


def load(folder: Path = library.BUILT_IN, cache: Path | None = None) -> Library:
    """What `kb.layers.load` gives, page by page on demand; ``cache`` is the folder for the names.

    A cache that is missing, damaged or cannot be written costs time, never an answer.
    """
    file = place(folder, cache)
    seen = signature(folder)
    kept = _kept(file, seen)
    if kept is not None:
        words, names, problems = kept
        return Library(_Pages(folder, problems), words, names, problems)
    whole = layers.load(folder)
    _keep(file, seen, whole)
    return whole


class _Pages(Mapping[str, Entry]):
    """The entries of a folder and those beneath; a page is read when it is first asked for."""

    def __init__(self, folder: Path, problems: tuple[Problem, ...]) -> None:
        self._paths = layers.paths(folder, {str(one.path) for one in problems})
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
    """Changes whenever a page of ``folder`` or of one beneath is added, removed or written."""
    seen = hashlib.sha256(str(_LAYOUT).encode())
    for path in layers.watched(folder):
        try:
            facts = path.stat()
        except OSError:
            continue
        seen.update(f"{path}/{facts.st_mtime_ns}/{facts.st_size}\n".encode("utf-8", "surrogateescape"))
    return seen.hexdigest()


def _kept(
    file: Path, signature: str
) -> tuple[dict[str, tuple[Meaning, ...]], tuple[tuple[str, str], ...], tuple[Problem, ...]] | None:
    """The ambiguous words, the names and the problems, or None when they have to be made anew."""
    try:
        data: Any = json.loads(file.read_bytes())
        if data["signature"] != signature:
            return None
        names = tuple((str(name), str(entry)) for name, entry in data["names"])
        words = {str(word): tuple(Meaning(**one) for one in meanings) for word, meanings in data["ambiguous"].items()}
        problems = tuple(_problem(*one) for one in data["problems"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return words, names, problems


def _keep(file: Path, signature: str, whole: Library) -> None:
    """Write beside and move into place, so that two processes doing so at once do no harm."""
    data = {
        "signature": signature,
        "names": list(whole.names()),
        "problems": [_plain(one) for one in whole.problems],
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


def _plain(problem: Problem) -> list[Any]:
    hint = [problem.hint.en, problem.hint.zh] if problem.hint else None
    return [[problem.what.en, problem.what.zh], str(problem.path), problem.line, problem.column, hint]


def _problem(what: list[str], path: str, line: int | None, column: int | None, hint: list[str] | None) -> Problem:
    return Problem(Text(*what), path=path, line=line, column=column, hint=Text(*hint) if hint else None)
