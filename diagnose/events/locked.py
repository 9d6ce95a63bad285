"""Reads logs that repeat themselves: the same records in the same order, step after step.

Such a log is one pattern of bytes, repeated; one comparison proves framing, tags and layout of all of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diagnose.events.columns import Column, Curves
from diagnose.events.crc32c import Bytes
from diagnose.events.template import Columns, Template

_ROW = 1 << 12  # bytes compared against a tiled pattern at once: long enough for the loop over rows to cost nothing
_BLOCK = 1 << 18  # bytes compared before looking whether all were equal; they stay in the processor's cache


class Cycle:
    """A sequence of records that is repeated."""

    def __init__(self, templates: list[Template]) -> None:
        self.templates = templates
        self.size = sum(template.layout.size for template in templates)
        bits = np.concatenate([template.bits for template in templates])
        fixed = np.concatenate([template.fixed for template in templates])
        times = -(-_ROW // self.size)
        self._bits, self._fixed = np.tile(bits, times), np.tile(fixed, times)
        self._scratch = np.empty(max(_BLOCK, len(self._bits)) + 8, np.uint8)

    def count(self, block: Bytes, start: int, end: int) -> int:
        """How many whole cycles lie one behind the other from ``block[start]``."""
        row = len(self._bits)
        limit = start + (end - start) // self.size * self.size
        at, rows = start, 1
        while at < limit:
            size = min(rows * row, limit - at)
            if size > row:
                size -= size % row
            wrong = self._first_difference(block[at : at + size])
            if wrong is not None:
                return (at + wrong - start) // self.size
            at += size
            rows = min(rows * 4, max(1, _BLOCK // row))
        return (limit - start) // self.size

    def take(self, block: Bytes, start: int, count: int, curves: Curves, more: int) -> list[tuple[int, int]]:
        """Add the points of ``count`` cycles to ``curves``, and make room for ``more`` cycles.

        The places and lengths of damaged records come back.
        """
        damaged = []
        found: dict[bytes, list[tuple[Columns, int]]] = {}
        first = start
        for template in self.templates:
            columns = template.columns(block, first, self.size, count, more)
            if not columns.good.all():
                wrong = first + np.flatnonzero(~columns.good) * self.size
                damaged += [(at, template.layout.size) for at in wrong.tolist()]
            for which, tag in enumerate(template.tags):
                found.setdefault(tag, []).append((columns, which))
            first += template.layout.size
        for tag, several in found.items():
            curves.add(tag, _interleaved(several), more * len(several))
        return sorted(damaged)

    def _first_difference(self, part: Bytes) -> int | None:
        """Where ``part``, which begins a cycle, first differs from the pattern."""
        row = len(self._bits)
        scratch = self._scratch[: len(part)]
        if len(part) <= row:
            np.bitwise_and(part, self._bits[: len(part)], out=scratch)
            np.bitwise_xor(scratch, self._fixed[: len(part)], out=scratch)
        else:
            shaped = scratch.reshape(-1, row)
            np.bitwise_and(part.reshape(-1, row), self._bits, out=shaped)
            np.bitwise_xor(shaped, self._fixed, out=shaped)
        padded = self._scratch[: (len(part) + 7) & ~7]
        padded[len(part) :] = 0
        if not padded.view("<u8").max():
            return None
        return int(np.flatnonzero(scratch)[0])


def find_cycle(fitted: NDArray[np.int64], templates: list[Template], most: int) -> Cycle | None:
    """The sequence with which a stretch of records ends, when it stands there twice.

    ``fitted`` says of each record which of ``templates`` it fits, -1 for none; ``most`` bytes is the longest cycle.
    """
    last = len(fitted) - 1
    if last < 1 or fitted[last] < 0:
        return None
    for earlier in np.flatnonzero(fitted[:last] == fitted[last])[::-1].tolist():
        period = last - earlier
        if 2 * period > len(fitted):
            return None
        recent = fitted[-period:]
        if recent.min() < 0:
            return None
        if np.array_equal(recent, fitted[-2 * period : -period]):
            cycle = [templates[which] for which in recent.tolist()]
            return Cycle(cycle) if sum(template.layout.size for template in cycle) <= most else None
    return None


def _interleaved(several: list[tuple[Columns, int]]) -> Column:
    """The points of one tag, which may stand several times in a cycle, without the damaged ones."""
    if len(several) == 1:
        columns, which = several[0]
        column, good = Column(columns.steps, columns.walls, columns.values[which]), columns.good
    else:
        good = np.stack([columns.good for columns, _ in several], 1).reshape(-1)
        column = Column(
            np.stack([columns.steps for columns, _ in several], 1).reshape(-1),
            np.stack([columns.walls for columns, _ in several], 1).reshape(-1),
            np.stack([columns.values[which] for columns, which in several], 1).reshape(-1),
        )
    if good.all():
        return column
    return Column(column.steps[good], column.walls[good], column.values[good])
