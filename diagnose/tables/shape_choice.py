"""Which lines of an unknown text make it a training log: those whose shape comes back with other numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnose.run import Curve
from diagnose.tables.shapes import Shape, shape_of
from diagnose.tables.timeline import Ints

NONE = np.zeros(0, np.int64)
OFTEN = 3  # times a shape must come back before it is a log's


@dataclass(frozen=True)
class Lines:
    """All lines of one shape, by the number of the line: ``at`` int64 [lines], ``numbers`` float64 [lines, slots].

    ``whole`` (bool, as many) says which were written with nothing but digits, ``pointed`` whether any had a point.
    """

    at: Ints
    numbers: Curve
    whole: NDArray[np.bool_]
    pointed: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.at)

    def of(self, rows: Ints | NDArray[np.bool_] | slice) -> Lines:
        """Some of them."""
        return Lines(self.at[rows], self.numbers[rows], self.whole[rows], self.pointed)


def joined(parts: Iterable[Lines]) -> Lines:
    """Lines of the same shape that were found apart."""
    every = list(parts)
    at = np.concatenate([one.at for one in every])
    numbers = np.concatenate([one.numbers for one in every])
    whole = np.concatenate([one.whole for one in every])
    pointed = tuple(map(any, zip(*(one.pointed for one in every), strict=True)))
    lines = Lines(at, numbers, whole, pointed)
    return lines if (np.diff(at) > 0).all() else lines.of(np.argsort(at, kind="stable"))


@dataclass(frozen=True)
class Carried:
    """The epoch that was last named: ``at`` are the lines that name one, ``epochs`` what they say."""

    at: Ints
    epochs: Curve

    def until(self, lines: Ints) -> Curve:
        """What it was at each of these lines, NaN before the first."""
        place = np.searchsorted(self.at, lines, side="right")
        return np.append(np.nan, self.epochs)[place]


def carried_by(said: Mapping[str, Lines], known: Iterable[str]) -> Carried:
    """The epoch as the lines of some shapes name it."""
    places, epochs = [NONE], [np.zeros(0)]
    for text in known:
        slot = shape_of(text).epoch
        if slot is not None:
            good = said[text].whole[:, slot]
            places.append(said[text].at[good])
            epochs.append(said[text].numbers[good, slot])
    at = np.concatenate(places)
    order = np.argsort(at, kind="stable")
    return Carried(at[order], np.concatenate(epochs)[order])


def chosen(said: Mapping[str, Lines], *, training: bool) -> dict[str, Shape]:
    """The shapes whose lines are read; none when no shape is plainly that of a training log."""
    carried = carried_by(said, [text for text, lines in said.items() if len(lines) > 1])
    main = {
        text: shape
        for text, lines in said.items()
        if len(lines) >= OFTEN and _speaks(shape := shape_of(text), lines, carried, training=training)
    }
    if not main:
        return {}
    known = {name for shape in main.values() for name in shape.names if name}
    for text, lines in said.items():
        if text in main:
            continue
        shape = shape_of(text)
        if len(lines) > 1 and shape.losses and (shape.counted or shape.clean) and _changes(shape, lines):
            main[text] = shape
        elif shape.counted and shape.losses and {name for name in shape.names if name} <= known:
            main[text] = shape  # a remark behind the numbers, and little else
        elif shape.rates and not shape.counted and _rises(lines, carried) and _changes(shape, lines):
            main[text] = shape
    return main


def _speaks(shape: Shape, lines: Lines, carried: Carried, *, training: bool) -> bool:
    """Whether lines of this shape alone make a training log of a file."""
    if not shape.named:
        return False
    if not shape.counted:
        return (
            training
            and shape.losses
            and shape.clean
            and (_changes(shape, lines) or len(np.unique(carried.until(lines.at))) > 1)
        )
    slots = [slot for slot in (shape.epoch, shape.step) if slot is not None]
    if not lines.whole[:, slots].all() or not _differ(lines.numbers[:, slots]):
        return False
    return shape.losses or (shape.worded and any(lines.pointed[slot] for slot in shape.named))


def _changes(shape: Shape, lines: Lines) -> bool:
    """Whether some quantity takes more than one value: what never changes was a setting."""
    return _differ(lines.numbers[:, shape.named])


def _differ(numbers: Curve) -> bool:
    first = numbers[:1]
    return not ((numbers == first) | (np.isnan(numbers) & np.isnan(first))).all()


def _rises(lines: Lines, carried: Carried) -> bool:
    """Whether the epoch goes on from one of the lines to the next, so that they were written once an epoch."""
    when = carried.until(lines.at)
    when = when[np.isfinite(when)]
    return len(when) >= OFTEN and bool((np.diff(when) > 0).mean() > 0.7)
