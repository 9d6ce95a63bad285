"""A table of logged numbers, and the runs in it: one trace for every stretch in which the clock goes forward."""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnose.one_job import one_job
from diagnose.run import Curve, Note, Series, Trace
from diagnose.tables.apart import CALLED, RANKS, WRITERS, by_name, by_process
from diagnose.tables.clock import Clock, clock_of, tail
from diagnose.tables.gaps import placeholders
from diagnose.tables.timeline import Ints
from diagnose.tables.twice import once
from kb.text import Text

CLASSES = ("class", "class_name", "category", "organ")
KINDS = ("type", "kind", "event", "part")  # when all their words are of a half: train_batch, val_epoch
SPLITS = (
    *("mode", "phase", "split", "stage", "subset", "set", "dataset", "data_set"),
    *("context", "runcontext", "context_subset", *CLASSES),
)
LABELS = 32  # words a column of labels may use before it is a list of things
SHARED = 4  # arrays of steps that are remembered, for the next curve may have the same
WALLS = ("wall_time", "walltime", "_timestamp", "timestamp")


@dataclass(frozen=True)
class Column:
    """The cells of one column that hold a number: ``rows`` int64 [n], rising, and ``values`` float64 [n]."""

    rows: Ints
    values: Curve

    def dense(self, count: int) -> Curve:
        """One value a row, NaN where the column has none."""
        if len(self.rows) == count:
            return self.values
        values = np.full(count, np.nan)
        values[self.rows] = self.values
        return values


@dataclass(frozen=True)
class Table:
    """``count`` rows in the order they were written.

    ``lines`` gives each row's line in the file (empty when it has none), ``labels`` the word each row
    is filed under (train, val, ...), ``restarts`` the rows before which the header was written again, and
    ``runs`` the name of the run each row is of.
    """

    path: Path
    format: str
    count: int
    columns: Mapping[str, Column]
    lines: Sequence[int] = ()
    labels: Sequence[str] = ()
    restarts: Sequence[int] = ()
    notes: Sequence[Note] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    runs: Sequence[str] = ()

    def line(self, row: int) -> int | None:
        """The line of the file a row was read from, when known."""
        return self.lines[row] if row < len(self.lines) else None

    def of_rows(self, rows: Ints, notes: Sequence[Note]) -> Table:
        """The table of these rows (rising) alone."""
        place = np.full(self.count, -1, np.int64)
        place[rows] = np.arange(len(rows))
        columns = {}
        for name, column in self.columns.items():
            there = place[column.rows]
            if (there >= 0).any():
                columns[name] = Column(there[there >= 0], column.values[there >= 0])
        return replace(
            self,
            count=len(rows),
            columns=columns,
            lines=array("q", np.array(self.lines, np.int64)[rows].tobytes()) if self.lines else (),
            labels=[self.labels[row] for row in rows.tolist()] if self.labels else (),
            runs=(),
            restarts=[int(place[row]) for row in self.restarts if place[row] >= 0],
            notes=notes,
        )


def traces(table: Table) -> list[Trace]:
    """The runs in a table, first to last; notes on the table as a whole go to the first."""
    if not table.columns or not table.count:
        why = Text("no column of numbers: this is not a training log", "没有数值列：这不是训练日志")
        notes = table.notes or [Note(str(table.path), why)]
        return [Trace(table.path, table.format, settings=table.settings, notes=tuple(notes))]
    table = once(table)
    dense = {name: column.dense(table.count) for name, column in table.columns.items() if tail(name)}
    main, labels = _main_rows(table, set(dense))
    if ranks := _ranks(table, dense, main):
        return one_job({rank: traces(part) for rank, part in ranks.items()})
    if apart := _runs(table, dense, main) or _processes(table, dense, main):
        return [trace for part in apart for trace in traces(part)]
    held = [column.rows for name, column in table.columns.items() if name not in dense]
    clock = clock_of(dense, main, restarts=table.restarts, held=held)
    wall = _wall(table)
    names = [name for name in table.columns if name not in clock.silent and name not in wall]
    runs = []
    for number, (start, stop) in enumerate(itertools.pairwise([0, *clock.cuts, table.count])):
        notes = [_cut_note(table, clock, start)] if number else list(table.notes)
        notes += [Note(str(table.path), what) for row, what in clock.notes if row is None and not number]
        notes += [
            Note(str(table.path), what, table.line(row))
            for row, what in clock.notes
            if row is not None and start <= row < stop
        ]
        stretch = _Stretch(table, clock, labels, next(iter(wall.values()), None), start, stop)
        series = tuple(one for name in names for one in stretch.series(name, notes))
        runs.append(Trace(table.path, table.format, series, settings=table.settings, notes=tuple(notes)))
    return runs


def _ranks(table: Table, clocks: Mapping[str, Curve], main: NDArray[np.bool_]) -> dict[str, Table]:
    """The table of every process of a job, by its rank, where a column names it; none when there is one process."""
    for name, one in table.columns.items():
        if name.strip().lower() in RANKS and len(one.rows) == table.count:
            rest = replace(table, columns={other: held for other, held in table.columns.items() if other != name})
            told = {
                float(one.values[rows[0]]): rest.of_rows(rows, () if at else table.notes)
                for at, rows in enumerate(by_name(clocks, main, [one.values]))
            }
            return {f"{rank:g}": told[rank] for rank in sorted(told)}
    return {}


def _runs(table: Table, clocks: Mapping[str, Curve], main: NDArray[np.bool_]) -> list[Table]:
    """The table of every run that a column names, where their rows are mixed; none when there is one run."""
    named = {name: one for name, one in table.columns.items() if _names_runs(name) and len(one.rows) == table.count}
    words = [list(table.runs)] if table.runs else []
    parts: list[Table] = []
    for rows in by_name(clocks, main, [*words, *(one.values for one in named.values())]):
        word = table.runs[rows[0]] if words else next(iter(named))
        what = Text(f"rows of several runs, told apart by a column: {word}", f"多次运行的行混在一起，按列区分：{word}")
        part = table.of_rows(
            rows, [*([] if parts else table.notes), Note(str(table.path), what, table.line(int(rows[0])))]
        )
        parts.append(replace(part, columns={name: one for name, one in part.columns.items() if name not in named}))
    return parts


def _names_runs(name: str) -> bool:
    return name.strip().lower() in WRITERS | CALLED


def _processes(table: Table, clocks: Mapping[str, Curve], main: NDArray[np.bool_]) -> list[Table]:
    """The table of every process that wrote to this one in turn, and of what lies between; none when it is one."""
    named = {name: one.dense(table.count) for name, one in table.columns.items() if name.strip().lower() in WRITERS}
    found = by_process(clocks, main, table.labels, named)
    if found is None:
        return []
    parts = []
    for number in range(int(found.of.max()) + 1):
        rows = np.flatnonzero(found.of == number)
        notes = list(table.notes) if not number else []
        if number in found.at_once:
            notes.append(Note(str(table.path), found.said, table.line(int(rows[0]))))
        parts.append(table.of_rows(rows, notes))
    return parts


@dataclass(frozen=True)
class _Filed:
    """The word each row is filed under: ``which`` int32 [rows] is its place in ``words``."""

    which: NDArray[np.int32]
    words: list[str]

    @classmethod
    def under(cls, labels: Sequence[str]) -> _Filed:
        """By the word of each row."""
        place = {word: at for at, word in enumerate(dict.fromkeys(labels))}
        return cls(np.fromiter(map(place.__getitem__, labels), np.int32, len(labels)), list(place))

    def of(self, rows: Ints) -> Iterator[tuple[str, NDArray[np.bool_] | slice]]:
        """Every word some rows are filed under, in the order in which they come, and which of the rows these are."""
        which = self.which[rows]
        found, first = np.unique(which, return_index=True)
        for one in found[np.argsort(first)].tolist():
            yield self.words[one], which == one if len(found) > 1 else slice(None)


@dataclass(frozen=True)
class _Stretch:
    """The rows of one run in a table; curves of the same rows have one array of steps between them."""

    table: Table
    clock: Clock
    labels: _Filed | None
    seconds: Curve | None
    start: int
    stop: int
    shared: list[tuple[Ints, Ints]] = field(default_factory=list)

    def series(self, name: str, notes: list[Note]) -> list[Series]:
        """What the run logged in one column: one series, or one for each label."""
        column, clock = self.table.columns[name], self.clock
        first, last = np.searchsorted(column.rows, [self.start, self.stop])
        rows, values = column.rows[first:last], column.values[first:last]
        if clock.summaries:
            keep = ~(np.isin(rows, clock.summaries) & (values == -1))
            rows, values = rows[keep], values[keep]
        labels = self.labels
        if labels is not None and not self.table.labels and "" not in (word for word, _ in labels.of(column.rows)):
            labels = None  # only evaluations have this column: its name needs no help
        found = []
        for word, pick in labels.of(rows) if labels else [("", slice(None))]:
            there, numbers = rows[pick], values[pick]
            if (spare := placeholders(numbers)) is not None:
                what = Text(
                    f"{name!r}: NaN between evaluations is read as 'not logged'",
                    f"{name!r}：两次评估之间的 NaN 视为未记录",
                )
                notes.append(Note(str(self.table.path), what))
                there, numbers = there[~spare], numbers[~spare]
            if len(there):
                steps = self._steps(there)
                wall = None if self.seconds is None else self.seconds[there]
                found.append(Series(_labelled(name or "(no name)", word), steps, numbers, wall, str(self.table.path)))
        return found

    def _steps(self, rows: Ints) -> Ints:
        if len(rows) == self.stop - self.start and not self.clock.counted:
            return self.clock.steps[self.start : self.stop]
        for other, steps in self.shared:
            if other is rows or np.array_equal(other, rows):
                return steps
        steps = self.clock.steps[rows]
        steps = steps - self.start if self.clock.counted else steps
        self.shared.insert(0, (rows, steps))
        del self.shared[SHARED:]
        return steps


def _main_rows(table: Table, clocks: set[str]) -> tuple[NDArray[np.bool_], _Filed | None]:
    """The rows that drive the clock, for evaluations often count something else; and the label of every row.

    Those of the commonest label; else those with the most clocks (mmengine gives ``iter`` to training rows
    only, and both kinds of row a ``time``); else those that hold the commonest column.
    """
    if table.labels:
        labels = _Filed.under(table.labels)
        return labels.which == np.bincount(labels.which).argmax(), labels
    held = np.zeros(table.count, np.int64)
    for name in clocks:
        held[table.columns[name].rows] += 1
    main = held == held.max()
    if table.count > main.sum() >= table.count / 2:
        return main, _evaluations(table, main)
    main = np.zeros(table.count, bool)
    if others := [column for name, column in table.columns.items() if name not in clocks]:
        main[max(others, key=lambda column: len(column.rows)).rows] = True
    return (main if main.any() else np.ones(table.count, bool)), None


def _evaluations(table: Table, main: NDArray[np.bool_]) -> _Filed | None:
    """``val`` for the rows mmengine wrote after an evaluation (a ``step`` and no ``iter``), else ""."""
    if not {"iter", "step"} <= set(table.columns):
        return None
    return _Filed((~main).astype(np.int32), ["", "val"])


def _wall(table: Table) -> dict[str, Curve]:
    """The column of seconds since 1970, if there is one, a value for every row."""
    for name, column in table.columns.items():
        if name.strip().lower().replace(" ", "_") in WALLS and len(column.rows) == table.count:
            seconds = column.values / 1000 if column.values[0] > 1e11 else column.values
            if ((seconds > 1e8) & (seconds < 1e10)).all():
                return {name: seconds}
    return {}


def _labelled(name: str, word: str) -> str:
    return name if not word or name.lower().startswith((f"{word.lower()}/", f"{word.lower()}_")) else f"{word}/{name}"


def _cut_note(table: Table, clock: Clock, row: int) -> Note:
    if row in table.restarts:
        what = Text("the header is written again: a new run starts here", "表头再次出现：从这里起是另一次运行")
    else:
        before, after = clock.raw[row - 1], clock.raw[row]
        what = Text(
            f"{clock.name} goes back from {before:g} to {after:g}: a new run starts here",
            f"{clock.name} 从 {before:g} 退回到 {after:g}：从这里起是另一次运行",
        )
    return Note(str(table.path), what, table.line(row))
