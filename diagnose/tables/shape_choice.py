"""Which lines of an unknown text make it a training log: those whose shape comes back with other numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from diagnose.run import Curve
from diagnose.tables.alike import column
from diagnose.tables.grouped import TENSOR
from diagnose.tables.naming import SLOT, side_of
from diagnose.tables.shapes import Shape, shape_of
from diagnose.tables.timeline import Ints

NONE = np.zeros(0, np.int64)
_OVER = re.compile(r"\b(?:finished|completed?|done|took|ended|end of)\b|完成|结束|耗时|用时", re.IGNORECASE)
FEW = 40  # shapes of line in a log that has just begun
OF_EPOCHS = re.compile(
    rf"(?<![a-z])epoch:? ?[\[(]? ?{SLOT} ?(?:/|of) ?{SLOT}|第 ?{SLOT} ?/ ?{SLOT} ?轮"
    rf"|^[^\w{SLOT}]*epoch:? ?{SLOT}[^\w{SLOT}]*$",
    re.IGNORECASE,
)
REMARK = re.compile(
    r"best|sav(?:ed?|ing)\b|improv|最佳|最好|最高|最优|保存|提升", re.IGNORECASE
)  # repeats what was told
OFTEN = 3  # times a shape must come back before it is a log's
STRAY = 1024  # shapes that do not, from which on some sentences of a text are alike by chance
RARE = 64  # of them to a line of a shape that is no sentence
SURE = 8  # lines that hardly count on by chance


@dataclass(frozen=True)
class Lines:
    """All lines of one shape, by the number of the line: ``at`` int64 [lines], ``numbers`` float64 [lines] by slot.

    ``whole`` (bool, as many) says which were written with nothing but digits, ``pointed`` whether any had a point.
    """

    at: Ints
    numbers: tuple[Curve, ...]
    whole: tuple[NDArray[np.bool_], ...]
    pointed: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.at)

    def of(self, rows: Ints | NDArray[np.bool_] | slice) -> Lines:
        """Some of them."""
        numbers = tuple(one[rows] for one in self.numbers)
        return Lines(self.at[rows], numbers, tuple(one[rows] for one in self.whole), self.pointed)

    def behind(self, slot: int) -> Lines:
        """The same without the numbers before a slot."""
        return Lines(self.at, self.numbers[slot:], self.whole[slot:], self.pointed[slot:])


def joined(parts: Iterable[Lines]) -> Lines:
    """Lines of the same shape that were found apart."""
    every = list(parts)
    lines = every[0]  # no copy of the only one, for it may be large
    if len(every) > 1:
        at = np.concatenate([one.at for one in every])
        numbers = tuple(map(np.concatenate, zip(*(one.numbers for one in every), strict=True)))
        whole = tuple(map(np.concatenate, zip(*(one.whole for one in every), strict=True)))
        lines = Lines(at, numbers, whole, tuple(map(any, zip(*(one.pointed for one in every), strict=True))))
    return lines if (np.diff(lines.at) > 0).all() else lines.of(np.argsort(lines.at, kind="stable"))


@dataclass(frozen=True)
class Carried:
    """The epoch that was last named: ``at`` are the lines that name one, ``epochs`` what they say.

    ``before`` is that of lines before the first of them; ``ahead``: it is named below what was measured in it;
    ``over``: so all its lines say, in words.
    """

    at: Ints
    epochs: Curve
    before: float = np.nan
    ahead: bool = False
    over: bool = False

    def until(self, lines: Ints) -> Curve:
        """What it was at each of these lines, NaN before the first."""
        place = np.searchsorted(self.at, lines, side="right")
        if self.ahead:
            return np.append(self.epochs, self.epochs[-1] + 1)[place]
        return np.append(self.before, self.epochs)[place]

    def of_uncounted(self, lines: Sequence[Ints]) -> Carried:
        """The same for lines that name neither epoch nor step, given by kind.

        A complete log all of whose kinds stand above the first epoch and none below the last names it below. One
        that was cut begins within the epoch before the first it names.
        """
        if not len(self.at) or not lines:
            return self
        first, last = self.at[0], self.at[-1]
        if self.over:
            behind = all(at[0] > first and at[-1] > last for at in lines)
            return self if behind else replace(self, ahead=True)
        above = [int((at < first).sum()) for at in lines]
        if all(above) and self.epochs[0] <= 1 < len(np.unique(self.epochs)) and max(at[-1] for at in lines) < last:
            return replace(self, ahead=True)
        again = self.epochs[0] > 1 or any((at > first).any() for at, count in zip(lines, above, strict=True) if count)
        return replace(self, before=self.epochs[0] - 1) if max(above) == 1 <= self.epochs[0] and again else self


def naming(said: Mapping[str, Lines], shapes: Mapping[str, Shape]) -> list[str]:
    """The shapes whose lines may name an epoch: those that are read, come back, or say how far the epochs go."""
    return [text for text, lines in said.items() if text in shapes or len(lines) > 1 or OF_EPOCHS.search(text)]


def carried_by(said: Mapping[str, Lines], known: Iterable[str], shapes: Mapping[str, Shape] | None = None) -> Carried:
    """The epoch as the lines of some shapes name it; ``shapes`` are those known by other keys than their texts."""
    parts = []
    over = []
    for text in known:
        slot = (shapes[text] if shapes and text in shapes else shape_of(text)).epoch
        if slot is not None:
            over.append(_OVER.search(text) is not None)
            whole = said[text].whole[slot]
            good = slice(None) if whole.all() else whole
            parts.append((said[text].at[good], said[text].numbers[slot][good]))
    return Carried(*column(parts), over=all(over))


def chosen(said: Mapping[str, Lines], *, training: bool, stray: int = 0) -> dict[str, Shape]:
    """The shapes whose lines are read; none when no shape is plainly that of a training log.

    ``stray`` are shapes of the text that do not come back and are not among them.
    """
    carried = carried_by(said, naming(said, {}))
    stray += sum(len(lines) < OFTEN for lines in said.values())
    main = {
        text: shape
        for text, lines in said.items()
        if len(lines) >= OFTEN
        and _speaks(shape := shape_of(text), lines, carried, training=training)
        and _stands_out(shape, lines, stray)
    }
    if not main:
        return (_begun(said) if training else {}) or _printed(said)
    known = {name for shape in main.values() for name in shape.names if name}
    counted = np.sort(np.concatenate([NONE, *(said[text].at for text, shape in main.items() if shape.counted)]))
    for text, lines in said.items():
        if text in main:
            continue
        shape = shape_of(text)
        stands = _stands_out(shape, lines, stray)
        if len(lines) > 1 and shape.losses and (shape.counted or shape.clean) and _changes(shape, lines) and stands:
            main[text] = shape
        elif shape.counted and shape.losses and {name for name in shape.names if name} <= known:
            main[text] = shape  # a remark behind the numbers, and little else
        elif shape.counted or not stands or not (_changes(shape, lines) or (shape.rates and len(lines) >= OFTEN)):
            continue  # what never changes was a setting, but for a rate that comes back
        elif (shape.rates and _rises(lines, carried)) or (shape.losses and _sums_up(text, lines, carried, counted)):
            main[text] = shape
    return main


def _begun(said: Mapping[str, Lines]) -> dict[str, Shape]:
    """The shapes of a short text in which nothing comes back: a log just begun, or a few lines out of one.

    Some line must say how far the epochs go, and lines that say no more than their quantities are read: those of an
    epoch, and those that name the split their score is of.
    """
    if len(said) > FEW or not any(OF_EPOCHS.search(text) for text in said):
        return {}
    shapes = {text: shape_of(text) for text in said}
    found = {}
    for text, shape in shapes.items():
        whole = all(said[text].whole[slot].all() for slot in (shape.epoch, shape.step) if slot is not None)
        sided = any(side_of(shape.names[slot]) and said[text].pointed[slot] for slot in shape.named)
        if shape.losses and shape.clean and whole and (shape.epoch is not None or (not shape.counted and sided)):
            found[text] = shape
    return found


def _printed(said: Mapping[str, Lines]) -> dict[str, Shape]:
    """The shape of bare tensors, where a loop printed hardly anything else: they are called that, and have no role."""
    enough = max(OFTEN, sum(map(len, said.values())) / 2)
    return {text: shape_of(text) for text, lines in said.items() if TENSOR.fullmatch(text) and len(lines) >= enough}


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
    if not all(lines.whole[slot].all() for slot in slots) or not _differ(lines, slots):
        return False
    return shape.losses or (shape.worded and any(lines.pointed[slot] for slot in shape.named))


def _stands_out(shape: Shape, lines: Lines, stray: int) -> bool:
    """Whether lines come back for more than chance among so many shapes that hardly do: often, or by a counter."""
    if stray < STRAY or len(lines) * RARE >= stray:
        return True
    slot = shape.step if shape.epoch is None else shape.epoch
    if slot is None or len(lines) <= OFTEN:
        return False
    onward = np.diff(lines.numbers[slot])
    even = onward[0] > 0 and bool((onward == onward[0]).all())
    return even or (len(lines) >= SURE and bool((onward > 0).mean() > 0.8))


def _changes(shape: Shape, lines: Lines) -> bool:
    """Whether some quantity takes more than one value: what never changes was a setting."""
    return _differ(lines, shape.named)


def _differ(lines: Lines, slots: Sequence[int]) -> bool:
    """Whether one of some numbers is not the same on every line."""
    columns = [lines.numbers[slot] for slot in slots]
    parts = (column[rows] for rows in (slice(OFTEN), slice(None)) for column in columns)  # a few mostly tell
    return any(not ((part == part[0]) | (np.isnan(part) & np.isnan(part[0]))).all() for part in parts)


def _rises(lines: Lines, carried: Carried) -> bool:
    """Whether the epoch goes on from one of the lines to the next, so that they were written once an epoch."""
    when = carried.until(lines.at)
    when = when[np.isfinite(when)]
    return len(when) > 1 and bool((np.diff(when) > 0).mean() > 0.7)


def _sums_up(text: str, lines: Lines, carried: Carried, counted: Ints) -> bool:
    """Whether a sentence comes once after every epoch, or after one of the counted lines where no epoch is named.

    A remark on the best so far or on what was saved must come after each of them, for else it tells a part again.
    """
    told = len(np.unique(carried.until(lines.at)))
    if len(lines) < OFTEN or (REMARK.search(text) and told < len(np.unique(carried.epochs))):
        return False
    if len(carried.at):
        return _rises(lines, carried)
    return bool((np.diff(np.searchsorted(counted, lines.at)) > 0).all())
