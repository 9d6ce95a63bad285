"""Which lines of an unknown text make it a training log: those whose shape comes back with other numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from diagnose.tables.shapes import LONGEST, Shape, shape_of, taken_out

OFTEN = 3  # times a shape must come back before it is a log's


@dataclass(frozen=True)
class Said:
    """A line with numbers: where it stands, its shape's text, the numbers."""

    line: int
    text: str
    numbers: Sequence[str]


def said_in(text: str) -> Iterator[Said]:
    """The lines that hold a number and are short enough to have been written for a person."""
    for number, line in enumerate(text.split("\n"), 1):
        if 2 < len(line) <= LONGEST:
            shape, numbers = taken_out(line)
            if numbers:
                yield Said(number, shape, numbers)


def chosen(said: Sequence[Said], *, training: bool) -> dict[str, Shape]:
    """The shapes whose lines are read; none when no shape is plainly that of a training log."""
    often: dict[str, list[Said]] = {}
    for one in said:
        often.setdefault(one.text, []).append(one)
    carried = carried_by(said, {text for text, lines in often.items() if len(lines) > 1})
    main = {
        text: shape
        for text, lines in often.items()
        if len(lines) >= OFTEN and _speaks(shape := shape_of(text), lines, carried, training=training)
    }
    if not main:
        return {}
    known = {name for shape in main.values() for name in shape.names if name}
    for text, lines in often.items():
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


def _speaks(shape: Shape, lines: Sequence[Said], carried: Mapping[int, int], *, training: bool) -> bool:
    """Whether lines of this shape alone make a training log of a file."""
    if not shape.named:
        return False
    if not shape.counted:
        return (
            training
            and shape.losses
            and shape.clean
            and (_changes(shape, lines) or len({carried.get(one.line) for one in lines}) > 1)
        )
    slots = [slot for slot in (shape.epoch, shape.step) if slot is not None]
    when = [tuple(one.numbers[slot] for slot in slots) for one in lines]
    if not all(number.isdigit() for one in when for number in one) or len(set(when)) < 2:
        return False
    return shape.losses or (shape.worded and any("." in one.numbers[slot] for one in lines for slot in shape.named))


def _changes(shape: Shape, lines: Sequence[Said]) -> bool:
    """Whether some quantity takes more than one value: what never changes was a setting."""
    return any(len({one.numbers[slot] for one in lines}) > 1 for slot in shape.named)


def _rises(lines: Sequence[Said], carried: Mapping[int, int]) -> bool:
    """Whether the epoch goes on from one of the lines to the next, so that they were written once an epoch."""
    when = [carried[one.line] for one in lines if one.line in carried]
    return len(when) >= OFTEN and bool((np.diff(when) > 0).mean() > 0.7)


def carried_by(said: Sequence[Said], known: set[str]) -> dict[int, int]:
    """The epoch that was last named before each line."""
    found: dict[int, int] = {}
    epoch: int | None = None
    for one in said:
        if one.text in known and (slot := shape_of(one.text).epoch) is not None and one.numbers[slot].isdigit():
            epoch = int(one.numbers[slot])
        if epoch is not None:
            found[one.line] = epoch
    return found
