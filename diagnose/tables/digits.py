"""Numbers out of text, many at a time: the value of every run of digits, and of decimals made of such runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnose.run import Curve
from diagnose.tables.timeline import Ints

Bytes = NDArray[np.uint8]
MARGIN = b"0" * 24  # what must stand before a text so that three words can be loaded before its first byte
EXACT = 15  # digits a float holds whatever they are; and 10**22 is the largest power of ten it holds
MOST = 18  # digits an int64 holds
WIDE = np.finfo(np.longdouble).nmant >= 63  # x86: holds an int64, and 10**27
DECIMAL = re.compile(r"([+-]?)(\d*)(\.?)(\d*)(?:([eE])([+-]?)(\d+))?", re.ASCII)
_TENS = np.array([10**at for at in range(MOST + 1)], np.int64)
_POWERS = np.array([10.0**at for at in range(23)])
_WIDER: NDArray[np.longdouble] = np.cumprod(np.array([1] + [10] * 27, np.longdouble), dtype=np.longdouble)


def marks(text: Bytes) -> Ints:
    """The places of all bytes that are no digits."""
    return np.flatnonzero((text - np.uint8(48)) > 9)


def whole(text: Bytes, stops: Ints, lengths: Ints) -> Ints:
    """The values of runs of at most 18 digits that end before ``stops``, at least 24 bytes into the text.

    Eight digits are added up in three multiplications, as in D. Lemire's "Quickly parsing eight digits" (2018);
    of a longer run only the last 18 count.
    """
    words = np.ndarray((len(text) - 7,), "V8", text.data, 0, (1,))  # eight bytes from every place on; takes no room
    longest = int(lengths.max(initial=0))
    values = _eight(words[stops - 8], np.minimum(lengths, 8) if longest > 8 else lengths)
    for done in (8, 16):
        if longest > done:
            more = np.flatnonzero(lengths > done)
            left = np.minimum(lengths[more], MOST) - done
            values[more] += 10**done * _eight(words[stops[more] - done - 8], np.minimum(left, 8))
    return values


def _eight(raw: NDArray[np.void], lengths: Ints) -> Ints:
    """The last ``lengths`` (0 to 8) characters of each word, as a number."""
    word = raw.view("<u8")
    word &= np.uint64(0x0F0F0F0F0F0F0F0F)
    bits = ((8 - lengths) << 3).view(np.uint64)
    if int(lengths.min(initial=8)) == 0:  # a shift by a whole word is undefined
        word[lengths == 0] = 0
        bits &= np.uint64(63)
    word >>= bits
    word <<= bits
    word *= np.uint64(2561)
    word >>= np.uint64(8)
    word &= np.uint64(0x00FF00FF00FF00FF)
    word *= np.uint64(6553601)
    word >>= np.uint64(16)
    word &= np.uint64(0x0000FFFF0000FFFF)
    word *= np.uint64(42949672960001)
    word >>= np.uint64(32)
    return word.view(np.int64)


def floats(form: re.Match[str], values: Sequence[Ints], lengths: Sequence[Ints]) -> tuple[Curve, NDArray[np.bool_]]:
    """The numbers written in one ``form`` of `DECIMAL`, and which of them are exactly what `float` would say.

    ``values`` and ``lengths`` are those of the runs of digits the form has: before the point, behind it, exponent.
    """
    mantissa, size, power, at = values[0], lengths[0], np.zeros(1, np.int64), 0
    if form[3]:
        behind = lengths[1]
        most = int(behind.max(initial=0))
        if most == behind.min(initial=most):  # mostly every number has as many decimals as the next
            behind = behind[:1]
        mantissa = mantissa * _TENS[np.minimum(behind, MOST)] + values[1]
        size = size + lengths[1]
        power, at = -behind, 1
    good = size > 0
    if form[5]:
        power = power + (-values[at + 1] if form[6] == "-" else values[at + 1])
        good &= (lengths[at + 1] > 0) & (lengths[at + 1] <= 4)
    number = _scaled(mantissa.astype(np.float64), power, _POWERS)
    exact = (size <= EXACT) & (np.abs(power) < len(_POWERS))
    if not exact.all():
        long = np.flatnonzero(good & ~exact & (size <= MOST) & (np.abs(power) < len(_WIDER)) & WIDE)
        powers = power if len(power) == 1 else power[long]
        wide = _scaled(mantissa[long].astype(np.longdouble), powers, _WIDER)
        number[long] = wide
        exact[long] = np.abs(wide - number[long]) * 2 != np.spacing(np.abs(number[long]))  # else rounded twice
    return (-number if form[1] == "-" else number), good & exact


def _scaled(number: NDArray[np.floating[Any]], power: Ints, powers: NDArray[np.floating[Any]]) -> Any:
    """Numbers times ten to a power; the result is rounded once as long as both are exact."""
    if int(power.max(initial=0)) > 0:
        number *= powers[np.clip(power, 0, len(powers) - 1)]
    if int(power.min(initial=0)) < 0:
        number /= powers[np.clip(-power, 0, len(powers) - 1)]
    return number
