"""The lines of a large log that one expression understands, taken out at once; the others stay to be looked at."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diagnose.run import Curve
from diagnose.tables.alike import column
from diagnose.tables.growing import Rows
from diagnose.tables.harvest import NONE, Harvest, Kind, Made
from diagnose.tables.leftover import Leftover
from diagnose.tables.longtext import LongText, to_the_last
from diagnose.tables.said import Parse
from diagnose.tables.table import Column, Table
from diagnose.tables.timeline import Ints

LARGE = 1 << 20  # characters from which a log is worth it


@dataclass
class Taken:
    """``table`` has a row for every line taken, ``lines`` their numbers; ``others`` are the lines left, by number.

    Of lines that tell how far something has got all but the first and the last of each thing are ``states``, and so
    are lines put aside; ``words``
    says how each quantity was last written. In a text that was redrawn every state counts as a line: ``own`` is the
    line of the file each one is on, by number from 0 on, and empty when that is the number itself.
    """

    table: Table
    lines: Ints
    others: Leftover
    words: dict[str, str] = field(default_factory=dict)
    states: dict[Kind, Rows] = field(default_factory=dict)
    own: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    large: bool = False

    def count_on(self, first: int, length: str) -> None:
        """Make of the ``step`` within an epoch one since the start, where a quantity ``length`` tells the steps to one.

        ``first`` is what the first epoch is called; the quantity is gone then.
        """
        columns = dict(self.table.columns)
        if (held := columns.pop(length, None)) is not None:
            epoch, step = (columns[name] for name in ("epoch", "step"))
            values = step.values.copy()
            rows = np.searchsorted(step.rows, held.rows)
            values[rows] += (epoch.values[np.searchsorted(epoch.rows, held.rows)] - first) * held.values
            self.table = replace(self.table, columns={**columns, "step": Column(step.rows, values)})

    def aside(self, kind: str) -> tuple[Ints, Curve]:
        """The numbers of the lines of one kind that were kept apart, and the names' values [line, name]."""
        held = [rows.held() for (other, _), rows in self.states.items() if other == kind]
        numbers = np.concatenate([NONE, *(lines for lines, _ in held)])
        order = np.argsort(numbers, kind="stable")
        values = np.concatenate([np.array(columns).T for _, columns in held]) if held else np.zeros((0, 0))
        return numbers[order], values[order] if held else values

    def state_table(self) -> Table:
        """What all states between the first and the last say."""
        return Harvest(_nothing, rows=self.states).table(self.table.path, self.table.format, [])

    def row(self, at: int) -> dict[str, float]:
        """What one of the lines taken says."""
        there = [(name, one, int(np.searchsorted(one.rows, at))) for name, one in self.table.columns.items()]
        return {name: float(one.values[to]) for name, one, to in there if to < len(one.rows) and one.rows[to] == at}

    def latest(self, number: int, since: int, names: tuple[str, ...]) -> dict[str, int]:
        """What the last line taken before line ``number`` and after line ``since`` counts; nothing without one."""
        row = int(np.searchsorted(self.lines, number)) - 1
        if row < 0 or self.lines[row] <= since:
            return {}
        said = self.row(row)
        return {name: int(said[name]) for name in names if name in said}

    def between(self, start: int, stop: float) -> Table:
        """The part of the table that stands on the lines from ``start`` on and before ``stop``."""
        return between(self.table, start, stop)


def between(table: Table, start: int, stop: float) -> Table:
    """The part of a table that stands on the lines from ``start`` on and before ``stop``."""
    first, last = np.searchsorted(np.array(table.lines, np.int64), [start, stop]).tolist()
    columns = {}
    for name, one in table.columns.items():
        a, b = np.searchsorted(one.rows, [first, last])
        if a < b:
            columns[name] = Column(one.rows[a:b] - first, one.values[a:b])
    columns = {name: columns[name] for name in sorted(columns, key=lambda name: int(columns[name].rows[0]))}
    lines, labels = table.lines[first:last], table.labels[first:last]
    return replace(table, count=last - first, columns=columns, lines=lines, labels=labels)


def _nothing(_: str) -> None:
    return None


def taken(
    text: str | LongText,
    parse: Parse,
    path: Path,
    form: str,
    labels: Mapping[str, str] | None = None,
    *,
    redrawn: bool = False,
    pick: bool = False,
    made: Made | None = None,
) -> Taken:
    """Take every whole line that ``parse`` understands and all of whose words are numbers; of a small log none.

    Rows are filed under the label of their kind if ``labels`` are given. In a ``redrawn`` text a return ends a line; if
    only a ``pick`` of the lines is wanted, those of which ``parse`` knows nothing may be left out. For ``made`` see
    `Harvest`.
    """
    if isinstance(text, str) and len(text) < LARGE:
        return Taken(Table(path, form, 0, {}), np.zeros(0, np.int64), Leftover(list(enumerate(text.split("\n"), 1))))
    left = Leftover()
    harvest = Harvest(parse, others=left, redrawn=redrawn, pick=pick, made=made)
    parts, rest = to_the_last(text, "\r\n" if redrawn else "\n")
    harvest.read_parts(parts)
    left.add([(harvest.lines + 1, rest)])
    del text, parts  # before there are tables beside it
    own = np.zeros(0, np.int32)
    if redrawn:
        own = np.concatenate([np.zeros(1, bool), *harvest.ends]).cumsum(dtype=np.int32) + 1
    table = harvest.table(path, form, [], labels)
    words: dict[str, str] = {}
    for _, line in sorted(harvest.latest.values()):
        if said := parse(line):
            written = (line[start:stop] for start, stop in said.spans)
            words |= dict(zip(said.names, written, strict=True))
    return Taken(table, np.array(table.lines, np.int64), left, words, harvest.states, own, large=True)


def merged(one: Table, other: Table) -> Table:
    """The rows of two tables of one file in the order of their lines; notes and settings are those of the first."""
    if not other.count:
        return one
    if not one.count:
        return replace(other, notes=one.notes, settings=one.settings)
    lines = np.concatenate([np.array(one.lines, np.int64), np.array(other.lines, np.int64)])
    order = np.argsort(lines, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    labels = np.zeros(0, dtype=object)
    if one.labels or other.labels:
        every = [*(one.labels or [""] * one.count), *(other.labels or [""] * other.count)]
        labels = np.array(every, dtype=object)[order]
    parts: dict[str, list[Column]] = {}
    begins: dict[str, tuple[int, int]] = {}  # where each name comes first: its row, and its place among the names there
    for table, begin in ((one, 0), (other, one.count)):
        for at, (name, held) in enumerate(table.columns.items()):
            parts.setdefault(name, []).append(Column(place[held.rows + begin], held.values))
            first = (int(parts[name][-1].rows[0]), at)
            begins[name] = min(begins.get(name, first), first)
    columns = {name: Column(*column([(part.rows, part.values) for part in some])) for name, some in parts.items()}
    names = sorted(columns, key=begins.__getitem__)
    return replace(
        one,
        count=len(lines),
        columns={name: columns[name] for name in names},
        lines=array("q", lines[order].tobytes()),
        labels=labels.tolist(),
    )
