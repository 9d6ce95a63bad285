"""Tables that lie on their side: a row for every curve, a column for every epoch."""

from __future__ import annotations

import csv
import io
import itertools
import re

from diagnose.tables.cells import number
from diagnose.tables.clock import counts
from diagnose.tables.evidence import speaks
from diagnose.tables.naming import LOSSES, words

LARGE = 1 << 20  # characters beyond which a table is no such list of epochs
FEW = 64  # curves
LEAST = 4  # epochs; fewer are folds or classes
NAMES = frozenset(("", "metric", "metrics", "name", "key", "quantity", "指标", "名称"))  # above names of curves
NUMBERED = re.compile(r"(?:epoch|ep|step|iter|第)?[ _-]?(\d{1,9})(?: ?轮)?", re.IGNORECASE)


def turned(text: str) -> str:
    """The text with rows and columns exchanged if each row is a curve behind its name; any other text as it is.

    The first row may count the epochs; where none does one of the curves has to be a loss.
    """
    first, second = [*text[:LARGE].split("\n", 2), ""][:2]
    delimiter = max(",;\t", key=first.count)
    if len(text) > LARGE or first.count(delimiter) < LEAST or _is_number(second.partition(delimiter)[0]):
        return text
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(map(str.strip, row))]
    except csv.Error:
        return text
    width = len(rows[0]) if rows else 0
    if not 1 < len(rows) <= FEW or width <= LEAST or any(len(row) != width for row in rows):
        return text
    clock = _clock(rows[0])
    curves = rows[1:] if clock else rows
    names = [row[0].strip() for row in curves]
    if len(set(names)) < len(names) or not all(name and not _is_number(name) for name in names):
        return text
    told = speaks(names) if clock else any(not LOSSES.isdisjoint(words(name)) for name in names)
    if not told or not all(_is_number(cell) for row in curves for cell in row[1:] if cell.strip()):
        return text
    made = io.StringIO()
    written = csv.writer(made, delimiter=delimiter, lineterminator="\n")
    written.writerows(zip(*([clock, *curves] if clock else curves), strict=True))
    return made.getvalue()


def _clock(row: list[str]) -> list[str]:
    """The row as one that counts, nothing if it does not."""
    first = row[0].strip()
    found = [NUMBERED.fullmatch(cell.strip()) for cell in row[1:]]
    if not counts(first) and first.lower() not in NAMES:
        return []
    steps = [int(match[1]) for match in found if match]
    rising = all(a < b for a, b in itertools.pairwise(steps))
    return [first if counts(first) else "step", *map(str, steps)] if len(steps) == len(found) and rising else []


def _is_number(cell: str) -> bool:
    try:
        return number(cell) is not None
    except ValueError:
        return False
