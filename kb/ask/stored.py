"""Keep the index in a file of the user's cache folder, so that a question reads only the terms it names."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from struct import Struct

from kb import beside, printed
from kb.ask import alike, evidence, fields, han, index, rows, scope, templates, terms, wordings
from kb.ask.evidence import Said, Sign
from kb.ask.index import Index, Names, Term
from kb.ask.rows import Rows
from kb.ask.scope import Elsewhere
from kb.ask.templates import Template, Templates
from kb.ask.wordings import Word, Wordings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from kb.collection import Library

_LAYOUT = 17  # raise it when what is kept changes, so that files of older versions are made anew
SHIPPED = beside.place(__file__, "index.bin")  # made when a wheel is built; a clone has none
_LISTS = ("alike.txt", "han.txt", scope.FILE, "stop.txt")
_SHIPPED = f"{_LAYOUT} shipped"
_TERM = Struct("=fI")  # the most it is worth, and how many entries hold it
_WORD = Struct("=I")  # how many pages have it in their templates
_SIGN = Struct("=IBI")  # how often it is said, of one entry at most, and how many entries are named


def load(pages: Library, folder: Path | None = None, cache: Path | None = None) -> Index:
    """The index of the entries ``pages`` of ``folder``; ``cache`` is the folder the file is kept in.

    A file that is missing, damaged, out of date or cannot be written costs time, never an answer.
    """
    folders = printed.layers(*([] if folder is None else [str(folder)]))
    file, signature = SHIPPED, _SHIPPED
    if folders != [printed.BUILT_IN] or not os.path.exists(SHIPPED):
        file = printed.place(folders, str(cache or ""), "index", "bin")
        signature = f"{_LAYOUT} {_code()} {printed.signature(folders)}"
    with contextlib.suppress(ValueError, KeyError, TypeError, OSError):
        if os.path.exists(file):
            return _open(file, signature)
    whole = index.build(pages.values())
    with contextlib.suppress(OSError, ValueError):
        _keep(file, signature, whole)
    return whole


def ship(file: Path) -> None:
    """Write the index of the built-in entries into ``file``, for the wheel."""
    from kb import library

    _keep(str(file), _SHIPPED, index.build(library.load().values()))


def _open(file: str, signature: str) -> Index:
    data, about = rows.opened(file)
    if about["signature"] != signature:
        data.close()
        raise ValueError(file)
    pages = len(about["ids"])

    def table(name: str, read: Callable[[bytes], Any]) -> Rows:
        return Rows(data, about["tables"][name], read)

    numbers = table("numbers", bytes)
    return Index(
        ids=tuple(about["ids"]),
        kinds=tuple(about["kinds"]),
        errors=Templates(
            table("templates", lambda row: Template(*json.loads(row))),
            table("parts", json.loads),
            table("said words", partial(array, "I")),
            array("I", numbers["letters"]),
        ),
        related=tuple(map(tuple, about["related"])),
        firsts=about["firsts"],
        table=table("terms", partial(_term, pages, _width(pages))),
        rarity=table("terms", partial(_rarity, pages)),
        names=table("names", _names),
        called=table("called", partial(array, "I")),
        asked=table("asked", partial(array, "I")),
        said=Said(table("signs", partial(_sign, _width(pages))), array("d", numbers["said"]), about["kinds_of_signs"]),
        elsewhere=Elsewhere(table("elsewhere", lambda row: int.from_bytes(row, sys.byteorder)), about["elsewhere"]),
        wordings=Wordings(
            table("wordings", _word), array("I", numbers["owners"]), array("d", numbers["masses"]), about["wordings"]
        ),
        words=table("words", _lines),
        heard=table("heard", _lines),
        alike=table("alike", json.loads),
    )


def _keep(file: str, signature: str, whole: Index) -> None:
    """Write beside and move into place, so that two processes doing so at once do no harm."""
    about = {
        "signature": signature,
        "ids": whole.ids,
        "kinds": whole.kinds,
        "related": whole.related,
        "firsts": whole.firsts,
        "kinds_of_signs": whole.said.kinds,
        "elsewhere": whole.elsewhere.whole,
        "wordings": whole.wordings.pages,
    }
    numbers = {  # thousands, which take a while to read as JSON
        "letters": array("I", whole.errors.letters),
        "said": whole.said.lengths,
        "owners": array("I", whole.wordings.owners),
        "masses": array("d", whole.wordings.masses),
    }
    width = _width(len(whole.ids))
    tables: dict[str, tuple[Any, Callable[[Any], bytes]]] = {
        "numbers": (numbers, array.tobytes),
        "templates": (whole.errors.every, lambda one: json.dumps([one.text, one.number, one.own, one.bare]).encode()),
        "parts": (whole.errors.parts, lambda parts: json.dumps(parts).encode()),
        "said words": (whole.errors.words, array.tobytes),
        "terms": (whole.table, partial(_of_term, width)),
        "names": (whole.names, _of_names),
        "called": (whole.called, _of_numbers),
        "asked": (whole.asked, _of_numbers),
        "signs": (whole.said.signs, partial(_of_sign, width)),
        "elsewhere": (whole.elsewhere.times, lambda times: times.to_bytes(4, sys.byteorder)),
        "wordings": (whole.wordings.words, lambda one: _WORD.pack(one.pages) + one.templates.tobytes()),
        "words": (whole.words, lambda words: "\n".join(words).encode()),
        "heard": (whole.heard, lambda words: "\n".join(words).encode()),
        "alike": (whole.alike, lambda words: json.dumps(words).encode()),
    }
    new = f"{file}.{os.getpid()}"
    os.makedirs(os.path.dirname(file), exist_ok=True)
    try:
        with open(new, "wb") as put:
            rows.write(put, about, tables)
        os.replace(new, file)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(new)


def _width(pages: int) -> str:
    """How the number of an entry is kept, as `array` names it."""
    return "H" if pages < 1 << 16 else "I"


def _of_term(width: str, one: Term) -> bytes:
    parts = (array(width, one.entries), one.worth, one.sentences, one.core)
    return _TERM.pack(one.most, len(one.entries)) + b"".join(parts)


def _term(pages: int, width: str, row: bytes) -> Term:
    most, held = _TERM.unpack_from(row)
    entries, core = _TERM.size, len(row) - held
    worth = entries + array(width).itemsize * held
    sentences = worth + 4 * held
    return Term(
        index.rarity(held, pages),
        most,
        array(width, row[entries:worth]),
        array("f", row[worth:sentences]),
        array("B", row[core:]),
        array("I", row[sentences:core]),
    )


def _rarity(pages: int, row: bytes) -> float:
    return index.rarity(_TERM.unpack_from(row)[1], pages)


def _of_sign(width: str, one: Sign) -> bytes:
    return _SIGN.pack(one.total, one.most, len(one.entries)) + array(width, one.entries).tobytes() + bytes(one.times)


def _sign(width: str, row: bytes) -> Sign:
    total, most, named = _SIGN.unpack_from(row)
    times = _SIGN.size + array(width).itemsize * named
    return Sign(array(width, row[_SIGN.size : times]), row[times:], total, most)


def _of_numbers(entries: Sequence[int]) -> bytes:
    return array("I", entries).tobytes()


def _lines(row: bytes) -> tuple[str, ...]:
    return tuple(row.decode().split("\n"))


def _word(row: bytes) -> Word:
    return Word(_WORD.unpack_from(row)[0], array("I", row[_WORD.size :]))


def _of_names(one: Names) -> bytes:
    said = "\0".join(("\n".join(one.keys), "\n".join(one.sounds), ""))
    return said.encode() + array("d", one.masses).tobytes()


def _names(row: bytes) -> Names:
    keys, sounds, masses = row.split(b"\0", 2)
    return Names(keys.decode().split("\n"), sounds.decode().split(), array("d", masses))


def _code() -> str:
    """Changes whenever what makes the index does, so that a newer version never reads an older one's file."""
    modules = (alike, evidence, fields, han, index, rows, scope, templates, terms, wordings)
    lists = (beside.place(__file__, name) for name in _LISTS)
    return " ".join(str(os.stat(file).st_mtime_ns) for file in (*(module.__file__ or "" for module in modules), *lists))
