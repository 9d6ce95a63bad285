"""From lines whose shapes are known to rows of a table: epochs carried on, repetitions left out, one clock for all."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnose.run import Curve
from diagnose.tables.alike import column, in_order
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
    shape: ``places`` is where its lines stand among all of them, ``values`` are its quantities, [lines] by name.
    """

    at: Ints
    when: Curve
    totals: Curve
    shape: Ints
    places: list[Ints]
    values: list[list[Curve]]
    names: list[tuple[str, ...]]


def told_by(said: Mapping[str, Lines], shapes: Mapping[str, Shape]) -> Told:
    """The lines of the shapes that are read; an epoch is carried on to lines that name none."""
    texts = [text for text in said if text in shapes]
    carried = carried_by(said, naming(said, shapes), shapes)
    beside = carried.of_uncounted([said[text].at for text in texts if not shapes[text].counted])
    totals = [_totals(said[text], shapes[text]) for text in texts]
    steps = [total for text, total in zip(texts, totals, strict=True) if _trains(shapes[text])]
    lengths = np.unique(np.concatenate([np.zeros(0), *steps]))
    reached = _reached(said, shapes) if any(shape.evaluates for shape in shapes.values()) else _never
    announced = _never if all(shape.counted for shape in shapes.values()) else _announced(said, shapes)
    at, place = in_order(np.concatenate([NONE, *(said[text].at for text in texts)]))
    places = np.split(place, np.cumsum([len(said[text]) for text in texts])[:-1])
    told = Told(at, np.empty((2, len(at))).T, np.empty(len(at)), np.empty(len(at), np.int64), places, [], [])
    for number, (text, there) in enumerate(zip(texts, places, strict=True)):
        shape, lines, total = shapes[text], said[text], totals[number]
        own = carried if shape.counted else carried.of_uncounted([lines.at]) if shape.rates else beside
        epochs = own.until(lines.at)
        if not shape.counted and (np.diff(epochs) == 0).any():  # several an epoch, or the epoch was not always printed
            epochs[:] = np.nan
        told.when[there, 0] = epochs
        step = np.full(len(lines), np.nan) if shape.counted else announced(lines.at)
        if shape.step is not None:
            apart = shape.evaluates & (total > 0) & (len(lengths) > 0) & ~np.isin(total, lengths)
            apart |= shape.evaluates and (lines.numbers[shape.step] < reached(lines.at)).mean() > HALF
            good = lines.whole[shape.step] & ~apart  # else it counts its own batches
            step[good] = lines.numbers[shape.step][good]
        told.when[there, 1] = step
        told.totals[there] = total
        told.shape[there] = number
        told.values.append([_value(lines, shape, slot) for slot in shape.named])
        told.names.append(tuple(name for name in shape.names if name))
    return told


def _never(lines: Ints) -> Curve:
    return np.full(len(lines), np.nan)


def _reached(said: Mapping[str, Lines], shapes: Mapping[str, Shape]) -> Callable[[Ints], Curve]:
    """The step that training had reached before a line, NaN before its first."""
    steps = [(said[text], shape.step) for text, shape in shapes.items() if shape.step is not None and _trains(shape)]
    at, values = column([(lines.at, lines.numbers[slot]) for lines, slot in steps])
    reached = np.append(np.nan, values)
    return lambda lines: reached[np.searchsorted(at, lines)]


def _announced(said: Mapping[str, Lines], shapes: Mapping[str, Shape]) -> Callable[[Ints], Curve]:
    """The step named by a line of no other use, ``Iteration 500, Testing net``; NaN where a line that is read is later.

    It counts all steps: it goes on from one such line to the next.
    """
    parts = []
    for text, lines in said.items():
        shape = shapes.get(text) or shape_of(text)
        if shape.step is None or (text not in shapes and (shape.named or not shape.worded or shape.total is not None)):
            continue
        named = lines.numbers[shape.step]
        if text in shapes or ((np.diff(named) > 0).all() and lines.whole[shape.step].all()):
            parts.append((lines.at, np.full(len(lines), np.nan) if text in shapes else named))
    at, steps = column(parts)
    every = np.append(np.nan, steps)
    return lambda lines: every[np.searchsorted(at, lines)]


def _trains(shape: Shape) -> bool:
    return shape.step is not None and not shape.evaluates


def _totals(lines: Lines, shape: Shape) -> Curve:
    """How far each line says its steps go, 0 when it does not."""
    if shape.total is None:
        return np.zeros(len(lines))
    return np.where(lines.whole[shape.total], lines.numbers[shape.total], 0)


def _value(lines: Lines, shape: Shape, slot: int) -> Curve:
    value = lines.numbers[slot]
    if slot in shape.ratios:
        whole = lines.numbers[slot + 1]
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
        same = np.append(False, np.diff(rows) == 1)
        clocks = (clock[rows] for clock in told.when.T)
        parts = zip(*(told.values[number] for number in mine), strict=True)
        for said in itertools.chain(clocks, (np.concatenate(part)[order] for part in parts)):
            same[1:] &= (said[1:] == said[:-1]) | (np.isnan(said[1:]) & np.isnan(said[:-1]))
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
    for _, name, rows, values in sorted(_quantities(told, row), key=lambda one: one[0]):
        parts.setdefault(name.strip(), []).append((rows, values))
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
        value = np.concatenate([told.values[shape][at][row[places] >= 0] for shape, places, at in parts])[order]
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


def _quantities(told: Told, row: Ints) -> Iterator[tuple[int, str, Ints, Curve]]:
    """Where each quantity of a shape comes first among all lines, its name, and its rows and values."""
    for places, values, names in zip(told.places, told.values, told.names, strict=True):
        kept = np.flatnonzero(row[places] >= 0)
        if len(kept):
            every = slice(None) if len(kept) == len(places) else kept
            rows = row[places[every]]
            for name, value in zip(names, values, strict=True):
                yield int(places[kept[0]]), name, rows, value[every]


def _clocks(when: Curve, totals: Curve) -> Curve:
    """Give every row, in place, the finest counter there is: steps since the start where an epoch's length is known."""
    fine = np.isfinite(when[:, 1])
    if 3 * fine.sum() < len(when):
        when[:, 1] = np.nan
        return when
    known = np.isfinite(when[fine, 0])
    if known.all() and len(np.unique(when[fine, 0])) > 1 and (when[fine, 1] == totals[fine]).all():
        when[:, 1] = np.nan  # only the end of every epoch was kept
        return when
    if known.all() and (length := _length(when[fine], totals[fine])):
        beyond = fine & (totals == 0) & (when[:, 1] >= length)  # counts all steps, the others those of their epoch
        when[beyond, 1] = np.nan
        fine &= ~beyond
        first = min(when[fine, 0].min(), 1)
        when[fine, 1] += (when[fine, 0] - first) * length
    if fine.any():
        known, other = np.flatnonzero(fine), np.flatnonzero(~fine)
        said = when[known[np.maximum(np.searchsorted(known, other) - 1, 0)]]
        when[other] = np.where(np.isfinite(said), said, when[other])
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
