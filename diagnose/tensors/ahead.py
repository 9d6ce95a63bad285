"""Summarises the large tensors of a file before anybody asks for them, in the order of the file, on two threads."""

from __future__ import annotations

import io
import math
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from diagnose.tensors.early import News
from diagnose.tensors.quick import FORMATS
from diagnose.tensors.records import Damaged, Dense, Record
from diagnose.tensors.summary import CHUNK, THREADABLE, Scanner, identity

THREADS = 2  # more would wait for memory
WORTHWHILE = 32 << 20  # bytes; below this a thread costs more than it saves

Wanted = tuple[str, Record, bool]  # a tensor by its name, and whether it is to be looked at closely
Large = tuple[str, Dense, bool]


def scan_ahead(scanner: Scanner, wanted: Iterable[Wanted], path: Path, unsafe: tuple[str, ...] = ()) -> None:
    """Let ``scanner`` know the summaries of ``wanted`` where two threads are sooner done with them than one.

    What cannot be read is left for the scanner to find out when it is asked. What is alarming is told on the way.
    """
    waiting: dict[Any, Large] = {}
    for name, one, closely in wanted:
        if isinstance(one, Dense) and _is_simple(one):
            waiting.setdefault(identity(one), (name, one, closely))
    if not THREADABLE or sum(one.extent for _, one, _ in waiting.values()) < WORTHWHILE:
        return
    news = News(path)
    news.unsafe(unsafe)
    todo = deque(sorted(waiting.values(), key=_place))
    others = [replace(scanner, buffer=bytearray(CHUNK), scratch=scanner.scratch.copy()) for _ in range(THREADS - 1)]
    threads = [threading.Thread(target=_work, args=(one, todo, news), daemon=True) for one in others]
    for thread in threads:
        thread.start()
    try:
        _work(scanner, todo, news)
    finally:
        todo.clear()  # after an interrupt nobody waits for the rest
        for thread in threads:
            thread.join()


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


def _work(scanner: Scanner, todo: deque[Large], news: News) -> None:
    while True:
        try:
            name, record, closely = todo.popleft()
        except IndexError:
            return
        try:
            news.summarised(name, scanner.summary(name, record, closely=closely))
        except (Damaged, OSError):
            continue
