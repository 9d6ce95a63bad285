"""What a cell of a text table says: a number, nothing, or something else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from diagnose.run import Curve
from diagnose.tables.clock import counts
from diagnose.tables.growing import Growing
from diagnose.tables.table import Column
from diagnose.tables.timeline import Ints

EMPTY = frozenset({"", "none", "null", "na", "n/a", "#n/a", "-", "--", "<na>", "nil"})
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
WRAPPED = re.compile(
    r"(?:tensor\(|np\.float\d+\(|array\()?\[?\s*([+-]?[\d.]+(?:[eE][+-]?\d+)?|nan|-?inf)\s*\]?(?:,.*)?\)?%?\*{0,3}"
)
SPREAD = re.compile(  # 0.81±0.02, 0.81 +/- 0.02, 0.81 (0.02)
    r"([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)%?\s*(?:±|\+/-|\+-|\()"
    r"\s*(?:\d+(?:[.,]\d+)?|[.,]\d+)(?:[eE][+-]?\d+)?\s*\)?%?"
)
SO_FAR = re.compile(r"(\d{1,15})\s*/\s*\d{1,15}")
DATE = re.compile(r"\d{1,4}[-/.:]\d{1,2}[-/.:]\d{1,4}|\d+:\d\d")


def number(cell: str, delimiter: str = ",") -> float | None:
    """The number a cell holds, None when it is empty; ValueError when it is text.

    Python's own spelling of numbers, ``1,234.5``, ``0,5`` where commas do not part the cells, ``85%``, and
    what training scripts print by accident: ``tensor(0.5, device='cuda:0')``, ``[0.5]``. Of a mean with its spread
    (``0.81±0.02``, ``0.81 (0.02)``) it is the mean; the star of a best one (``0.81*``) is passed over.
    """
    cell = cell.strip()
    if cell.lower() in EMPTY:
        return None
    try:
        if "_" not in cell:  # Python reads 2023_01 as a number; a log does not mean one
            return float(cell)
    except ValueError:
        pass
    if delimiter != "," and DECIMAL_COMMA.fullmatch(cell):
        return float(cell.replace(",", "."))
    if THOUSANDS.fullmatch(cell):
        return float(cell.replace(",", ""))
    if match := WRAPPED.fullmatch(cell) or SPREAD.fullmatch(cell):
        return float(match[1])
    raise ValueError(cell)


@dataclass
class Filling:
    """A column while it is being read: the numbers so far, and what was met in place of numbers.

    ``rows`` stays empty as long as every row up to the last had a number; ``worded`` are the first rows with a word
    in place of a step.
    """

    name: str
    delimiter: str = ","
    rows: Growing[np.int64] = field(default_factory=lambda: Growing(np.int64))
    values: Growing[np.float64] = field(default_factory=lambda: Growing(np.float64))
    texts: int = 0
    first_text: tuple[int, str] | None = None
    kinds: set[str] = field(default_factory=set)
    worded: list[int] = field(default_factory=list)

    def add(self, start: int, cells: Sequence[str]) -> None:
        """Take the cells of rows ``start``, ``start`` + 1, ..."""
        filled = [at for at, cell in enumerate(cells) if cell] if "" in cells else range(len(cells))
        some = [cells[at] for at in filled] if len(filled) < len(cells) else cells
        try:
            numbers = None if "_" in "".join(some) else list(map(float, some))
        except ValueError:
            numbers = None
        if numbers is None:
            filled, numbers = self._one_by_one(start, filled, some)
        self._put(np.asarray(filled, np.int64) + start, np.asarray(numbers, np.float64))

    def take(self, rows: Ints, values: Curve, start: int, odd: Sequence[tuple[int, str]]) -> None:
        """Take numbers that are read already; the ``odd`` cells among them, by their row after ``start``, are not."""
        if odd:
            places, numbers = self._one_by_one(start, [row for row, _ in odd], [cell for _, cell in odd])
            every = np.concatenate([rows, np.array(places, np.int64) + start])
            order = np.argsort(every, kind="stable")
            rows, values = every[order], np.concatenate([values, np.array(numbers, np.float64)])[order]
        self._put(rows, values)

    def column(self, every: Ints) -> Column:
        """Everything read; ``every`` are the numbers of all rows, which columns without a gap share."""
        return Column(self.rows.held if len(self.rows) else every[: len(self.values)], self.values.held)

    def _put(self, rows: Ints, values: Curve) -> None:
        held = len(self.values)
        gap = len(rows) and (rows[0] != held or rows[-1] - rows[0] >= len(rows))
        if gap and not len(self.rows):
            self.rows.add(np.arange(held))
        if gap or len(self.rows):
            self.rows.add(rows)
        self.values.add(values)

    @property
    def count(self) -> int:
        """How many numbers it holds."""
        return len(self.values)

    @property
    def is_text(self) -> bool:
        """Whether the column is mostly text."""
        return self.texts > self.count

    @property
    def names_things(self) -> bool:
        """Whether the text is a list of things (files, models, people) rather than a few words or dates."""
        if not self.is_text or self.first_text is None:
            return False
        return len(self.kinds) > max(2, min(self.texts, 1000) // 2) and not DATE.match(self.first_text[1])

    def _number(self, cell: str) -> float | None:
        """The number in a cell; of how many there are to be (``3/100``) how many there were, where it is counted."""
        if "/" in cell and counts(self.name) and (match := SO_FAR.fullmatch(cell.strip())):
            return float(match[1])
        return number(cell, self.delimiter)

    def _one_by_one(self, start: int, filled: Sequence[int], cells: Sequence[str]) -> tuple[list[int], list[float]]:
        places, numbers = [], []
        for at, cell in zip(filled, cells, strict=True):
            try:
                value = self._number(cell)
            except ValueError:
                self.texts += 1
                if len(self.worded) < 1000 and counts(self.name):
                    self.worded.append(start + at)
                self.first_text = self.first_text or (start + at, cell)
                if len(self.kinds) < 1000:
                    self.kinds.add(cell)
                continue
            if value is not None:
                places.append(at)
                numbers.append(value)
        return places, numbers
