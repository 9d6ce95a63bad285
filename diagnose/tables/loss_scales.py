"""What fairseq, apex and DeepSpeed print whenever half precision makes them skip a step: the loss scale as a curve."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from diagnose.run import Curve, Note
from diagnose.tables.apart import CALLED, RANKS, WRITERS
from diagnose.tables.clock import FINE, best, counts, tail
from diagnose.tables.longtext import LongText, may_hold
from diagnose.tables.table import WALLS, Column, Table
from diagnose.tables.textfile import hits
from diagnose.tables.timeline import Ints
from kb.text import Text

NAME = "loss_scale"
_SAID = re.compile(
    r"overflow detected,[^\n:]{0,60}: ?(?P<fairseq>[-+.\deE]{1,30})|"
    r"Gradient overflow\. {1,2}Skipping step, loss scaler (?P<which>\d{1,4}) "
    r"reducing loss scale to (?P<apex>[-+.\deE]{1,30})|"
    r"OVERFLOW! (?:Rank \d{1,6} )?Skipping step\. Attempted loss scale: [-+.\deE]{1,30}, "
    r"reducing to (?P<deepspeed>[-+.\deE]{1,30})"
)
_CARRIED = frozenset((*RANKS, *WRITERS, *CALLED, *WALLS))  # who wrote a row and when: of a message as of the row before


@dataclass(frozen=True)
class Scales:
    """``lines`` int64 [n]: where a skipped step was reported; ``values`` float64 [n]: the scale it was lowered to."""

    lines: Ints
    values: Curve

    def __len__(self) -> int:
        return len(self.lines)

    def between(self, start: int, stop: float) -> Scales:
        """Those reported on the lines from ``start`` on and before ``stop``."""
        there = (self.lines >= start) & (self.lines < stop)
        return Scales(self.lines[there], self.values[there])


def scales_in(text: str | LongText) -> Scales:
    """Every reported overflow of the first scaler there is."""
    if not any(may_hold(text, word) for word in ("verflow", "OVERFLOW!")):
        return Scales(np.zeros(0, np.int64), np.zeros(0))
    lines, values = [], []
    first: str | None = None
    for line, match in hits(_SAID, text):
        first = match["which"] if first is None else first
        try:
            value = float(match["fairseq"] or match["apex"] or match["deepspeed"])
        except ValueError:
            continue
        if match["which"] == first:
            lines.append(line)
            values.append(value)
    return Scales(np.array(lines, np.int64), np.array(values))


def scale_note(path: Path, scales: Scales) -> list[Note]:
    """One note for all the steps that were skipped."""
    if not len(scales):
        return []
    count, last = len(scales), f"{scales.values[-1]:g}"
    what = Text(
        f"gradient overflows reported: {count}; the loss scale was last set to {last}",
        f"报告了 {count} 次梯度溢出；损失缩放最后设为 {last}",
    )
    return [Note(str(path), what, int(scales.lines[0]))]


def with_scales(table: Table, scales: Scales, label: str = "") -> Table:
    """The table with a row for every message that has a step to itself, and a note on all of them.

    A scale that never fell below one is at work as it should be: the note is enough, and no step has to be guessed.
    Between two rows a message is a step behind the one before it, as far as there is room. Where only epochs are
    counted the last of an epoch remains. Rows are filed under ``label``, if rows are filed at all.
    """
    notes = [*table.notes, *scale_note(table.path, scales)]
    lines = np.array(table.lines, np.int64)
    low = len(scales) and scales.values.min() < 1
    if not low or len(lines) != table.count or (np.diff(lines) < 0).any():
        return replace(table, notes=notes)
    if not table.count:
        columns = {NAME: Column(np.arange(len(scales)), scales.values)}
        return Table(table.path, table.format, len(scales), columns, array("q", scales.lines.tobytes()), notes=notes)
    at = np.searchsorted(lines, scales.lines)
    often = {name: one for name, one in table.columns.items() if counts(name) and 2 * len(one.rows) >= table.count}
    clocks = {name: one.dense(table.count) for name, one in often.items()}
    clock = best(clocks, table.count)
    steps = _steps(clocks[clock], at, fine=tail(clock) in FINE) if clock else np.arange(len(at), dtype=np.float64)
    kept = np.append((np.diff(at) > 0) | (np.diff(steps) != 0), True)
    at, steps, values = at[kept], steps[kept], scales.values[kept]
    own = at + np.arange(len(at))  # their rows among all, and below those of the others
    moved = np.arange(table.count) + np.searchsorted(at, np.arange(table.count), side="right")
    before = np.maximum(at - 1, 0)
    columns = {}
    for name, one in table.columns.items():
        more: Curve | None = None
        if name == clock:
            more = steps
        elif name in clocks or (len(one.rows) == table.count and name.strip().lower().replace(" ", "_") in _CARRIED):
            more = _filled(one.dense(table.count))[before]
        columns[name] = Column(moved[one.rows], one.values) if more is None else _both(moved, one, own, more)
    name = next((name for name in columns if name.replace(" ", "_") == NAME), NAME)
    old = columns.get(name)
    rows = own if old is None else np.concatenate([old.rows, own])
    numbers = values if old is None else np.concatenate([old.values, values])
    order = np.argsort(rows)
    columns[name] = Column(rows[order], numbers[order])
    every = np.insert(lines, at, scales.lines[kept])
    return replace(
        table,
        count=len(every),
        columns=columns,
        lines=array("q", every.tobytes()),
        labels=_beside(table.labels, at, label or Counter(table.labels).most_common(1)[0][0]) if table.labels else (),
        runs=_beside(table.runs, at) if table.runs else (),
        restarts=[int(moved[row]) for row in table.restarts],
        notes=notes,
    )


def _steps(clock: Curve, at: Ints, *, fine: bool) -> Curve:
    """The step of each message, which stands before row ``at`` [n]: float64 [n]."""
    ahead = np.concatenate([[np.nan], _filled(clock)])[at]  # of the row before; NaN before the first
    behind = np.concatenate([_filled(clock[::-1])[::-1], [np.nan]])[at]
    first = np.searchsorted(at, at)
    place = np.arange(len(at)) - first + 1.0
    left = np.searchsorted(at, at, side="right") - np.arange(len(at))
    if not fine:
        place, left = np.zeros(len(at)), np.zeros(len(at), np.int64)
    room = np.where(np.isnan(behind), np.inf, np.maximum(behind - 1, ahead))
    steps: Curve = np.where(np.isnan(ahead), np.maximum(behind - left, 0), np.minimum(ahead + place, room))
    return steps


def _filled(values: Curve) -> Curve:
    """The values with the last one known where one is missing."""
    known = np.maximum.accumulate(np.where(np.isnan(values), 0, np.arange(len(values))))
    filled: Curve = values[known]
    return filled


def _both(moved: Ints, one: Column, own: Ints, more: Curve) -> Column:
    """A column whose rows were moved, with values for the rows of messages among them."""
    good = ~np.isnan(more)
    rows = np.concatenate([moved[one.rows], own[good]])
    order = np.argsort(rows)
    return Column(rows[order], np.concatenate([one.values, more[good]])[order])


def _beside(words: Sequence[str], at: Ints, word: str = "") -> list[str]:
    """The words of the rows, with ``word``, or that of the row before, for every message."""
    found: list[str] = []
    done = 0
    for place in at.tolist():
        found += words[done:place]
        found.append(word or (found[-1] if found else words[0]))
        done = place
    return [*found, *words[done:]]
