"""Reads lines that differ in their digits only all at once: one of them is understood, the numbers of all are taken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnose.run import Curve
from diagnose.tables.digits import DECIMAL, EXACT, floats
from diagnose.tables.said import Parse, Said
from diagnose.tables.templates import Chunk
from diagnose.tables.timeline import Ints

NONE = np.zeros((0, 0), np.int64)
RUN = re.compile("[0-9]+")
OTHER = ("7", "30", "41526")  # put in place of digits, to see whether they matter
WORDS = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)


@dataclass(frozen=True)
class Slots:
    """Where a line of some shape says its values, by the number of the run of digits in the line.

    ``forms`` are how each value is written and the runs it is made of; ``fixed`` the runs that change what is said,
    and ``sized`` those of which only the length does, as in a time of day.
    """

    forms: tuple[tuple[re.Match[str] | float, tuple[int, ...]], ...]
    fixed: tuple[int, ...]
    sized: tuple[int, ...] = ()


def numbers(chunk: Chunk, lines: Ints, slots: Slots) -> NDArray[np.float64]:
    """The values of some lines of one shape, [line, value]."""
    table = np.empty((len(slots.forms), len(lines))).T  # a column each is what is asked for
    used = sorted({run for _, runs in slots.forms for run in runs})
    values, lengths = chunk.runs(lines, used) if used else (NONE, NONE)
    at = {run: place for place, run in enumerate(used)}
    for column, (form, runs) in enumerate(slots.forms):
        if isinstance(form, float):
            table[:, column] = form
            continue
        made, good = floats(form, [values[at[run]] for run in runs], [lengths[at[run]] for run in runs])
        table[:, column] = made
        if not good.all():
            bad = np.flatnonzero(~good)
            table[bad, column] = _slowly(chunk, lines[bad], form, runs)
    return table


def _slowly(chunk: Chunk, lines: Ints, form: re.Match[str], runs: Sequence[int]) -> list[float]:
    starts, stops = chunk.edges(lines, (runs[0], runs[-1]))
    before = len(form[1]) + (not form[2] and bool(form[3]))
    after = not form[4] and bool(form[3]) and not form[5]
    begins, ends = (starts[0] - before).tolist(), (stops[1] + after).tolist()
    return [float(chunk.text[begin:end]) for begin, end in zip(begins, ends, strict=True)]


def forms_in(line: str, said: Said) -> tuple[tuple[re.Match[str] | float, tuple[int, ...]], ...] | None:
    """How each value of a line is written, and of which runs of digits; None when one is not simply a number."""
    runs = [match.span() for match in RUN.finditer(line)]
    forms: list[tuple[re.Match[str] | float, tuple[int, ...]]] = []
    for start, stop in said.spans:
        inside = tuple(at for at, run in enumerate(runs) if run[0] < stop and run[1] > start)
        word = line[start:stop]
        if any(runs[at][0] < start or runs[at][1] > stop for at in inside):
            return None
        if not inside and WORDS.fullmatch(word):
            forms.append((float(word), ()))
            continue
        form = DECIMAL.fullmatch(word)
        expected = 0 if form is None else bool(form[2]) + bool(form[4]) + bool(form[7])
        if form is None or not form[2] or (form[3] and not form[4]) or expected != len(inside):
            return None
        forms.append((form, inside))
    return tuple(forms)


def slots_in(line: str, said: Said, parse: Parse) -> Slots | None:
    """Where the values of a line stand; None when they cannot be told by its runs of digits."""
    forms = forms_in(line, said)
    if forms is None:
        return None
    runs = [match.span() for match in RUN.finditer(line)]
    fixed, sized = [], []
    for at, (start, stop) in enumerate(runs):
        alike = ((one * (stop - start))[: stop - start] for one in OTHER)
        if any(_matters(line, said, parse, (start, stop), one) for one in alike):
            fixed.append(at)
        elif any(_matters(line, said, parse, (start, stop), one) for one in OTHER):
            sized.append(at)
    if {run for _, used in forms for run in used} & set(fixed):
        return None
    return Slots(forms, tuple(fixed), tuple(sized))


def _matters(line: str, said: Said, parse: Parse, run: tuple[int, int], other: str) -> bool:
    """Whether a line with other digits in one place says anything else than the same of other numbers."""
    start, stop = run
    more = len(other) - (stop - start)
    spans = tuple((a + more * (a >= stop), b + more * (b >= stop)) for a, b in said.spans)
    return parse(line[:start] + other + line[stop:]) != said._replace(spans=spans)


def silent(line: str, parse: Parse) -> bool:
    """Whether a line says nothing, whatever its digits."""
    return parse(line) is None and all(parse(RUN.sub(other, line)) is None for other in OTHER)


def by_digits(chunk: Chunk, lines: Ints, slots: Slots) -> list[Ints]:
    """Lines of one shape, apart by the digits that change what is said."""
    if not slots.fixed and not slots.sized:
        return [lines]
    told, lengths = chunk.runs(lines, slots.fixed)
    if lengths.max(initial=0) > EXACT:
        return [lines[at : at + 1] for at in range(len(lines))]
    table = np.concatenate([told, lengths, chunk.lengths(lines, slots.sized)])
    table = table[(table != table[:, :1]).any(axis=1)]
    if not len(table):
        return [lines]
    order = np.lexsort(table)
    return np.split(lines[order], np.flatnonzero((np.diff(table[:, order]) != 0).any(axis=0)) + 1)


def column(parts: Sequence[tuple[Ints, Curve]]) -> tuple[Ints, Curve]:
    """Rows and values of several parts of a column, by row; the rows of every part rise."""
    if len(parts) < 2:
        return parts[0] if parts else (np.zeros(0, np.int64), np.zeros(0))
    rows = np.concatenate([rows for rows, _ in parts])
    values = np.concatenate([values for _, values in parts])
    if (np.diff(rows) > 0).all():
        return rows, values
    order = np.argsort(rows, kind="stable")
    return rows[order], values[order]


def in_order(lines: Ints) -> tuple[Ints, Ints]:
    """Lines in rising order, and the place of each among them."""
    if (np.diff(lines) >= 0).all():
        return lines, np.arange(len(lines))
    order = np.argsort(lines, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return lines[order], place
