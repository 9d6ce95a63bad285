"""The numbers in the lines of an unknown text, by the shape of the line, and whether the text ends within one."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from diagnose.tables import printed
from diagnose.tables.coco import SCORE
from diagnose.tables.harvest import Harvest
from diagnose.tables.leftover import Leftover
from diagnose.tables.longtext import LongText, to_the_last
from diagnose.tables.naming import SLOT
from diagnose.tables.prose import Sifted
from diagnose.tables.said import Said
from diagnose.tables.sections import LONG, MOST, may_head
from diagnose.tables.shape_choice import Lines, joined
from diagnose.tables.shapes import LONGEST, located, plainly
from diagnose.tables.textfile import cut_short
from diagnose.tables.timeline import Ints

_FORMS = "\x02"  # between the text of a shape and how its numbers are written
_NUMBERED = re.compile(r"\d|nan|inf", re.IGNORECASE)  # a line without any of them holds no number


@dataclass
class Spoken:
    """``numbers`` are the lines that hold some and are short enough to have been written for a person, by shape.

    Shapes come in the order of their first lines; ``plain`` are lines that hold none and may be headings, ``heads``
    those that may begin a table. ``cut`` is the number of a last line that ends within a number, as far as the line
    before it can tell; it is left out. ``stray`` is how many shapes of sentences were left out.
    """

    numbers: dict[str, Lines]
    plain: dict[str, Ints]
    heads: list[int]
    cut: int | None = None
    stray: int = 0


def spoken_in(text: str | LongText) -> Spoken:
    """What the lines of a text say."""
    sift = Sifted(_said)
    harvest = Harvest(_said, others=Leftover(), sift=sift)
    whole, rest = to_the_last(text)
    harvest.read_parts(whole)
    over: dict[str, list[int]] = {}
    heads: list[int] = []
    for number, line in harvest.others or ():
        plain = plainly(line)
        if said := _said(plain, plain=True):
            harvest.remember(said.kind, number, plain)
            harvest.add(number, said, [plain[start:stop] for start, stop in said.spans])
            continue
        if printed.may_head(line):
            heads.append(number)
        if len(line) <= LONG and may_head(head := located(line)[0]) and (len(over) < MOST or head in over):
            over.setdefault(head, []).append(number)
    last, cut = plainly(rest), None
    if said := _said(last, plain=True):
        words = [last[start:stop] for start, stop in said.spans]
        if _half(harvest, said, last, words):
            cut = harvest.lines + 1
        else:
            harvest.add(harvest.lines + 1, said, words)
    harvest.gather()
    found: dict[str, list[Lines]] = {}
    for (kind, _), rows in harvest.rows.items():
        shape, _, forms = kind.rpartition(_FORMS)
        at, columns = rows.held()
        digits = tuple(np.broadcast_to(np.bool_(form == "d"), len(at)) for form in forms)
        found.setdefault(shape, []).append(Lines(at, tuple(columns), digits, tuple(form == "." for form in forms)))
    every = {shape: joined(parts) for shape, parts in found.items()}
    ordered = dict(sorted(every.items(), key=lambda item: int(item[1].at[0])))
    for shape, lines in ordered.items():
        if printed.in_box(shape) or SCORE in shape:
            heads += lines.at.tolist()
    return Spoken(ordered, {head: np.array(at, np.int64) for head, at in over.items()}, sorted(heads), cut, sift.gone)


def _said(line: str, *, plain: bool = False) -> Said | None:
    """The numbers of a line; its kind is its shape, and whether each is written with digits, a point, or else."""
    if not 2 < len(line) <= LONGEST or not _NUMBERED.search(line) or (not plain and plainly(line) != line):
        return None
    shape, spans = located(line)
    words = (line[start:stop] for start, stop in spans)
    forms = "".join("d" if word.removesuffix(".").isdigit() else "." if "." in word else "x" for word in words)
    return Said(f"{shape}{_FORMS}{forms}", tuple(map(str, range(len(spans)))), tuple(spans)) if spans else None


def _half(harvest: Harvest, said: Said, line: str, words: list[str]) -> bool:
    """Whether the file ends within the last of these numbers."""
    shape = said.kind.rpartition(_FORMS)[0]
    if not line.endswith(words[-1]) or not shape.endswith(SLOT):
        return False
    alike = [latest for kind, latest in harvest.latest.items() if kind.rpartition(_FORMS)[0] == shape]
    if not alike:
        return False
    before = max(alike)[1]
    return cut_short(words, [before[start:stop] for start, stop in located(before)[1]])
