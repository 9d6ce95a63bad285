"""What a table printed into a log says, once its rows and cells are known: the scores of classes, or epochs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import lt
from typing import NamedTuple

from diagnose.tables.clock import counts
from diagnose.tables.evidence import speaks
from diagnose.tables.naming import CASES, is_told, side_of, words

LONG = 60  # characters of a name
_NUMBER = re.compile(r"[-+]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][-+]?\d{1,4})?%?|nan|-?inf", re.IGNORECASE)
_NOTHING = re.compile(
    r"|none|n/?a|-+|[*+✓✔√←↑↓]+|\d{1,3}(?::\d\d){1,2}(?:\.\d+)?", re.IGNORECASE
)  # and what a row took
FEWER = frozenset(("accuracy",))  # of which scikit-learn's report has one number, and how many there were


class Row(NamedTuple):
    """The line a table, or a row of a table of epochs, begins at, from 1; and its quantities by name.

    ``first``: it is the first row of a table of epochs.
    """

    line: int
    values: dict[str, float]
    first: bool = False


def read_rows(table: Sequence[tuple[int, list[str]]]) -> list[Row]:
    """What a table says, the names in its first row; nothing when it is none of numbers, or lists cases."""
    if len(table) < 2 or not table[0][1]:
        return []
    if len(table[0][1]) == 2 and _NUMBER.fullmatch(table[0][1][1]):
        table = [(0, ["name", "value"]), *table]
    (_, head), *rest = table
    period = next(size for size in range(1, len(head) + 1) if head == head[:size] * (len(head) // size))
    names = head[:period]
    rows = [(at, cells[begin : begin + period]) for at, cells in rest for begin in range(0, len(cells), period)]
    rows = [(at, cells) for at, cells in rows if any(cells)]
    if (
        any(len(cells) != period for _, cells in rows)
        or not rows
        or any(len(name) > LONG or _NUMBER.fullmatch(name) for name in names)
    ):
        return []
    if clocks := [name for name in names if counts(name)]:
        return _of_epochs(names, rows, clocks[-1])
    if all(is_cell(cell) for _, cells in rows for cell in cells):
        values = _values(names, rows[0][1]) if len(rows) == 1 else {}
        return [Row(0, values)] if values else []
    if period < 2 or set(words(names[0])) & CASES or not all(is_cell(cell) for _, cells in rows for cell in cells[1:]):
        return []
    values = {}
    for _, cells in rows:
        values |= _named_by_row(names, cells)
    return [Row(0, values)] if values else []


def _of_epochs(names: Sequence[str], rows: Sequence[tuple[int, list[str]]], clock: str) -> list[Row]:
    if not speaks(names):
        return []
    found: list[Row] = []
    for at, cells in rows:
        said = {name: number_in(cell) for name, cell in zip(names, cells, strict=True) if name}
        numbers = {name: value for name, value in said.items() if value is not None}
        if clock in numbers and len(numbers) > 1:
            found.append(Row(at, numbers, not found))
    clocks = [row.values[clock] for row in found]
    rising = all(map(lt, clocks, clocks[1:])) and all(map(is_cell, (cells[0] for _, cells in rows)))
    return found if rising and len(found) == len(rows) else []  # else a list of trials, and how far each has got


def _values(names: Sequence[str], cells: Sequence[str]) -> dict[str, float]:
    said = {name: number_in(cell) for name, cell in zip(names, cells, strict=True) if _tells(name)}
    return {name: value for name, value in said.items() if value is not None}


def _named_by_row(names: Sequence[str], cells: Sequence[str]) -> dict[str, float]:
    """The scores of a class, or what a row of a name and its number says."""
    label = cells[0]
    if not label or len(label) > LONG:
        return {}
    if len(names) == 2 and not any(map(_tells, names[1:])):  # Validate metric | DataLoader 0
        value = number_in(cells[1])
        side = "" if side_of(label) else side_of(names[0])
        good = value is not None and is_told(label)
        return {f"{side}/{label}" if side else label: value} if good and value is not None else {}
    if label in FEWER:
        value = number_in(cells[-2])
        return {label: value} if value is not None else {}
    return {f"{name} {label}": value for name, value in _values(names[1:], cells[1:]).items()}


def _tells(name: str) -> bool:
    return speaks([name]) or is_told(name) or name.upper() == "AR"


def is_row(cells: Sequence[str]) -> bool:
    """Whether no more than a remark among the cells is neither a number nor nothing."""
    return sum(map(is_cell, cells)) >= max(2, len(cells) - 1)


def is_cell(cell: str) -> bool:
    """Whether a cell holds a number, or says that it holds none."""
    return _NUMBER.fullmatch(cell) is not None or _NOTHING.fullmatch(cell) is not None


def number_in(cell: str) -> float | None:
    """The number of a cell, without its per cent sign; None when it holds none."""
    return float(cell.rstrip("%")) if _NUMBER.fullmatch(cell) else None
