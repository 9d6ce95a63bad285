"""Keep the index in a file of the user's cache folder, so that a question reads only the terms it names."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from array import array
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from kb import library, printed
from kb.ask import evidence, fields, index, terms
from kb.ask.evidence import Said, Sign
from kb.ask.index import Index, Names, Term
from kb.library import Library

_LAYOUT = 8  # raise it when what is kept changes, so that files of older versions are made anew
SHIPPED = Path(__file__).with_name("index.sqlite")  # made when a wheel is built; a clone has none
_SHIPPED = f"{_LAYOUT} shipped"
_APART = chr(0x10FFFF)  # a number no page has so many names for
_Key = TypeVar("_Key", str, int)
_Value = TypeVar("_Value")


def load(pages: Library, folder: Path = library.BUILT_IN, cache: Path | None = None) -> Index:
    """The index of the entries ``pages`` of ``folder``; ``cache`` is the folder the file is kept in.

    A file that is missing, damaged, out of date or cannot be written costs time, never an answer.
    """
    folders = [*map(str, library.layers(folder))]
    file, signature = SHIPPED, _SHIPPED
    if folders != [printed.BUILT_IN] or not SHIPPED.exists():
        file = Path(printed.place(folders, str(cache or ""), "index", "sqlite"))
        signature = f"{_LAYOUT} {_code()} {printed.signature(folders)}"
    with contextlib.suppress(sqlite3.Error, ValueError, KeyError, TypeError, OSError):
        if file.exists():
            return _open(file, signature)
    whole = index.build(pages.values())
    with contextlib.suppress(sqlite3.Error, OSError, ValueError):
        _keep(file, signature, whole)
    return whole


def ship(file: Path) -> None:
    """Write the index of the built-in entries into ``file``, for the wheel."""
    _keep(file, _SHIPPED, index.build(library.load().values()))


class _Rows(Mapping[_Key, _Value]):
    """A table of the file as a mapping that reads a row when it is first asked for."""

    def __init__(self, base: sqlite3.Connection, table: str, columns: str, read: Callable[..., _Value]) -> None:
        self._base, self._table, self._read = base, table, read
        self._row = f"SELECT {columns} FROM {table} WHERE key = ?"  # noqa: S608 - our own names
        self._seen: dict[_Key, _Value | None] = {}

    def get(self, key: _Key, default: Any = None) -> Any:
        if key not in self._seen:
            row = self._base.execute(self._row, (key,)).fetchone()
            self._seen[key] = self._read(*row) if row else None
        found = self._seen[key]
        return default if found is None else found

    def __getitem__(self, key: _Key) -> _Value:
        found: _Value | None = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def __contains__(self, key: object) -> bool:
        return self.get(key) is not None  # type: ignore[arg-type] # whatever it is, it is looked for

    def __iter__(self) -> Iterator[_Key]:
        return iter([key for (key,) in self._base.execute(f"SELECT key FROM {self._table}")])  # noqa: S608 - our own names

    def __len__(self) -> int:
        (count,) = self._base.execute(f"SELECT count(*) FROM {self._table}").fetchone()  # noqa: S608 - our own names
        return int(count)


def _open(file: Path, signature: str) -> Index:
    base = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    data = {key: json.loads(value) for key, value in base.execute("SELECT key, value FROM about")}
    if data["signature"] != signature:
        base.close()
        raise ValueError(file)
    return Index(
        ids=tuple(data["ids"]),
        kinds=tuple(data["kinds"]),
        errors=tuple((template, number) for template, number in data["errors"]),
        related=tuple(tuple(one) for one in data["related"]),
        table=_Rows(base, "term", "most, entries, worth, core", partial(_term, len(data["ids"]))),
        rarity=_Rows(base, "term", "length(entries)", partial(_rarity, len(data["ids"]))),
        names=_Rows(base, "name", "keys, masses, terms, holders", _names),
        keys=_Rows(base, "name", "keys", lambda joined: joined.split("\n")),
        called=_Rows(base, "called", "entries", lambda entries: array("I", entries)),
        said=Said(
            _Rows(base, "sign", "entries, times, total", _sign), array("d", data["said"]), data["kinds_of_signs"]
        ),
        words=_Rows(base, "word", "words", lambda joined: tuple(joined.split("\n"))),
    )


def _term(pages: int, most: float, entries: bytes, worth: bytes, core: bytes) -> Term:
    return Term(_rarity(pages, len(entries)), most, array("I", entries), array("f", worth), array("B", core))


def _rarity(pages: int, size: int) -> float:
    return index.rarity(size // array("I").itemsize, pages)


def _sign(entries: bytes, times: bytes, total: int) -> Sign:
    return Sign(array("I", entries), array("B", times), total)


def _names(keys: str, masses: bytes, held: str, holders: str) -> Names:
    return Names(keys.split("\n"), array("d", masses), dict(zip(held.split("\n"), holders.split(_APART), strict=True)))


def _row(number: int, one: Names) -> tuple[int, str, bytes, str, str]:
    holders = _APART.join(one.holders.values())
    return number, "\n".join(one.keys), array("d", one.masses).tobytes(), "\n".join(one.holders), holders


def _keep(file: Path, signature: str, whole: Index) -> None:
    """Write beside and move into place, so that two processes doing so at once do no harm."""
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    file.parent.mkdir(parents=True, exist_ok=True)
    beside.unlink(missing_ok=True)
    try:
        with contextlib.closing(sqlite3.connect(beside)) as base, base:
            base.executescript(
                "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
                "CREATE TABLE about(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
                "CREATE TABLE term(key TEXT PRIMARY KEY, most REAL, entries BLOB, worth BLOB, core BLOB)"
                " WITHOUT ROWID;"
                "CREATE TABLE sign(key TEXT PRIMARY KEY, entries BLOB, times BLOB, total INTEGER) WITHOUT ROWID;"
                "CREATE TABLE name(key INTEGER PRIMARY KEY, keys TEXT, masses BLOB, terms TEXT, holders TEXT);"
                "CREATE TABLE called(key TEXT PRIMARY KEY, entries BLOB) WITHOUT ROWID;"
                "CREATE TABLE word(key INTEGER PRIMARY KEY, words TEXT);"
            )
            about = {
                "signature": signature,
                "ids": whole.ids,
                "kinds": whole.kinds,
                "errors": whole.errors,
                "related": whole.related,
                "said": whole.said.lengths.tolist(),
                "kinds_of_signs": whole.said.kinds,
            }
            base.executemany(
                "INSERT INTO about VALUES (?, ?)", [(key, json.dumps(value)) for key, value in about.items()]
            )
            base.executemany(
                "INSERT INTO term VALUES (?, ?, ?, ?, ?)",
                [
                    (key, one.most, one.entries.tobytes(), one.worth.tobytes(), one.core.tobytes())
                    for key, one in sorted(whole.table.items())
                ],
            )
            base.executemany(
                "INSERT INTO sign VALUES (?, ?, ?, ?)",
                [
                    (key, one.entries.tobytes(), one.times.tobytes(), one.total)
                    for key, one in sorted(whole.said.signs.items())
                ],
            )
            base.executemany("INSERT INTO name VALUES (?, ?, ?, ?, ?)", map(_row, whole.names, whole.names.values()))
            base.executemany(
                "INSERT INTO called VALUES (?, ?)",
                [(key, array("I", entries).tobytes()) for key, entries in sorted(whole.called.items())],
            )
            base.executemany(
                "INSERT INTO word VALUES (?, ?)", [(n, "\n".join(words)) for n, words in whole.words.items()]
            )
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def _code() -> str:
    """Changes whenever the modules that make the index do, so that a newer version never reads an older one's file."""
    return " ".join(str(Path(module.__file__ or "").stat().st_mtime_ns) for module in (evidence, fields, index, terms))
