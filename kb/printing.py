"""Prints a library: every name, title and laid-out page of it as the one file of text that `kb.printed` opens."""

from __future__ import annotations

import json
import os
from array import array
from binascii import crc32
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from kb import page, pairs, thaw
from kb.collection import Library
from kb.printed import APART, HEAD, NONE
from kb.problem import Problem
from kb.prose import Block
from kb.text import Lang, Text
from kb.words import fold, spaced

_LANGS: tuple[Lang, Lang] = ("en", "zh")


def text(library: Library, signature: str) -> bytes:
    """The file, which tells by ``signature`` what it was made from."""
    body = bytearray()

    def put(written: str | bytes) -> str:
        raw = written.encode(errors="replace") if isinstance(written, str) else written
        place = f"{len(body)} {len(raw)} {crc32(raw)}"
        body.extend(raw)
        return place

    names = [(_flat(name), found) for name, found in library.names()]
    cards = []
    for one in library.values():
        laid_out = (put(_blocks(page.blocks(one, library, lang))) for lang in _LANGS)
        cards.append(_row(one.id, one.kind, one.title, one.zh.title, *laid_out, put(thaw.frozen(one))))
    senses = [
        _row(word, one.en, one.zh, one.entry, "usual" * one.usual)
        for word, meanings in library.ambiguous.items()
        for one in meanings
    ]
    first = {fold(name): found for name, found in reversed(names)}  # of several the first counts, so it is put last
    known = [
        _column(map(APART.join, first.items())),
        _column(cards),
        _column(senses),
        json.dumps([_plain(one) for one in library.problems]).encode() if library.problems else b"",
    ]
    keys, words = [fold(name) for name, _ in names], [spaced(name) for name, _ in names]
    near = [_column(keys), _column(words), _column(name for name, _ in names), _column(found for _, found in names)]
    near.append(_column(_pairs(keys, words, near, put)))
    head = APART.join((HEAD, signature, _sizes(known), _sizes(near), _sizes([bytes(body)]))) + "\n"
    return b"".join((head.encode(), *known, *near, body))


def keep(file: str, data: bytes) -> bool:
    """Write beside and move into place, so that two processes doing so at once do no harm; False where one cannot."""
    beside = f"{file}.{os.getpid()}"
    try:
        Path(beside).write_bytes(data)
        Path(beside).replace(file)
    except OSError:
        return False
    return True


def may_keep(file: str) -> bool:
    """Whether it is worth printing at all: the folder of ``file`` can be made and written to."""
    folder = Path(file).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def problems(written: str) -> list[Problem]:
    """The files that were left out when the library was printed."""
    return [
        Problem(Text(*what), path=path, line=line, column=column, hint=Text(*hint) if hint else None)
        for what, path, line, column, hint in json.loads(written or "[]")
    ]


def _pairs(
    keys: Sequence[str], words: Sequence[str], columns: Sequence[bytes], put: Callable[[bytes], str]
) -> Iterator[str]:
    """Where it stands which of very many names hold a pair of letters, and before that where their lines begin."""
    if len(keys) <= pairs.MANY:
        return
    found, sizes = pairs.holders(keys, words)
    yield _row("", put(sizes), *(put(_starts(column)) for column in columns))
    yield from (_row(pair, put(names.tobytes())) for pair, names in found.items())


def _starts(column: bytes) -> bytes:
    """Where each line of a column begins, and where one behind the last would."""
    lengths = map(len, column.split(b"\n")[1:-1])
    return array("I", accumulate((length + 1 for length in lengths), initial=1)).tobytes()


def _plain(problem: Problem) -> list[object]:
    hint = [problem.hint.en, problem.hint.zh] if problem.hint else None
    return [[problem.what.en, problem.what.zh], str(problem.path), problem.line, problem.column, hint]


def _blocks(blocks: Iterable[Block]) -> str:
    return "\n".join(_row(one.style, NONE if one.lead is None else one.lead, one.text) for one in blocks)


def _sizes(columns: Sequence[bytes]) -> str:
    """The seal of some columns, and how long each is."""
    return " ".join(map(str, (crc32(b"".join(columns)), *map(len, columns))))


def _row(*fields: str) -> str:
    return APART.join(map(_flat, fields))


def _column(lines: Iterable[str]) -> bytes:
    return "".join(("\n", *(f"{line}\n" for line in lines))).encode(errors="replace")


def _flat(field: str) -> str:
    return field.replace(APART, "\ufffd").replace("\n", " ")
