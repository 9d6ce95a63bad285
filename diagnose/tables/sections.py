"""Headings of a log: ``Validation:`` or ``Train epoch 4/350`` on a line of its own says what the lines below are of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from diagnose.tables.naming import COUNTERS, IDLE, NO_NAMES, RATES, SLOT, side_of, words
from diagnose.tables.shape_choice import NONE, Carried, Lines, carried_by, naming
from diagnose.tables.shapes import Shape, shape_of
from diagnose.tables.timeline import Ints

MOST = 256  # texts without a number that are remembered
LONG = 100  # characters of a heading, with its time of day
_OVER = re.compile(
    r"finish|done|complete|ended?\b|best|improv|sav|load|loss|size|samples?\b|images?\b|完成|结束|保存|加载",
    re.IGNORECASE,
)
_SIDES = ("", "train", "val", "test")
FEW = 2  # lines of a split in a piece of a log
_FILLS = (IDLE | NO_NAMES | COUNTERS) - {"train"}


def may_head(text: str) -> bool:
    """Whether a text without a number has no more words than a heading."""
    return 0 < len(_bare(text)) <= 5


def _bare(text: str) -> list[str]:
    return [word for word in words(text) if word not in _FILLS]


def _heads(text: str) -> str:
    """The split a heading opens a section of; "" when it is none."""
    said = _bare(text)
    if _OVER.search(text) or not said or len(said) > 5:
        return ""
    return side_of(said[0]) or side_of(said[-1]) or (side_of(text) if len(said) <= 3 else "")


@dataclass(frozen=True)
class _Sections:
    """Where each section begins, and the number of its split among `_SIDES`; ``cut``: the log begins within one."""

    at: Ints
    side: Ints
    cut: bool

    def of(self, lines: Ints) -> Ints:
        """The split of the section each line stands in, 0 for none."""
        return np.append(self._before(), self.side)[np.searchsorted(self.at, lines, side="right")]

    def _before(self) -> int:
        """That of the lines above all headings: what comes before the first when it is back, else what comes last."""
        again = np.flatnonzero(self.side[1:] == self.side[:1])
        return int(self.side[again[0]]) if len(again) else int(self.side[-1]) if self.cut and len(self.side) > 1 else 0


def by_section(
    said: Mapping[str, Lines], shapes: Mapping[str, Shape], plain: Mapping[str, Ints]
) -> tuple[dict[str, Lines], dict[str, Shape]]:
    """Lines and shapes, those of a quantity that is told under several headings of one epoch apart by its split.

    ``plain`` are the lines without a number, by text. An epoch that begins closes the section before it.
    """
    headings = _headings(said, shapes, plain) if shapes else []
    if not headings:
        return dict(said), dict(shapes)
    carried = carried_by(said, naming(said, shapes))
    sections = _sections(said, shapes, headings, carried)
    under: dict[str, dict[int, list[Ints]]] = {}
    for text, shape in shapes.items():
        sides = sections.of(said[text].at)
        for name in shape.names:
            if name and not side_of(name) and not RATES & set(words(name)):
                for side in np.unique(sides).tolist():
                    under.setdefault(name, {}).setdefault(side, []).append(said[text].at[sides == side])
    counted = {name for shape in shapes.values() if shape.step is not None for name in shape.names}
    mixed: dict[str, tuple[str, ...]] = {}
    for name, parts in under.items():
        if (
            {2, 3} & parts.keys()
            and len(parts) > 1
            and _in_turn(list(parts.values()), carried, piece=name not in counted)
        ):
            once = 1 in parts and (0 not in parts or _share(list(map(_of, (parts[0], parts[1]))), carried))
            mixed[name] = ("", "train/" if once else "", "val/", "test/")
    lines, found = dict(said), dict(shapes)
    for text, shape in shapes.items():
        sides = sections.of(said[text].at)
        if shape.step is not None and _counts_on(said[text], shape.step):
            continue
        if not mixed.keys().isdisjoint(shape.names) and sides.any():
            del lines[text], found[text]
            for side in np.unique(sides).tolist():
                key = f"{text}\n{_SIDES[side]}" if side else text
                lines[key] = said[text].of(sides == side)
                names = tuple(mixed[name][side] + name if name in mixed else name for name in shape.names)
                found[key] = replace(shape, names=names)
    return dict(sorted(lines.items(), key=lambda item: int(item[1].at[0]))), found


def _counts_on(lines: Lines, step: int) -> bool:
    """Whether lines count all steps of a training: they do not begin again under a heading."""
    return bool((np.diff(lines.numbers[step]) > 0).all())


def _headings(
    said: Mapping[str, Lines], shapes: Mapping[str, Shape], plain: Mapping[str, Ints]
) -> list[tuple[Ints, int]]:
    """The lines of every heading, and the number of the split it opens a section of."""
    counters = {text: lines.at for text, lines in said.items() if text not in shapes and _counts(text)}
    every = ((at, _heads(text)) for text, at in (*counters.items(), *plain.items()))
    return [(at, _SIDES.index(side)) for at, side in every if side]


def _sections(
    said: Mapping[str, Lines], shapes: Mapping[str, Shape], headings: Sequence[tuple[Ints, int]], carried: Carried
) -> _Sections:
    at = [lines for lines, _ in headings]
    sides = [np.full(len(lines), side) for lines, side in headings]
    heads = np.sort(np.concatenate(at))
    told = np.sort(np.concatenate([NONE, *(said[text].at for text in shapes)]))
    begins = carried.at[np.diff(carried.epochs, prepend=np.nan) != 0]
    head = np.append(-1, heads)[np.searchsorted(heads, begins)]
    if len(begins) and (head[0] >= 0 or told[0] >= begins[0]):  # what was going on when the log begins, goes on
        begins, head = begins[1:], head[1:]
    begins = begins[np.searchsorted(told, head) < np.searchsorted(told, begins)]  # else the heading stands above it
    where, which = np.concatenate([begins, *at]), np.concatenate([np.zeros(len(begins), np.int64), *sides])
    order = np.lexsort((which, where))
    cut = len(told) > 0 and (not len(carried.at) or bool(told[0] < carried.at[0]))
    return _Sections(where[order], which[order], cut)


def _counts(text: str) -> bool:
    """Whether a line holds nothing but the epoch, and perhaps how many there will be."""
    return text.count(SLOT) <= 2 and not shape_of(text).named


def _in_turn(parts: list[list[Ints]], carried: Carried, *, piece: bool) -> bool:
    """Whether the same epochs hold lines of every part; or, in what may be a piece of a log, one follows on another."""
    every = list(map(_of, parts))
    follow = max(one[0] for one in every) < max(one[-1] for one in every)
    few = [len(one) <= FEW for one in every]
    return _share(every, carried) or (piece and (all(few) or (any(few) and follow)))


def _of(part: list[Ints]) -> Ints:
    return np.sort(np.concatenate(part))


def _share(every: list[Ints], carried: Carried) -> bool:
    """Whether at least half of the epochs that hold lines of one part hold lines of each."""
    epochs = [np.unique(one[np.isfinite(one)]) for one in map(carried.until, every)]
    few = min(map(len, epochs))
    return few > 0 and all(2 * len(np.intersect1d(one, other)) >= few for one in epochs for other in epochs)
