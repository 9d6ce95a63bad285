"""Reads files that are alike: the same records in the same order, as those of a sweep are.

Such files are rows of one pattern; one comparison a file proves framing, tags and layout, and the numbers of all files
are taken out together.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from diagnose.events import wire
from diagnose.events.columns import Column, Points, name_of
from diagnose.events.crc32c import Bytes
from diagnose.events.findings import Account, Events
from diagnose.events.framing import FRAME, Frames, Places, Scan
from diagnose.events.template import Spread, Template, fixed_bits, layout_of

LARGEST = 1 << 18  # bytes of a file worth a pattern; longer ones are quick enough by themselves
WORTH_LEARNING = 24  # files of one size, before a pattern is looked for: to learn one takes as long as to read some
MOST_PATTERNS = 4  # of one size
SHY = 4  # how much more patience is needed after a file that made no pattern
MOST_KINDS = 64  # templates of a pattern; a log of more describes nearly every record anew


class _Rows(NamedTuple):
    """The records of a pattern that fit one template: their numbers and their places in the file [n]."""

    template: Template
    numbers: Places
    places: Spread


class Pattern:
    """What a file looks like whose every record fits a template: the bytes that are the same in all files alike.

    ``learned`` is the file that it was learned from. With ``told`` its steps are the same in all files too.
    """

    def __init__(self, rows: list[_Rows], learned: Bytes, *, told: bool) -> None:
        self.size = len(learned)
        self._rows = rows
        self._told = [one.template.told(learned, one.places.at) if told else None for one in rows]
        self._records = sum(len(one.numbers) for one in rows)
        bits = np.zeros(self.size + -self.size % 8, np.uint8)
        for one in rows:
            inside = one.places.at[:, None] + np.arange(one.template.layout.size)
            bits[inside] = fixed_bits(one.template.layout, steps=told)
        fixed = bits.copy()
        fixed[: self.size] &= learned
        self._bits, self._fixed = bits.view("<u8"), fixed.tobytes()
        self._scratch = np.empty_like(self._bits)
        tags = {tag for one in rows for tag in one.template.tags}
        self._order = {tag: self._order_of(tag) for tag in sorted(tags, key=self._first)}
        self._steps = self._known_steps() if told else {}

    def fits(self, block: Bytes, start: int) -> bool:
        """Whether the file that begins at ``block[start]``, of this size, is alike."""
        lanes = np.ndarray((len(self._bits),), "<u8", block, start)
        np.bitwise_and(lanes, self._bits, out=self._scratch)
        return self._scratch.tobytes() == self._fixed

    def read(self, block: Bytes, starts: Places) -> list[Events | None]:
        """What the files at ``starts`` hold, which all fit; None for one with a record whose checksum does not."""
        count, begun = len(starts), Spread(starts)
        good = np.ones(count, bool)
        parts: dict[bytes, list[Column]] = {}
        for one, told in zip(self._rows, self._told, strict=True):
            found = one.template.tables(block, begun, one.places, told)
            good &= found.good.reshape(count, -1).all(axis=1)
            for tag, values in zip(one.template.tags, found.values, strict=True):
                column = Column(
                    found.steps.reshape(count, -1), found.walls.reshape(count, -1), values.reshape(count, -1)
                )
                parts.setdefault(tag, []).append(column)
        whole = Account(size=self.size, records=self._records)  # the same for all
        rows: list[Iterator[Points]] = []  # of each tag, file by file
        distinct: list[tuple[NDArray[np.int64], list[NDArray[np.int64]]]] = []
        for tag, order in self._order.items():
            tables, times, numbers = zip(*parts[tag], strict=True)
            steps = [self._steps[tag]] * count if self._steps else _shared(_joined(tables, order), distinct)
            rows.append(zip(steps, _joined(times, order), _joined(numbers, order), strict=True))
        names = [name_of(tag) for tag in self._order]
        return [
            Events(dict(zip(names, columns, strict=True)), whole, self.size) if fine else None
            for fine, *columns in zip(good.tolist(), *rows, strict=True)
        ]

    def _first(self, tag: bytes) -> int:
        return min(int(one.numbers[0]) for one in self._rows if tag in one.template.tags)

    def _order_of(self, tag: bytes) -> Places | None:
        """How the points of a tag, template behind template, are to be put in the order of the file; None: they are."""
        numbers = np.concatenate([one.numbers for one in self._rows for own in one.template.tags if own == tag])
        if (numbers[1:] >= numbers[:-1]).all():
            return None
        return np.argsort(numbers, kind="stable")

    def _known_steps(self) -> dict[bytes, NDArray[np.int64]]:
        """The steps of every tag, as told."""
        parts: dict[bytes, list[NDArray[np.int64]]] = {}
        for one, told in zip(self._rows, self._told, strict=True):
            assert told is not None
            for tag in one.template.tags:
                parts.setdefault(tag, []).append(told.steps[None])
        distinct: list[tuple[NDArray[np.int64], list[NDArray[np.int64]]]] = []
        return {tag: _shared(_joined(parts[tag], order), distinct)[0] for tag, order in self._order.items()}


class Known:
    """The patterns met so far, by the size of the files."""

    def __init__(self) -> None:
        self._patterns: dict[int, list[Pattern]] = {}
        self._others: Counter[int] = Counter()  # files of a size that fit no pattern, since the last was learned

    def read(self, block: Bytes, bounds: Sequence[int]) -> list[Events | None]:
        """What those files hold that are like many others; None for the rest, and where a checksum does not fit.

        File behind file lies in the block, each from one of ``bounds`` to the next.
        """
        found: list[Events | None] = [None] * (len(bounds) - 1)
        by_size: dict[int, list[int]] = {}
        for which, (start, end) in enumerate(itertools.pairwise(bounds)):
            by_size.setdefault(end - start, []).append(which)
        for size, own in by_size.items():
            left = own
            for pattern in self._patterns.get(size, ()):
                left = _read_fitting(block, bounds, left, pattern, found)
            if left and (learnt := self._learn(block, bounds[left[0]], size, len(left))):
                _read_fitting(block, bounds, left, learnt, found)
        return found

    def _learn(self, block: Bytes, start: int, size: int, count: int) -> Pattern | None:
        """A pattern from the file at ``start``, one of ``count`` that fit none, when many of that size have gone by.

        The first of a size takes the steps to be the same too, as in a sweep; where they are not, a further one reads
        them.
        """
        patterns = self._patterns.setdefault(size, [])
        self._others[size] += count
        if self._others[size] < WORTH_LEARNING or len(patterns) == MOST_PATTERNS or size > LARGEST:
            return None
        frames = Scan(block, start, start + size).frames(start)
        learnt = pattern_of(block, frames, told=not patterns) if frames.end == start + size else None
        self._others[size] = 0 if learnt else -SHY * WORTH_LEARNING
        if learnt:
            patterns.append(learnt)
        return learnt


def _read_fitting(
    block: Bytes, starts: Sequence[int], left: list[int], pattern: Pattern, found: list[Events | None]
) -> list[int]:
    """Read those of the files ``left`` that fit the pattern into ``found``; the others come back."""
    fitting = [which for which in left if pattern.fits(block, starts[which])]
    if fitting:
        read = pattern.read(block, np.array([starts[which] for which in fitting]))
        for which, events in zip(fitting, read, strict=True):
            found[which] = events
    if len(fitting) == len(left):
        return []
    taken = set(fitting)
    return [which for which in left if which not in taken]


def pattern_of(block: Bytes, frames: Frames, *, told: bool) -> Pattern | None:
    """The pattern of a file of these records (and steps, with ``told``); None when not all are plain scalars."""
    known: dict[int, list[Template]] = {}
    numbers: dict[Template, list[int]] = {}
    for number, (offset, length) in enumerate(zip(frames.offsets.tolist(), frames.lengths.tolist(), strict=True)):
        record = block[offset : offset + length + FRAME]
        for template in known.get(length, ()):
            if ((record & template.bits) == template.fixed).all():
                break
        else:
            if len(numbers) == MOST_KINDS or (made := _template(record)) is None:
                return None
            template = made
            known.setdefault(length, []).append(template)
        numbers.setdefault(template, []).append(number)
    first = int(frames.offsets[0])
    rows = [_Rows(template, np.array(own), Spread(frames.offsets[own] - first)) for template, own in numbers.items()]
    return Pattern(rows, block[first : frames.end], told=told)


def _template(record: Bytes) -> Template | None:
    length = len(record) - FRAME
    try:
        layout = layout_of(wire.decode(record[12:-4].tobytes()), length, empty=True)
    except ValueError:
        return None
    return Template(layout, record) if layout else None


def _joined(parts: Sequence[NDArray[Any]], order: Places | None) -> NDArray[Any]:
    """What several templates tell of the points of a tag [files, n] as one table."""
    table = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
    return table if order is None else table[:, order]


def _shared(
    table: NDArray[np.int64], distinct: list[tuple[NDArray[np.int64], list[NDArray[np.int64]]]]
) -> list[NDArray[np.int64]]:
    """The rows of a table of steps; most curves have their points at the same, and share the arrays."""
    rows = next((rows for other, rows in distinct if np.array_equal(other, table)), None)
    if rows is None:
        rows = list(table)
        distinct.append((table, rows))
    return rows
