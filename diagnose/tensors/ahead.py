"""Summarises the large tensors of a file before anybody asks for them, in the order of the file, in two processes."""

from __future__ import annotations

import io
import math
import os
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from diagnose.tensors.early import News
from diagnose.tensors.quick import FORMATS
from diagnose.tensors.records import Damaged, Dense, Record
from diagnose.tensors.summary import CHUNK, PREADV, Scanner, identity

WORTHWHILE = 32 << 20  # bytes; what is smaller is read before news of it could be
SHARED = 512 << 20  # bytes; below this a second process costs more than it saves

Wanted = tuple[str, Record, bool]  # a tensor by its name, and whether it is to be looked at closely
Large = tuple[str, Dense, bool]


def scan_ahead(scanner: Scanner, wanted: Iterable[Wanted], path: Path, unsafe: tuple[str, ...] = ()) -> None:
    """Let ``scanner`` know the summaries of ``wanted``, the large ones shared with a second process.

    What cannot be read is left for the scanner to find out when it is asked. What is alarming is told on the way.
    """
    waiting: dict[Any, Large] = {}
    for name, one, closely in wanted:
        if isinstance(one, Dense) and _is_simple(one):
            waiting.setdefault(identity(one), (name, one, closely))
    whole = sum(one.extent for _, one, _ in waiting.values())
    if whole < WORTHWHILE:
        return
    news = News(path)
    news.unsafe(unsafe)
    todo = deque(sorted(waiting.values(), key=_place))
    if whole >= SHARED and PREADV and (os.cpu_count() or 1) > 1:
        _together(scanner, todo, news)
    while todo:
        _summarise(scanner, todo.popleft(), news)


def _together(scanner: Scanner, todo: deque[Large], news: News) -> None:
    """Work through ``todo`` with a partner, until it is done or the partner gone."""
    from diagnose.tensors.partner import Partner  # what it needs takes a while to import

    block = todo[0][1].storage.bytes_there()
    assert block is not None  # the large ones lie in one real file
    partner = Partner(block.file)
    try:
        while todo and not partner.gone:
            while todo and partner.has_room:
                scanner.allowance.spend(todo[0][1].extent)
                partner.give(todo.popleft())
            if todo:
                _summarise(scanner, todo.popleft(), news)
            for (name, record, closely), found in partner.answers(wait=not todo):
                if found is not None:
                    scanner.learn(record, found, closely=closely)
                    news.summarised(name, found)
    except Damaged:
        todo.clear()  # nothing is left to spend: the scanner says so when it is asked
    finally:
        partner.end()


def _summarise(scanner: Scanner, large: Large, news: News) -> None:
    name, record, closely = large
    with suppress(Damaged, OSError):  # said when it is asked for
        news.summarised(name, scanner.summary(name, record, closely=closely))


def _is_simple(record: Dense) -> bool:
    """Whether it is of a fast type, large, and lies whole in a real file."""
    block = record.storage.bytes_there()
    return (
        record.dtype in FORMATS
        and math.prod(record.shape) > CHUNK // 64
        and block is not None
        and isinstance(block.file, io.BufferedReader)
        and record.extent <= block.size
    )


def _place(large: Large) -> int:
    record = large[1]
    block = record.storage.bytes_there()
    return block.start + record.offset if block is not None else 0
