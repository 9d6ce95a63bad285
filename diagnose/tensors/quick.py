"""Statistics of floats of 32 and 16 bits at the speed of memory, read off their bits where that is exact enough.

Seen as integers, floats of one sign keep their order, so four integer reductions give minimum, maximum, the
presence of zeros and of non-finite values. The two sums are dot products in float64. A piece with non-finite
values, or whose mean is so much larger than its spread that a difference of sums would lose figures, is left
to `tally.Tally.add`, which takes several times as long.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnose.tensors import dtypes
from diagnose.tensors.tally import Tally, inner

BLOCK = 1 << 15  # elements looked at together: as float64 they stay in the second-level cache
CANCELLED = 1e-6  # of the mean square; with less variance than this, a difference of sums is not good enough

ONES = np.ones(BLOCK)
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


def add_quickly(tally: Tally, dtype: str, words: NDArray[Any], times: int) -> None:
    """Count a flat piece of ``dtype`` elements as fetched, each ``times`` over."""
    scratch = np.empty(min(words.size, BLOCK))
    for at in range(0, words.size, BLOCK):
        block = words[at : at + BLOCK]
        if not _add_block(tally, dtype, block, times, scratch):
            tally.add(dtypes.numbers(dtype, block), times)


def _add_block(tally: Tally, dtype: str, words: NDArray[Any], times: int, scratch: NDArray[np.float64]) -> bool:
    kind = FORMATS[dtype]
    bits = words.view(kind.unsigned)
    signed = bits.view(kind.signed)
    most, least = int(np.maximum.reduce(signed)), int(np.minimum.reduce(signed))
    largest, smallest = int(np.maximum.reduce(bits)), int(np.minimum.reduce(bits))
    magnitude = max(most, largest - kind.top)
    if magnitude >= kind.infinity:
        return False
    high = _value(dtype, most if most >= 0 else smallest)
    low = _value(dtype, largest if largest >= kind.top else smallest)
    zeros = 0
    if smallest == 0:
        zeros += words.size - int(np.count_nonzero(bits))
    if least == -kind.top:  # minus zero
        zeros += int(np.count_nonzero(bits == kind.top))
    if low == high:
        tally.merge(words.size * times, low, high, low, 0.0)
    else:
        numbers = _numbers(dtype, bits, scratch)
        mean, square = inner(numbers, ONES[: words.size]) / words.size, inner(numbers, numbers) / words.size
        variance = square - mean * mean
        if variance < CANCELLED * square:
            return False
        tally.merge(words.size * times, low, high, mean, variance * words.size * times)
    tally.zeros += zeros * times
    return True


def _value(dtype: str, bits: int) -> float:
    if dtype == "float16":
        return float(struct.unpack("<e", struct.pack("<H", bits))[0])
    return float(struct.unpack("<f", struct.pack("<I", bits if dtype == "float32" else bits << 16))[0])


def _numbers(dtype: str, bits: NDArray[Any], scratch: NDArray[np.float64]) -> NDArray[np.float64]:
    """The elements, known to be finite, as float64 in ``scratch``, in any order."""
    numbers = scratch[: bits.size]
    if dtype == "float32":
        np.copyto(numbers, bits.view("<f4"))
    elif dtype == "float16":  # numpy's own conversion takes three times as long
        wide = bits.astype("<u4")
        placed = ((wide & np.uint32(0x8000)) << np.uint32(16)) | ((wide & np.uint32(0x7FFF)) << np.uint32(13))
        np.copyto(numbers, placed.view("<f4") * HALF_UP)
    elif bits.size % 2:
        np.copyto(numbers, (bits.astype("<u4") << np.uint32(16)).view("<f4"))
    else:  # two to a word: each is the upper half of a float32
        pairs, half = bits.view("<u4"), bits.size // 2
        np.copyto(numbers[:half], (pairs << np.uint32(16)).view("<f4"))
        np.copyto(numbers[half:], (pairs & np.uint32(0xFFFF0000)).view("<f4"))
    return numbers
