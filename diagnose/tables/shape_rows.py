"""From lines whose shapes are known to rows of a table: epochs carried on, repetitions left out, one clock for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnose.run import Curve
from diagnose.tables.alike import column
from diagnose.tables.shape_choice import NONE, Lines, carried_by, naming
from diagnose.tables.shapes import Shape, shape_of
from diagnose.tables.table import Column
from diagnose.tables.timeline import Ints

CLOCKS = ("epoch", "step")
ROUNDED = 5e-3  # how far apart one value printed twice may be
HALF = 0.5  # of the lines of a kind, above which they are believed to behave so
Rows = NDArray[np.bool_]


@dataclass
class Told:
    """The lines that are read, in their order: ``at`` int64 [lines], ``when`` epoch and step, NaN for none [lines, 2].

    ``totals`` is how far a line says its steps go, 0 when it does not, and ``shape`` the number of its shape. By
    shape: ``places`` is where its lines stand among all of them, ``values`` its quantities [lines, names].
    """

    at: Ints
    when: Curve
    totals: Curve
    shape: Ints
    places: list[Ints]
    values: list[Curve]
    names: list[tuple[str, ...]]


def told_by(said: Mapping[str, Lines], shapes: Mapping[str, Shape]) -> Told:
    """The lines of the shapes that are read; an epoch is carried on to lines that name none."""
    texts = [text for text in said if text in shapes]
    carried = carried_by(said, naming(said, shapes), shapes)
    beside = carried.of_uncounted([said[text].at for text in texts if not shapes[text].counted])
    totals = [_totals(said[text], shapes[text]) for text in texts]
    steps = [total for text, total in zip(texts, totals, strict=True) if _trains(shapes[text])]
    lengths = np.unique(np.concatenate([np.zeros(0), *steps]))
    reached = _reached(said, shapes)
    announced = _announced(said, shapes)
    when, values = [], []
    for text, total in zip(texts, totals, strict=True):
        shape, lines = shapes[text], said[text]
        own = carried if shape.counted else carried.of_uncounted([lines.at]) if shape.rates else beside
        epochs = own.until(lines.at)
        if not shape.counted and (np.diff(epochs) == 0).any():  # several an epoch, or the epoch was not always printed
            epochs[:] = np.nan
        step = np.full(len(lines), np.nan) if shape.counted else announced(lines.at)
        if shape.step is not None:
            apart = shape.evaluates & (total > 0) & (len(lengths) > 0) & ~np.isin(total, lengths)
            apart |= shape.evaluates and (lines.numbers[:, shape.step] < reached(lines.at)).mean() > HALF
            good = lines.whole[:, shape.step] & ~apart  # else it counts its own batches
            step[good] = lines.numbers[good, shape.step]
        when.append(np.stack([epochs, step], axis=1))
        values.append(np.array([_value(lines, shape, slot) for slot in shape.named]).reshape(-1, len(lines)).T)
    at = np.concatenate([NONE, *(said[text].at for text in texts)])
    order = np.argsort(at, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    sizes = [len(said[text]) for text in texts]
    places = np.split(place, np.cumsum(sizes)[:-1])
    numbers = np.repeat(np.arange(len(texts), dtype=np.int64), sizes)[order]
    names = [tuple(name for name in shapes[text].names if name) for text in texts]
    return Told(at[order], np.concatenate(when)[order], np.concatenate(totals)[order], numbers, places, values, names)


def _reached(said: Mapping[str, Lines], shapes: Mapping[str, Shape]) -> Callable[[Ints], Curve]:
    """The step that training had reached before a line, NaN before its first."""
    steps = [(said[text], shape.step) for text, shape in shapes.items() if shape.step is not None and _trains(shape)]
    at = np.concatenate([NONE, *(lines.at for lines, _ in steps)])
    order = np.argsort(at, kind="stable")
    reached = np.append(
        np.nan, np.concatenate([np.zeros(0), *(lines.numbers[:, slot] for lines, slot in steps)])[order]
    )
    return lambda lines: reached[np.searchsorted(at[order], lines)]


def _announced(said: Mapping[str, Lines], shapes: Mapping[str, Shape]) -> Callable[[Ints], Curve]:
    """The step named by a line of no other use, ``Iteration 500, Testing net``; NaN where a line that is read is later.

    It counts all steps: it goes on from one such line to the next.
    """
    at, steps = [], []
    for text, lines in said.items():
        shape = shapes.get(text) or shape_of(text)
        if shape.step is None or (text not in shapes and (shape.named or not shape.worded or shape.total is not None)):
            continue
        named = lines.numbers[:, shape.step]
        if text in shapes or ((np.diff(named) > 0).all() and lines.whole[:, shape.step].all()):
            at.append(lines.at)
            steps.append(np.full(len(lines), np.nan) if text in shapes else named)
    place = np.concatenate([NONE, *at])
    order = np.argsort(place, kind="stable")
    every = np.append(np.nan, np.concatenate([np.zeros(0), *steps])[order])
    return lambda lines: every[np.searchsorted(place[order], lines)]


def _trains(shape: Shape) -> bool:
    return shape.step is not None and not shape.evaluates


def _totals(lines: Lines, shape: Shape) -> Curve:
    """How far each line says its steps go, 0 when it does not."""
    if shape.total is None:
        return np.zeros(len(lines))
    return np.where(lines.whole[:, shape.total], lines.numbers[:, shape.total], 0)


def _value(lines: Lines, shape: Shape, slot: int) -> Curve:
    value: Curve = lines.numbers[:, slot]
    if slot in shape.ratios:
        whole = lines.numbers[:, slot + 1]
        value = value / np.where(whole == 0, np.nan, whole)
    return value


def once(told: Told) -> tuple[Rows, Ints]:
    """Which lines are not printed twice, and the numbers of the lines that repeat a step with other numbers."""
    kept = np.ones(len(told.at), bool)
    again = np.zeros(len(told.at), bool)
    for names in dict.fromkeys(told.names):
        mine = [number for number, one in enumerate(told.names) if one == names]
        rows = np.concatenate([told.places[number] for number in mine])
        order = np.argsort(rows, kind="stable")
        rows = rows[order]
        values = np.concatenate([told.values[number] for number in mine])[order]
        said = np.concatenate([told.when[rows], values], axis=1)
        same = np.zeros(len(rows), bool)
        equal = (said[1:] == said[:-1]) | (np.isnan(said[1:]) & np.isnan(said[:-1]))
        same[1:] = equal.all(axis=1) & (np.diff(rows) == 1)
        first = np.maximum.accumulate(np.where(same, 0, np.arange(len(rows))))
        stepped = np.isfinite(told.when[rows, 1])
        shape = told.shape[rows]
        kept[rows] = ~(same & ((shape != shape[first]) | stepped))
        if len(mine) > 1:
            own = np.flatnonzero(kept[rows] & stepped)
            _, begin, which = np.unique(
                np.nan_to_num(told.when[rows[own]], nan=-1), axis=0, return_index=True, return_inverse=True
            )
            again[rows[own]] = shape[own] != shape[own[begin[which.ravel()]]]
    return kept & ~again, told.at[again]


def merged(told: Told, rows: Ints) -> Rows:
    """Which lines begin a row: the others tell of other things at the same moment as the line before them."""
    when = told.when[rows]
    equal = (when[1:] == when[:-1]) | (np.isnan(when[1:]) & np.isnan(when[:-1]))
    joins = np.zeros(len(rows) + 1, bool)
    joins[1:-1] = equal.all(axis=1) & np.isfinite(when[1:]).any(axis=1)
    begins = np.ones(len(rows), bool)
    held: frozenset[str] = frozenset()
    named = [frozenset(names) - {*CLOCKS} for names in told.names]
    beside: dict[tuple[frozenset[str], int], frozenset[str] | None] = {}
    places = np.flatnonzero(joins[:-1] | joins[1:])
    for place, shape, joined in zip(
        places.tolist(), told.shape[rows[places]].tolist(), joins[places].tolist(), strict=True
    ):
        both = None
        if joined:
            if (held, shape) not in beside:
                beside[held, shape] = None if held & named[shape] else held | named[shape]
            both = beside[held, shape]
        begins[place] = both is None
        held = named[shape] if both is None else both
    return begins


@dataclass
class Found:
    """``columns`` with the clocks first, and ``at``, the line of every row.

    ``early`` are the lines before the first epoch or step, ``again`` those that repeat a step with other numbers;
    neither is among the rows.
    """

    columns: dict[str, Column]
    at: Ints
    early: Ints
    again: Ints


def rows_of(told: Told) -> Found:
    """The rows of a table, out of the lines that are read."""
    kept, again = once(told)
    rows = np.flatnonzero(kept)
    begins = merged(told, rows)
    heads = rows[begins]
    when = _clocks(told.when[heads], told.totals[heads])
    first = int(np.isfinite(when).any(axis=1).argmax())
    row = np.full(len(told.at), -1, np.int64)
    row[rows] = np.cumsum(begins) - 1 - first
    told.names = _apart(told, row, when[first:])
    columns = {}
    for name, clock in zip(CLOCKS, when[first:].T, strict=True):
        there = np.flatnonzero(np.isfinite(clock))
        if len(there):
            columns[name] = Column(there, clock[there])
    parts: dict[str, list[tuple[Ints, Curve]]] = {}
    for name, places, values in sorted(_quantities(told, row), key=lambda one: int(one[1][0])):
        parts.setdefault(name.strip(), []).append((row[places], values))
    columns |= {name: Column(*column(some)) for name, some in parts.items() if name not in CLOCKS}
    return Found(columns, told.at[heads[first:]], told.at[heads[:first]], again)


def _apart(told: Told, row: Ints, when: Curve) -> list[tuple[str, ...]]:
    """The names by shape, numbered where lines of another shape have just told another value for the same moment.

    So does the mean of an epoch after its last batch, or an evaluation that does not say it is one.
    """
    names = [list(one) for one in told.names]
    for name in {name for one in names for name in one if [name in other for other in names].count(True) > 1}:
        parts = [(shape, told.places[shape], one.index(name)) for shape, one in enumerate(names) if name in one]
        place = np.concatenate([places[row[places] >= 0] for _, places, _ in parts])
        order = np.argsort(place, kind="stable")
        place = place[order]
        value = np.concatenate([told.values[shape][row[places] >= 0, at] for shape, places, at in parts])[order]
        shape, moment = told.shape[place], when[row[place]]
        same = (moment[1:] == moment[:-1]) | (np.isnan(moment[1:]) & np.isnan(moment[:-1]))
        clash = same.all(axis=1) & np.isfinite(moment[1:]).any(axis=1) & (shape[1:] != shape[:-1])
        clash = np.append(False, clash & ~np.isclose(value[1:], value[:-1], rtol=ROUNDED, atol=0, equal_nan=True))
        again = 1
        for one, _, at in parts:
            if clash[shape == one].sum() >= max(1, HALF * (shape == one).sum()):
                again += 1
                names[one][at] = f"{name} {again}"
    return [tuple(one) for one in names]


def _quantities(told: Told, row: Ints) -> Iterator[tuple[str, Ints, Curve]]:
    for places, values, names in zip(told.places, told.values, told.names, strict=True):
        kept = row[places] >= 0
        if kept.any():
            for name, value in zip(names, values.T, strict=True):
                yield name, places[kept], value[kept]


def _clocks(when: Curve, totals: Curve) -> Curve:
    """Give every row the finest counter there is: steps since the start where an epoch's length is known."""
    when = when.copy()
    fine = np.isfinite(when[:, 1])
    if 3 * fine.sum() < len(when):
        when[:, 1] = np.nan
        return when
    if np.isfinite(when[fine, 0]).all() and (length := _length(when[fine], totals[fine])):
        beyond = fine & (totals == 0) & (when[:, 1] >= length)  # counts all steps, the others those of their epoch
        when[beyond, 1] = np.nan
        fine &= ~beyond
        first = min(when[fine, 0].min(), 1)
        when[fine, 1] += (when[fine, 0] - first) * length
    if fine.any():
        rows = np.arange(len(when))
        latest = np.maximum.accumulate(np.where(fine, rows, np.flatnonzero(fine)[0]))
        said = when[latest]
        other = ~fine
        when[other] = np.where(np.isfinite(said[other]), said[other], when[other])
    return when


def _length(when: Curve, totals: Curve) -> float:
    """The steps to an epoch where they are counted from the start in each and every line says how many; else 0.

    A line that does not, and has got further than an epoch is long, counts something else.
    """
    length = float(totals.max(initial=0))
    said = (totals > 0) | (when[:, 1] < length)
    if not said.any():
        return 0
    epochs, steps = when[said].T
    again = bool(((np.diff(epochs) > 0) & (np.diff(steps) < 0)).any())
    alone = bool(epochs[0] > 1 and (epochs == epochs[0]).all() and steps[0] <= 1 and said.all())  # of one epoch only
    good = (again or alone) and 2 * said.sum() > len(said) and np.isin(totals[said], (length, 0)).all()
    return length if good and (totals[said] > 0).any() and (steps <= length).all() else 0
