"""Reads files that are alike: the same records in the same order, as those of a sweep are.

Such files are rows of one pattern; one comparison a file proves framing, tags and layout, and the numbers of all files
are taken out together.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diagnose.events import wire
from diagnose.events.columns import Column, Points, name_of
from diagnose.events.crc32c import Bytes
from diagnose.events.findings import Account, Events
from diagnose.events.framing import FRAME, Frames, Places, Scan
from diagnose.events.template import Spread, Template, layout_of

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
    """What a file looks like whose every record fits a template: the bytes that are the same in all files alike."""

    def __init__(self, rows: list[_Rows], size: int) -> None:
        self.size = size
        self._rows = rows
        self._records = sum(len(one.numbers) for one in rows)
        bits, fixed = np.zeros(size + -size % 8, np.uint8), np.zeros(size + -size % 8, np.uint8)
        for one in rows:
            inside = one.places.at[:, None] + np.arange(one.template.layout.size)
            bits[inside], fixed[inside] = one.template.bits, one.template.fixed
        self._bits, self._fixed = bits.view("<u8"), fixed.tobytes()
        self._scratch = np.empty_like(self._bits)
        tags = {tag for one in rows for tag in one.template.tags}
        self._order = {tag: self._order_of(tag) for tag in sorted(tags, key=self._first)}
        self._usual: dict[bytes, NDArray[np.int64]] = {}  # the steps of each tag in the first file that was read

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
        for one in self._rows:
            found = one.template.tables(block, begun, one.places)
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
            table, walls, values = _joined(parts[tag], order)
            steps = next((known for other, known in distinct if np.array_equal(other, table)), None)
            if steps is None:  # most curves have their points at the same steps, and share them
                steps = self._steps(tag, table)
                distinct.append((table, steps))
            rows.append(zip(steps, walls, values, strict=True))
        names = [name_of(tag) for tag in self._order]
        return [
            Events(dict(zip(names, columns, strict=True)), whole, self.size) if fine else None
            for fine, *columns in zip(good.tolist(), *rows, strict=True)
        ]

    def _steps(self, tag: bytes, table: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """The steps of a tag file by file, ``table`` [files, n]; those of a sweep are equal, and share one array."""
        usual = self._usual.setdefault(tag, table[0].copy())
        return [usual if same else own for same, own in zip((table == usual).all(axis=1).tolist(), table, strict=True)]

    def _first(self, tag: bytes) -> int:
        return min(int(one.numbers[0]) for one in self._rows if tag in one.template.tags)

    def _order_of(self, tag: bytes) -> Places | None:
        """How the points of a tag, template behind template, are to be put in the order of the file; None: they are."""
        numbers = np.concatenate([one.numbers for one in self._rows for own in one.template.tags if own == tag])
        if (numbers[1:] >= numbers[:-1]).all():
            return None
        return np.argsort(numbers, kind="stable")


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
        """A pattern from the file at ``start``, one of ``count`` that fit none, when many of that size have gone by."""
        patterns = self._patterns.setdefault(size, [])
        self._others[size] += count
        if self._others[size] < WORTH_LEARNING or len(patterns) == MOST_PATTERNS or size > LARGEST:
            return None
        frames = Scan(block, start, start + size).frames(start)
        learnt = pattern_of(block, frames) if frames.end == start + size else None
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
    return [which for which in left if which not in set(fitting)] if len(fitting) < len(left) else []


def pattern_of(block: Bytes, frames: Frames) -> Pattern | None:
    """The pattern of a file of these records, or None when they are not all plain scalars."""
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
    return Pattern(rows, frames.end - first)


def _template(record: Bytes) -> Template | None:
    length = len(record) - FRAME
    try:
        layout = layout_of(wire.decode(record[12:-4].tobytes()), length, empty=True)
    except ValueError:
        return None
    return Template(layout, record) if layout else None


def _joined(
    parts: list[Column], order: Places | None
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Points of several templates [files, n] as those of one."""
    if len(parts) == 1:
        steps, walls, values = parts[0]
    else:
        steps, walls, values = (np.concatenate(each, axis=1) for each in zip(*parts, strict=True))
    if order is None:
        return steps, walls, values
    return steps[:, order], walls[:, order], values[:, order]
