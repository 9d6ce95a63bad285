"""What the other lines of a log say, those its reader knows nothing of: scripts print results of their own beside."""

from __future__ import annotations

import re
from array import array
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from diagnose.run import Curve, Note
from diagnose.tables.clock import counts
from diagnose.tables.evidence import ALSO, speaks
from diagnose.tables.free_lines import free_lines
from diagnose.tables.leftover import Numbered
from diagnose.tables.naming import LOSSES, NEVER_NEGATIVE, RATES, SCORES, is_told, never_negative, side_of, words
from diagnose.tables.said import Parse
from diagnose.tables.table import Column, Table
from diagnose.tables.taken import between, merged
from diagnose.tables.timeline import Ints
from kb.text import Text

FEW = 3  # values that may be of a table printed once
CLOSE = 1e-3  # how far apart, for their size, one value printed twice may be
CHANCE = 1e-2  # a few values lie close to some of a long curve anyway
_SPEAKS = re.compile(
    rf"(?:{'|'.join(sorted(map(re.escape, LOSSES | NEVER_NEGATIVE | SCORES | RATES | ALSO)))}|score)(?![a-z])",
    re.IGNORECASE,
)


def unknown_to(parse: Parse, lines: Iterable[Numbered], used: Container[int]) -> list[Numbered]:
    """The lines that are neither blank nor ``used`` nor known to ``parse``, each in its last state."""
    kept: list[Numbered] = []
    for number, line in lines:
        state = line.rstrip("\r").rpartition("\r")[2]
        if number not in used and not state.isspace() and state and parse(state) is None:
            kept.append((number, state))
    return kept


@dataclass
class Rest:
    """``table`` has a row for every line that is left; ``shape`` is the commonest of the shapes they were read by."""

    table: Table
    shape: str

    def between(self, start: int, stop: float) -> Rest:
        """The part that stands on the lines from ``start`` on and before ``stop``."""
        return Rest(between(self.table, start, stop), self.shape)


def rest_of(lines: Sequence[Numbered], path: Path, form: str) -> Rest | None:
    """What such lines say of losses and scores; None when they say nothing."""
    text, numbers = _closed_up(lines)
    free = free_lines(text, within=True) if _SPEAKS.search(text) else None
    if free is None or free.found is None:
        return None
    found = free.found
    told = {name: one for name, one in found.columns.items() if not counts(name) and _tells(name)}
    return Rest(Table(path, form, len(found.at), told, array("q", numbers[found.at - 1].tobytes())), free.most)


def _closed_up(lines: Sequence[Numbered]) -> tuple[str, Ints]:
    """Lines as a text with one that is blank wherever some are missing, and the number of each of its lines."""
    kept: list[str] = []
    numbers: list[int] = []
    for number, line in lines:
        if numbers and number > numbers[-1] + 1:
            kept.append("")
            numbers.append(number - 1)
        kept.append(line)
        numbers.append(number)
    return "\n".join(kept), np.array(numbers, np.int64)


def with_rest(table: Table, rest: Rest) -> Table:
    """The table with what the rest says from its first row on, and a note on it, but for what it says itself.

    A score of the same name and other values is told apart from the trainer's: it was measured in another way.
    """
    lines, rows = np.array(rest.table.lines, np.int64), np.array(table.lines, np.int64)
    said = set(map(_bare, table.columns))
    columns: dict[str, Column] = {}
    first, again = len(lines), 0
    for name, column in rest.table.columns.items():
        if not len(rows) or _repeats(column.values, table.columns):
            continue
        apart = _bare(name) in said
        if apart and (not never_negative(name) or len(column.values) < FEW or _rescaled(column.values, table.columns)):
            continue
        place = _places(rows, lines[column.rows])
        there = (place >= 0) & (place < len(rows))
        last = there & np.append(np.diff(place) > 0, True)
        if last.any():
            columns[f"{name} (printed)" if apart else name] = Column(place[last], column.values[last])
            first = min(first, int(column.rows[np.argmax(there)]))
            again += int((there & ~last).sum())
    if not columns:
        return table
    what = Text(
        f"lines this reader does not know, read by their shape, such as: {rest.shape}",
        f"此读取器不认识的行，按其形状读取，例如：{rest.shape}",
    )
    notes = [*table.notes, Note(str(table.path), what, int(lines[first]))]
    if again:
        what = Text(
            f"values of such lines where there is one already: {again}; the last written is used",
            f"这类行中与已有值同位置的值：{again} 个；以最后写入的为准",
        )
        notes.append(Note(str(table.path), what))
    if not table.labels:
        return replace(table, columns={**table.columns, **columns}, notes=notes)
    more = Table(table.path, table.format, len(rows), columns, table.lines)  # rows of their own: they have no label
    return replace(merged(table, more), notes=notes)


def _places(rows: Ints, lines: Ints) -> Ints:
    """The row each line belongs to: the one before it, or the one behind where each row is announced by such a line."""
    behind = np.searchsorted(rows, lines)
    ahead = lines[0] < rows[0] and lines[-1] < rows[-1] and (np.diff(behind) > 0).all()
    return behind if ahead else behind - 1


def _repeats(values: Curve, columns: Mapping[str, Column]) -> bool:
    """Whether one of the columns holds all these values."""
    wanted = np.unique(values[np.isfinite(values)])
    return any(_among(wanted, column.values) for column in columns.values())


def _rescaled(values: Curve, columns: Mapping[str, Column]) -> bool:
    """Whether one of the columns holds all these values in per cent, or as shares."""
    return _repeats(100 * values, columns) or _repeats(values / 100, columns)


def _among(wanted: Curve, values: Curve) -> bool:
    there = np.unique(values[np.isfinite(values)])
    if not len(there):
        return not len(wanted)
    at = np.clip(np.searchsorted(there, wanted), 1, max(len(there) - 1, 1))
    near: Sequence[Curve] = [there[np.minimum(one, len(there) - 1)] for one in (at - 1, at)]
    apart = np.minimum(*(np.abs(one - wanted) for one in near))
    if not (apart <= CLOSE * np.abs(wanted)).all():
        return False
    within = 2 * CLOSE * np.abs(wanted) * len(there) / max(float(there[-1] - there[0]), 1e-12)  # how many by chance
    return not apart.any() or float(np.prod(np.minimum(within, 1))) < CHANCE


def _bare(name: str) -> tuple[str, str]:
    """The split a name is of, and what it says besides: ``val_loss`` is ``val/loss``, and no ``train/loss``."""
    side = side_of(name)
    kept = [word for word in words(name) if side_of(word) != side] if side else words(name)
    return side, "".join(kept)


def _tells(name: str) -> bool:
    return is_told(name) or speaks([name]) or never_negative(name)
