"""Arrays that grow at their end, alone or as the columns of rows that come a few at a time."""

from __future__ import annotations

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from diagnose.run import Curve
from diagnose.tables.timeline import Ints

Kind = TypeVar("Kind", bound=np.generic)
ENOUGH = 4096  # rows that are filed together


class Growing(Generic[Kind]):
    """An array that grows at its end; room that is asked for and not used costs no memory."""

    def __init__(self, kind: type[Kind]) -> None:
        self._all: NDArray[Kind] = np.empty(0, kind)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def held(self) -> NDArray[Kind]:
        """What is in it so far."""
        return self._all[: self._count]

    def room(self, count: int) -> None:
        """Make room for so many in all."""
        if count > len(self._all):
            wider = np.empty(count, self._all.dtype)
            wider[: self._count] = self.held
            self._all = wider

    def add(self, more: NDArray[Kind]) -> None:
        """Put some behind the last."""
        stop = self._count + len(more)
        if stop > len(self._all):
            self.room(max(stop, 4 * self._count))
        self._all[self._count : stop] = more
        self._count = stop


class Rows:
    """Lines by their numbers, and as many values on each: blocks int64 [n] and float64 [n, values], put together.

    The columns are held apart, so that each can be let go; of few rows the blocks are.
    """

    def __init__(self) -> None:
        self._blocks: list[tuple[Ints, Curve]] = []
        self._waiting = 0
        self._lines = Growing(np.int64)
        self._columns: list[Growing[np.float64]] = []

    def __len__(self) -> int:
        return len(self._lines) + self._waiting

    def add(self, lines: Ints, values: Curve) -> None:
        """Put a block behind the last."""
        self._blocks.append((lines, values))
        self._waiting += len(lines)
        if self._waiting >= ENOUGH:
            self._file()

    def held(self) -> tuple[Ints, list[Curve]]:
        """All lines, and each column."""
        if not self._columns:
            lines, values = self._joined()
            return lines, list(values.T)
        self._file()
        return self._lines.held, [one.held for one in self._columns]

    def _file(self) -> None:
        if self._blocks:
            lines, values = self._joined()
            self._columns = self._columns or [Growing(np.float64) for _ in values.T]
            self._lines.add(lines)
            for column, numbers in zip(self._columns, values.T, strict=True):
                column.add(numbers)
            self._blocks.clear()
            self._waiting = 0

    def _joined(self) -> tuple[Ints, Curve]:
        if len(self._blocks) == 1:
            return self._blocks[0]
        lines, values = zip(*self._blocks, strict=True)
        return np.concatenate(lines), np.concatenate(values)
