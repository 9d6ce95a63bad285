"""A piece of a table without quotes, all of its cells at once: what every column holds, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from diagnose.run import Curve
from diagnose.tables.cells import number
from diagnose.tables.digits import DECIMAL, MARGIN, Bytes, floats, marks, whole
from diagnose.tables.timeline import Ints

FEW = 4  # marks a cell may hold between its digits: sign, point, e, sign; or the letters of a word such as None

NONE = np.zeros(0, np.int64)


def gridded(text: Bytes, form: tuple[int, int]) -> tuple[int, list[Cells]]:
    """How many rows a piece of text has, and its columns; 0 and none when its lines are not all rows of the ``form``.

    ``form`` is the delimiter's code and the width of a row. The text is ASCII without quotes, with `MARGIN` before it.
    """
    grid = _Grid(text, len(MARGIN), *form)
    return grid.rows, list(grid.columns()) if grid.rows else []


@dataclass(frozen=True)
class Cells:
    """The cells of one column in a piece: ``rows`` (all, or int64 [n], rising) with their ``values`` float64 [n].

    ``odd`` are the rows whose text must be looked at, with that text.
    """

    rows: Ints | slice
    values: Curve
    odd: list[tuple[int, str]]


class _Grid:
    """Whole lines of text with ``width`` cells each.

    ``text`` is ASCII, has `MARGIN` before its first line and ends in a line feed. ``rows`` is 0 where the lines are
    no such table: too few or too many cells, a blank line, a line that begins with a letter or a comment.
    """

    def __init__(self, text: Bytes, start: int, delimiter: int, width: int) -> None:
        self.text, self.start = text, start
        self.places = marks(text[start:]) + start
        self.kinds = text[self.places]
        self.ends = np.flatnonzero((self.kinds == delimiter) | (self.kinds == 10))
        self.rows = 0
        if not len(self.ends) or len(self.ends) % width:
            return
        grid = self.kinds[self.ends].reshape(-1, width)
        if not (grid[:, -1] == 10).all() or (grid[:, :-1] != delimiter).any():
            return
        first = np.empty(len(grid), np.int64)
        first[0] = start
        first[1:] = self.places[self.ends[width - 1 :: width][:-1]] + 1
        begins = text[first]
        if (begins > 57).any() or (begins == 35).any() or ((width == 1 or delimiter == 9) and (begins <= 32).any()):
            return
        self.rows, self.width = len(grid), width
        self.lengths = np.empty(len(self.places), np.int64)
        self.lengths[0] = self.places[0] - start
        np.subtract(self.places[1:], self.places[:-1] + 1, out=self.lengths[1:])
        self.values = whole(text, self.places, self.lengths)

    def columns(self) -> Iterator[Cells]:
        """The columns, first to last."""
        each = len(self.kinds) // self.rows
        kinds = self.kinds[:each]
        if len(self.kinds) == each * self.rows and (self.kinds.reshape(self.rows, each) == kinds).all():
            before = -1
            for end in self.ends[: self.width].tolist():  # every line is written alike
                yield self._alike(slice(None), [slice(at, None, each) for at in range(before + 1, end + 1)])
                before = end
            return
        ends = self.ends.reshape(self.rows, self.width)
        inner = (np.diff(self.ends, prepend=-1) - 1).reshape(self.rows, self.width)
        for at in range(self.width):
            yield self._column(ends[:, at], inner[:, at])

    def _column(self, ends: Ints, inner: Ints) -> Cells:
        """Cells of which some hold more marks than others: those written alike are read together."""
        parts: list[Cells] = []
        for count in np.flatnonzero(np.bincount(inner)).tolist():
            rows = np.flatnonzero(inner == count)
            there = ends[rows]
            code = np.zeros(len(rows), np.int64)
            for back in range(1, min(count, FEW) + 1):
                code = code << 8 | self.kinds[there - back]
            alike = count <= FEW and bool((code == code[0]).all())
            for one in [None] if alike or count > FEW else np.unique(code).tolist():
                some = slice(None) if one is None else np.flatnonzero(code == one)
                parts.append(self._alike(rows[some], [there[some] - back for back in range(count, -1, -1)]))
        return self._joined(parts)

    def _alike(self, rows: Ints | slice, runs: Sequence[Ints | slice]) -> Cells:
        """Cells whose marks are the same; ``runs`` are the places of their runs of digits among all, first to last."""
        if len(runs) > FEW + 1:
            return Cells(NONE, np.zeros(0), self._texts(rows, runs, slice(None)))
        lengths = [self.lengths[run] for run in runs]
        kinds = "".join(chr(self.kinds[run][0]) for run in runs[:-1])
        if kinds and not any(one.any() for one in lengths):
            return self._word(rows, runs, kinds)
        sign = kinds[:1] in ("+", "-")
        form = DECIMAL.fullmatch(
            "".join(("0" if at or not sign else "") + mark for at, mark in enumerate((*kinds, "")))
        )
        if form is None or (sign and lengths[0].any()) or (form[6] and lengths[-2].any()):
            return Cells(NONE, np.zeros(0), self._texts(rows, runs, slice(None)))
        used = [at for at in range(len(runs)) if not (sign and not at) and not (form[6] and at == len(runs) - 2)]
        values, good = floats(form, [self.values[runs[at]] for at in used], [lengths[at] for at in used])
        if good.all():
            return Cells(rows, values, [])
        bad = ~good & (lengths[0] > 0) if not kinds else ~good
        odd = self._texts(rows, runs, np.flatnonzero(bad))
        return Cells(np.flatnonzero(good) if isinstance(rows, slice) else rows[good], values[good], odd)

    def _word(self, rows: Ints | slice, runs: Sequence[Ints | slice], word: str) -> Cells:
        """Cells that hold one word without a digit, such as nan."""
        try:
            value = number(word)
        except ValueError:
            return Cells(NONE, np.zeros(0), self._texts(rows, runs, slice(None)))
        if value is None:
            return Cells(NONE, np.zeros(0), [])
        return Cells(rows, np.full(len(self.lengths[runs[0]]), value), [])

    def _texts(self, rows: Ints | slice, runs: Sequence[Ints | slice], which: Ints | slice) -> list[tuple[int, str]]:
        """What is written in some of these cells."""
        places = np.arange(self.rows)[rows][which].tolist()
        starts = (self.places[runs[0]] - self.lengths[runs[0]])[which].tolist()
        stops = self.places[runs[-1]][which].tolist()
        raw = self.text.data
        return [
            (place, str(raw[start:stop], "ascii")) for place, start, stop in zip(places, starts, stops, strict=True)
        ]

    def _joined(self, parts: list[Cells]) -> Cells:
        odd = sorted(one for part in parts for one in part.odd)
        everywhere = np.arange(self.rows)
        rows = np.concatenate([NONE, *(everywhere[part.rows] for part in parts)])
        values = np.concatenate([np.zeros(0), *(part.values for part in parts)])
        order = np.argsort(rows, kind="stable")
        return Cells(rows[order], values[order], odd)
