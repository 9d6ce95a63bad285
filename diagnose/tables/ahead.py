"""Work on the pieces of a file ahead of the one who wants them, on several threads; numpy works without the lock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from diagnose.tables.digits import Bytes

T = TypeVar("T")
THREADS = 2  # of a machine's cores: a log is read in less than a second with two


def ahead(pieces: Iterable[str | Bytes], work: Callable[[Bytes], T]) -> Iterator[tuple[str | Bytes, T | None]]:
    """Every piece in order, those in bytes with what ``work`` made of them; few are under way at any time.

    A piece is not begun before the ``str`` ahead of it was handled, for what is in there may decide how to work.
    """
    waiting: deque[tuple[Bytes, Future[T]]] = deque()
    with ThreadPoolExecutor(THREADS) as pool:
        for piece in pieces:
            if isinstance(piece, str):
                while waiting:
                    first, made = waiting.popleft()
                    yield first, made.result()
                yield piece, None
                continue
            waiting.append((piece, pool.submit(work, piece)))
            if len(waiting) > THREADS:
                first, made = waiting.popleft()
                yield first, made.result()
        while waiting:
            first, made = waiting.popleft()
            yield first, made.result()
