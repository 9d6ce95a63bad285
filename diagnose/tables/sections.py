"""Headings of a log: ``Validation:`` or ``Train epoch 4/350`` on a line of its own says what the lines below are of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from diagnose.tables.naming import COUNTERS, IDLE, NO_NAMES, side_of, words
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
    """Where each section begins, and the number of its split among `_SIDES`."""

    at: Ints
    side: Ints

    def of(self, lines: Ints) -> Ints:
        """The split of the section each line stands in, 0 for none."""
        return np.append(0, self.side)[np.searchsorted(self.at, lines, side="right")]


def by_section(
    said: Mapping[str, Lines], shapes: Mapping[str, Shape], plain: Mapping[str, Ints]
) -> tuple[dict[str, Lines], dict[str, Shape]]:
    """Lines and shapes, those of a quantity that is told under several headings of one epoch apart by its split.

    ``plain`` are the lines without a number, by text. An epoch that begins closes the section before it.
    """
    carried = carried_by(said, naming(said, shapes))
    sections = _sections(said, shapes, plain, carried)
    under: dict[str, dict[int, list[Ints]]] = {}
    for text, shape in shapes.items():
        sides = sections.of(said[text].at)
        for name in shape.names:
            if name and not side_of(name):
                for side in np.unique(sides).tolist():
                    under.setdefault(name, {}).setdefault(side, []).append(said[text].at[sides == side])
    mixed = {name for name, parts in under.items() if len(parts) > 1 and _in_turn(list(parts.values()), carried)}
    lines, found = dict(said), dict(shapes)
    for text, shape in shapes.items():
        sides = sections.of(said[text].at)
        if not mixed.isdisjoint(shape.names) and sides.any():
            del lines[text], found[text]
            for side in np.unique(sides).tolist():
                key = f"{text}\n{_SIDES[side]}" if side else text
                lines[key] = said[text].of(sides == side)
                found[key] = replace(shape, names=tuple(_named(name, _SIDES[side], mixed) for name in shape.names))
    return dict(sorted(lines.items(), key=lambda item: int(item[1].at[0]))), found


def _named(name: str, side: str, mixed: set[str]) -> str:
    return f"{side}/{name}" if side and name in mixed else name


def _sections(
    said: Mapping[str, Lines], shapes: Mapping[str, Shape], plain: Mapping[str, Ints], carried: Carried
) -> _Sections:
    begins = carried.at[np.diff(carried.epochs, prepend=np.nan) != 0]
    at, sides = [begins], [np.zeros(len(begins), np.int64)]
    counters = {text: lines.at for text, lines in said.items() if text not in shapes and not shape_of(text).named}
    for text, lines in (*counters.items(), *plain.items()):
        if side := _heads(text):
            at.append(lines)
            sides.append(np.full(len(lines), _SIDES.index(side)))
    where, which = np.concatenate([NONE, *at]), np.concatenate([NONE, *sides])
    order = np.lexsort((which, where))
    return _Sections(where[order], which[order])


def _in_turn(parts: list[list[Ints]], carried: Carried) -> bool:
    """Whether the same epochs, or else stretches of the file, hold lines of every part."""
    every = [np.sort(np.concatenate(part)) for part in parts]
    epochs = [np.unique(one[np.isfinite(one)]) for one in map(carried.until, every)]
    few = min(map(len, epochs))
    if few:
        return all(2 * len(np.intersect1d(one, other)) >= few for one in epochs for other in epochs)
    return bool(min(one[-1] for one in every) > max(one[0] for one in every))
