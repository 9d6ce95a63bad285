"""Statistics of floats of 32 and 16 bits at the speed of memory, read off their bits where that is exact enough.

Seen as integers, floats of one sign keep their order, so four integer reductions give minimum, maximum, the
presence of zeros and of non-finite values. The two sums are dot products of short rows in float32, added up in
float64; that leaves an error of a hundred-millionth of the spread. A piece with non-finite values, of magnitudes whose
squares leave float32, or whose mean is so large beside its spread that a difference of sums would lose figures, is
counted in float64, which takes several times as long.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnose.tensors import dtypes
from diagnose.tensors.tally import Tally, inner

BLOCK = 1 << 20  # bytes looked at together: smaller ones cost more calls than the second-level cache saves
ROW = 1 << 10  # elements added up in float32: the longer, the less exact
EXACT = 1 << 15  # elements looked at together as float64
CANCELLED = 1e-6  # of the mean square; with less variance than this, a difference of sums in float64 is not good enough
SPREAD = 0.02  # the same for sums in float32
SQUARABLE = 2.0**-40, 2.0**55  # largest magnitudes of a piece whose squares, and the sum of them, float32 can hold

ONES = np.ones(EXACT)
ROW_OF_ONES = np.ones(ROW, np.float32)
HALF_UP = np.float32(2.0**112)  # from the exponents of float16 to those of float32


@dataclass(frozen=True)
class Format:
    """The bits of a float type: unsigned and signed views, where infinity starts, and the shift to float32's place."""

    unsigned: str
    signed: str
    infinity: int

    @property
    def top(self) -> int:
        """The sign bit."""
        return 1 << (8 * int(self.unsigned[-1]) - 1)


FORMATS = {
    "float32": Format("<u4", "<i4", 0x7F800000),
    "bfloat16": Format("<u2", "<i2", 0x7F80),
    "float16": Format("<u2", "<i2", 0x7C00),
}


def add_quickly(tally: Tally, dtype: str, words: NDArray[Any], times: int, scratch: NDArray[Any]) -> None:
    """Count a flat piece of ``dtype`` elements as fetched, each ``times`` over; ``scratch`` holds two `BLOCK`."""
    step = BLOCK // words.itemsize
    for at in range(0, words.size, step):
        block = words[at : at + step]
        if not _add_block(tally, dtype, block, times, scratch):
            for start in range(0, block.size, EXACT):
                _add_exactly(tally, dtype, block[start : start + EXACT], times)


def _add_block(tally: Tally, dtype: str, words: NDArray[Any], times: int, scratch: NDArray[Any]) -> bool:
    ends = _ends(dtype, words)
    if ends is None:
        return False
    low, high, zeros = ends
    if low == high:
        tally.merge(words.size * times, low, high, low, 0.0)
    else:
        smallest, largest = SQUARABLE
        if not smallest < max(-low, high) < largest:
            return False
        total = squares = 0.0
        for singles in _singles(dtype, words, scratch):
            more, more_squares = _sums(singles)
            total, squares = total + more, squares + more_squares
        mean, square = total / words.size, squares / words.size
        variance = square - mean * mean
        if variance < SPREAD * square:
            return False
        tally.merge(words.size * times, low, high, mean, variance * words.size * times)
    tally.zeros += zeros * times
    return True


def _ends(dtype: str, words: NDArray[Any]) -> tuple[float, float, int] | None:
    """Minimum, maximum and the number of zeros; None where an element is not finite."""
    kind = FORMATS[dtype]
    bits = words.view(kind.unsigned)
    signed = bits.view(kind.signed)
    most, least = int(np.maximum.reduce(signed)), int(np.minimum.reduce(signed))
    largest, smallest = int(np.maximum.reduce(bits)), int(np.minimum.reduce(bits))
    if max(most, largest - kind.top) >= kind.infinity:
        return None
    high = _value(dtype, most if most >= 0 else smallest)
    low = _value(dtype, largest if largest >= kind.top else smallest)
    zeros = 0
    if smallest == 0:
        zeros += words.size - int(np.count_nonzero(bits))
    if least == -kind.top:  # minus zero
        zeros += int(np.count_nonzero(bits == kind.top))
    return low, high, zeros


def _sums(singles: NDArray[np.float32]) -> tuple[float, float]:
    """The sum, and the sum of squares."""
    whole = singles.size - singles.size % ROW
    rows = singles[:whole].reshape(-1, ROW)
    total = float(np.add.reduce(rows @ ROW_OF_ONES, dtype=np.float64))
    squares = float(np.add.reduce(_dots(rows, rows), dtype=np.float64))
    if whole == singles.size:
        return total, squares
    rest = singles[whole:]
    return total + float(np.add.reduce(rest, dtype=np.float64)), squares + float(rest.dot(rest))


def _dots(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """The dot product of each row with its like; numpy 2 has a faster way than numpy 1."""
    found: NDArray[np.float32] = np.vecdot(left, right) if hasattr(np, "vecdot") else np.einsum("ij,ij->i", left, right)
    return found


def _singles(dtype: str, words: NDArray[Any], scratch: NDArray[Any]) -> Iterator[NDArray[np.float32]]:
    """The elements, known to be finite, as float32, in any order; each piece valid until the next."""
    bits, room = words.view(FORMATS[dtype].unsigned), scratch[: words.size]
    if dtype == "float32":
        yield bits.view("<f4")
    elif dtype == "float16":  # numpy's own conversion takes three times as long
        np.copyto(room, bits)
        sign = room & np.uint32(0x8000)
        np.bitwise_and(room, np.uint32(0x7FFF), out=room)
        np.left_shift(room, np.uint32(13), out=room)
        np.left_shift(sign, np.uint32(16), out=sign)
        np.bitwise_or(room, sign, out=room)
        singles = room.view("<f4")
        np.multiply(singles, HALF_UP, out=singles)
        yield singles
    elif bits.size % 2:
        np.copyto(room, bits)
        np.left_shift(room, np.uint32(16), out=room)
        yield room.view("<f4")
    else:  # two to a word: each is the upper half of a float32
        pairs, half = bits.view("<u4"), room[: bits.size // 2]
        np.left_shift(pairs, np.uint32(16), out=half)
        yield half.view("<f4")
        np.bitwise_and(pairs, np.uint32(0xFFFF0000), out=half)
        yield half.view("<f4")


def _add_exactly(tally: Tally, dtype: str, words: NDArray[Any], times: int) -> None:
    """Count a piece in float64."""
    ends = _ends(dtype, words)
    numbers = dtypes.numbers(dtype, words)
    if ends is not None and ends[0] < ends[1]:
        low, high, zeros = ends
        mean, square = inner(numbers, ONES[: words.size]) / words.size, inner(numbers, numbers) / words.size
        variance = square - mean * mean
        if variance >= CANCELLED * square:
            tally.merge(words.size * times, low, high, mean, variance * words.size * times)
            tally.zeros += zeros * times
            return
    tally.add(numbers, times)


def _value(dtype: str, bits: int) -> float:
    if dtype == "float16":
        return float(struct.unpack("<e", struct.pack("<H", bits))[0])
    return float(struct.unpack("<f", struct.pack("<I", bits if dtype == "float32" else bits << 16))[0])
