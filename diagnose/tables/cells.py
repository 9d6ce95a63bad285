"""What a cell of a text table says: a number, nothing, or something else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from diagnose.tables.table import Column

EMPTY = frozenset({"", "none", "null", "na", "n/a", "#n/a", "-", "--", "<na>", "nil"})
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
WRAPPED = re.compile(
    r"(?:tensor\(|np\.float\d+\(|array\()?\[?\s*([+-]?[\d.]+(?:[eE][+-]?\d+)?|nan|-?inf)\s*\]?(?:,.*)?\)?%?"
)
DATE = re.compile(r"\d{1,4}[-/.:]\d{1,2}[-/.:]\d{1,4}|\d+:\d\d")


def number(cell: str, delimiter: str = ",") -> float | None:
    """The number a cell holds, None when it is empty; ValueError when it is text.

    Python's own spelling of numbers, ``1,234.5``, ``0,5`` where commas do not part the cells, ``85%``, and
    what training scripts print by accident: ``tensor(0.5, device='cuda:0')``, ``[0.5]``.
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
    if match := WRAPPED.fullmatch(cell):
        return float(match[1])
    raise ValueError(cell)


@dataclass
class Filling:
    """A column while it is being read: the numbers so far, and what was met in place of numbers."""

    name: str
    delimiter: str = ","
    rows: list[np.ndarray] = field(default_factory=list)
    values: list[np.ndarray] = field(default_factory=list)
    texts: int = 0
    first_text: tuple[int, str] | None = None
    kinds: set[str] = field(default_factory=set)

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
        self.rows.append(np.asarray(filled, dtype=np.int64) + start)
        self.values.append(np.asarray(numbers, dtype=np.float64))

    def column(self) -> Column:
        """Everything read so far."""
        none = np.zeros(0)
        return Column(np.concatenate([none.astype(np.int64), *self.rows]), np.concatenate([none, *self.values]))

    @property
    def count(self) -> int:
        """How many numbers it holds."""
        return sum(map(len, self.values))

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

    def _one_by_one(self, start: int, filled: Sequence[int], cells: Sequence[str]) -> tuple[list[int], list[float]]:
        places, numbers = [], []
        for at, cell in zip(filled, cells, strict=True):
            try:
                value = number(cell, self.delimiter)
            except ValueError:
                self.texts += 1
                self.first_text = self.first_text or (start + at, cell)
                if len(self.kinds) < 1000:
                    self.kinds.add(cell)
                continue
            if value is not None:
                places.append(at)
                numbers.append(value)
        return places, numbers
