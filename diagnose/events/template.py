"""What a kind of scalar record looks like: which of its bytes never change, and where its numbers lie.

Loggers write the same record over and over with another wall time, step and value. A `Template` is learned
from one record by the slow decoder and then reads any number of equal ones as columns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from diagnose.events import crc32c
from diagnose.events.crc32c import Bytes
from diagnose.events.framing import FRAME, HEADER
from diagnose.events.wire import Event

LONGEST = 4096  # bytes of payload; a longer record is no plain scalar and is left to the slow path
_NO_STEPS = np.zeros(0, np.int64)
_STEP_BYTES = 8  # a step that takes more (negative, or above 2**56) is left to the slow path


class Field(NamedTuple):
    """One value of the record: where its tag and its number lie, counted from the record's first byte."""

    tag_at: int
    tag_size: int
    at: int
    code: str


@dataclass(frozen=True)
class Layout:
    """Where the numbers of a record lie, counted from the record's first byte; ``wall_at`` is 0 without a wall time.

    Records of one layout differ in nothing but wall time, step, values and the letters of their tags.
    """

    length: int
    wall_at: int
    step_at: int
    step_size: int
    fields: tuple[Field, ...]

    @property
    def size(self) -> int:
        """Bytes of the whole record."""
        return self.length + FRAME


class Told(NamedTuple):
    """Steps that are the same in all files alike, and their shares in the checksums of their records, both [n]."""

    steps: NDArray[np.int64]
    shares: NDArray[np.uint32]


class Columns(NamedTuple):
    """What equal records hold: steps and walls [n], values one array [n] a field; ``good`` [n] where checksums fit."""

    steps: NDArray[np.int64]
    walls: NDArray[np.float64]
    values: list[NDArray[np.float64]]
    good: NDArray[np.bool_]


def layout_of(event: Event, length: int, *, empty: bool = False) -> Layout | None:
    """The layout of a decoded record, or None when its numbers have no fixed places; ``empty``: it may have none."""
    plain = (event.scalars or empty) and not event.skipped and event.step_size <= _STEP_BYTES
    if not plain or length > LONGEST or any(scalar.at < 0 for scalar in event.scalars):
        return None
    if event.step_size and event.step_at + 8 > length:  # columns of steps are read eight bytes wide
        return None
    fields = [Field(one.tag_at + HEADER, len(one.tag), one.at + HEADER, one.code) for one in event.scalars]
    wall_at = event.wall_at + HEADER if event.wall_at >= 0 else 0
    return Layout(length, wall_at, event.step_at + HEADER, event.step_size, tuple(fields))


def tag_places(layout: Layout) -> NDArray[np.bool_]:
    """True for the bytes of the record that are letters of tags."""
    places = np.zeros(layout.size, bool)
    for field in layout.fields:
        places[field.tag_at : field.tag_at + field.tag_size] = True
    return places


def fixed_bits(layout: Layout, *, steps: bool = False) -> Bytes:
    """The bits that are equal in all records of one layout and tag; of a step's bytes, those that say how many.

    With ``steps``, those that are equal where the steps are equal too.
    """
    bits = np.full(layout.size, 255, np.uint8)
    for at, width in _numbers(layout):
        bits[at : at + width] = 0
    if layout.step_size:
        bits[layout.step_at : layout.step_at + layout.step_size] = 255 if steps else 128
    bits[-4:] = 0
    return bits


class Template:
    """A record's fixed bytes and how to read the others; ``record`` is one record that it fits."""

    def __init__(self, layout: Layout, record: Bytes) -> None:
        self.layout = layout
        self.bits = fixed_bits(layout)
        self.fixed = record[: layout.size] & self.bits
        letters = record.tobytes()
        self.tags = [letters[field.tag_at : field.tag_at + field.tag_size] for field in layout.fields]
        self._numbers = _numbers(layout)
        blank = record[: layout.size].copy()
        for at, width in self._numbers:
            blank[at : at + width] = 0
        self._blank_crc = crc32c.crc(blank[HEADER:-4].tobytes())
        last = layout.size - 5  # the payload's last byte
        self._shares = [[crc32c.byte_table(last - at - place) for place in range(width)] for at, width in self._numbers]

    def columns(self, block: Bytes, first: int, stride: int, count: int, more: int = 0) -> Columns:
        """The numbers of ``count`` records that this template fits, the first at ``block[first]``; ``more`` follow."""

        def words(at: int, code: str) -> NDArray[Any]:
            return np.ndarray((count,), code, block, first + at, (stride,)).copy()

        return self._columns(words, count, more)

    def told(self, block: Bytes, places: NDArray[np.int64]) -> Told:
        """The steps of the records at ``places`` [n]."""
        size = self.layout.step_size
        steps, shares = np.zeros(len(places), np.int64), np.zeros(len(places), np.uint32)
        for place in range(size):
            read = block[places + (self.layout.step_at + place)]
            steps |= (read & 127).astype(np.int64) << (7 * place)
            shares ^= self._shares[-1][place][read]
        return Told(steps, shares)

    def tables(self, block: Bytes, starts: Spread, places: Spread, told: Told | None = None) -> Columns:
        """The numbers of the records at ``places`` [n] of every file that begins at ``starts`` [m]; columns [m * n].

        Steps are not read where they are ``told`` beforehand, and left out.
        """
        shape = len(starts.at), len(places.at)
        if starts.apart is not None and places.apart is not None:
            first, even = int(starts.at[0] + places.at[0]), (starts.apart, places.apart)

            def words(at: int, code: str) -> NDArray[Any]:
                both: NDArray[Any] = np.ndarray(shape, code, block, first + at, even)
                return both.flatten()
        else:
            each = (starts.at[:, None] + places.at).reshape(-1)

            def words(at: int, code: str) -> NDArray[Any]:
                view: NDArray[Any] = np.ndarray((len(block) - at - int(code[2]) + 1,), code, block, at, (1,))
                found: NDArray[Any] = view[each]
                return found

        return self._columns(words, shape[0] * shape[1], told=told)

    def _columns(
        self, words: Callable[[int, str], NDArray[Any]], count: int, more: int = 0, told: Told | None = None
    ) -> Columns:
        """Columns from a function that gives the ``count`` numbers at a place of the record."""
        layout = self.layout
        asked = self._numbers[:-1] if told and layout.step_size else self._numbers
        found = [words(at, "<u4" if width <= 4 else "<u8") for at, width in asked]
        crcs = self._crcs(found, count, more)
        if told:
            crcs = (crcs.reshape(-1, len(told.shares)) ^ told.shares).reshape(-1)
        good = crcs == crc32c.unmask(words(layout.size - 4, "<u4"))
        if told:
            steps = _NO_STEPS
        else:
            steps = _steps(found.pop(), layout.step_size) if layout.step_size else np.zeros(count, np.int64)
        walls = found.pop(0).view("<f8").astype(np.float64, copy=False) if layout.wall_at else np.zeros(count)
        with np.errstate(invalid="ignore"):  # a signalling NaN becomes a quiet one
            values = [array.view(one.code).astype(np.float64) for one, array in zip(layout.fields, found, strict=True)]
        return Columns(steps, walls, values, good)

    def _crcs(self, found: list[NDArray[Any]], count: int, more: int) -> NDArray[np.uint32]:
        """The checksums of ``count`` records with these numbers in them.

        Bytes that are equal in all records (the high ones of a time or a step) are looked up once, of the others two
        at a time where there are many, or ``more`` to come.
        """
        same = self._blank_crc
        differing: list[tuple[NDArray[np.uint32], NDArray[Any]]] = []  # a table, and what to look up in it
        for (at, width), numbers, shares in zip(self._numbers, found, self._shares, strict=False):
            first, behind = int(numbers[0]), self.layout.size - 4 - at
            differ = int(np.bitwise_or.reduce(numbers ^ numbers[0]))
            place = 0
            while place < width:
                if not differ >> (8 * place) & 255:
                    same ^= int(shares[place][first >> (8 * place) & 255])
                    place += 1
                elif place % 2 or place + 1 == width or not crc32c.pairs_pay(behind - place - 2, count + more):
                    differing.append((shares[place], numbers.view(np.uint8).reshape(count, -1)[:, place]))
                    place += 1
                else:
                    pairs = numbers.view("<u2").reshape(count, -1)[:, place // 2]
                    differing.append((crc32c.pair_table(behind - place - 2), pairs))
                    place += 2
        crcs = np.full(count, same, np.uint32)
        for table, which in differing:
            crcs ^= table.take(which, mode="wrap")
        return crcs


class Spread:
    """Places, and how far apart they are when they are evenly spaced, else None."""

    def __init__(self, at: NDArray[np.int64]) -> None:
        apart = np.diff(at)
        self.at = at
        self.apart = None if (apart != apart[:1]).any() else int(apart[0]) if len(apart) else 1


def _numbers(layout: Layout) -> list[tuple[int, int]]:
    """Place and width of all that changes from record to record: wall time where there is one, values, step."""
    wall = [(layout.wall_at, 8)] if layout.wall_at else []
    step = [(layout.step_at, layout.step_size)] if layout.step_size else []
    return [*wall, *((field.at, int(field.code[2])) for field in layout.fields), *step]


def _steps(words: NDArray[Any], size: int) -> NDArray[np.int64]:
    """Steps from the ``size`` bytes of their variable-length form, seven bits a byte, lowest first."""
    kind = words.dtype.type
    steps = words & kind(127)
    for place in range(1, size):
        steps |= (words >> kind(place)) & kind(127 << (7 * place))
    whole: NDArray[np.int64] = steps.astype(np.int64)
    return whole
