"""Gathers the points of many records under their tags, in the order in which the file holds them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diagnose.events.framing import Places

Points = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]


class Column(NamedTuple):
    """The `Points` of one tag: ``steps`` int64, ``walls`` and ``values`` float64, all [n], in file order."""

    steps: NDArray[np.int64]
    walls: NDArray[np.float64]
    values: NDArray[np.float64]


class Gathered:
    """Points of one stretch of records; each part comes with the numbers of the records it was taken from.

    Records are read kind by kind, not in file order; `columns` puts them back into it.
    """

    def __init__(self) -> None:
        self._parts: dict[bytes, list[tuple[Places, Column]]] = {}
        self._single: dict[bytes, list[tuple[int, int, float, float]]] = {}

    def add(self, tag: bytes, numbers: Places, column: Column) -> None:
        """Take in the points of the records ``numbers`` [n], ascending."""
        if len(numbers):  # a damaged tag is no tag
            self._parts.setdefault(tag, []).append((numbers, column))

    def add_one(self, tag: bytes, number: int, step: int, wall: float, value: float) -> None:
        """Take in one point of one record."""
        self._single.setdefault(tag, []).append((number, step, wall, value))

    def columns(self) -> dict[bytes, tuple[Places, Column]]:
        """Every tag's record numbers and points, in the order of the records."""
        for tag, rows in self._single.items():
            numbers, steps, walls, values = zip(*rows, strict=True)
            self.add(tag, np.array(numbers), Column(np.array(steps), np.array(walls), np.array(values)))
        self._single = {}
        return {tag: _in_order(parts) for tag, parts in self._parts.items()}


class Curves:
    """The growing curves of one file."""

    def __init__(self) -> None:
        self._curves: dict[bytes, tuple[Column, int]] = {}  # arrays with room to grow, and how much of them is used

    def add(self, tag: bytes, part: Column, more: int = 0) -> None:
        """Append points to the curve of ``tag``; about ``more`` are expected to follow.

        Room is made for those at once: most of the time it takes to read a file is the system handing out memory.
        """
        if not len(part.steps):
            return
        curve, used = self._curves.get(tag, (part, 0))
        total = used + len(part.steps)
        if total > len(curve.steps) or (more and not used):
            room = max(total + more, 2 * used)
            grown = Column(np.empty(room, np.int64), np.empty(room), np.empty(room))
            for new, old in zip(grown, curve, strict=True):
                new[:used] = old[:used]
            curve = grown
        if curve is not part:
            for array, points in zip(curve, part, strict=True):
                array[used:total] = points
        self._curves[tag] = curve, total

    def join(self) -> dict[str, Column]:
        """The curves by tag."""
        return {
            name_of(tag): Column(curve.steps[:used], curve.walls[:used], curve.values[:used])
            for tag, (curve, used) in self._curves.items()
        }


def name_of(tag: bytes) -> str:
    """A tag as text; bytes that are no UTF-8 are spelt out, so that different tags keep different names."""
    return tag.decode("utf-8", "backslashreplace")


def _in_order(parts: list[tuple[Places, Column]]) -> tuple[Places, Column]:
    if len(parts) == 1:
        return parts[0]
    numbers = np.concatenate([part for part, _ in parts])
    column = _joined([column for _, column in parts])
    order = np.argsort(numbers, kind="stable")  # stable: a tag twice in one record keeps its order
    return numbers[order], Column(column.steps[order], column.walls[order], column.values[order])


def _joined(parts: list[Column]) -> Column:
    if len(parts) == 1:
        return parts[0]
    return Column(
        np.concatenate([part.steps for part in parts]),
        np.concatenate([part.walls for part in parts]),
        np.concatenate([part.values for part in parts]),
    )
