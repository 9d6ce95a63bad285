"""CRC-32C, the checksum of every event record, computed for many records at a time with numpy.

The checksum is linear: what one byte adds depends only on its value and on how many bytes follow it,
and the parts are put together with XOR. `byte_table` holds those parts for one byte, `pair_table` for two.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint32]

_POLYNOMIAL = np.uint32(0x82F63B78)  # Castagnoli's, lowest power in the highest bit
_MASK_DELTA = 0xA282EAD8  # TFRecord stores a rotated CRC plus this, so that a CRC of CRCs is no trap
_ONES = 0xFFFFFFFF

# x^290 leaves the same remainder as x^136 + x^113 + x^107 + x^32 + 1. Squaring keeps that true, so it also holds
# with every exponent times 8 (whole bytes) and times any further power of two. A byte can therefore be moved
# this many places towards the end of the message, without changing the checksum:
_MOVES = (290 - 136, 290 - 113, 290 - 107, 290 - 32, 290)
_SHORT = 1024  # bytes; below this a plain loop beats setting up the arrays
_PIECE = 1 << 20  # bytes looked at together, and
_ROWS = 32  # messages looked up together, to stay in the processor's cache


def crc(data: bytes | memoryview) -> int:
    """CRC-32C of ``data``, of any length."""
    if len(data) <= _SHORT:
        return _byte_by_byte(_ONES, data) ^ _ONES
    return crc_of_stream(data[start : start + _PIECE] for start in range(0, len(data), _PIECE))


def crc_of_stream(pieces: Iterable[bytes | memoryview]) -> int:
    """CRC-32C of the pieces one behind the other."""
    state = _ONES
    for piece in pieces:
        state = _advance(state, piece)
    return state ^ _ONES


def crc_of_many(block: Bytes, offsets: NDArray[np.int64], lengths: NDArray[np.int64]) -> Words:
    """CRC-32C of each ``block[offset : offset + length]`` [n]; similar lengths are worked on side by side."""
    answers = np.empty(len(offsets), np.uint32)
    alone = (lengths > _PIECE) | (lengths < 4)
    if lengths.sum() <= _SHORT:
        alone[:] = True
    doubled = np.frexp(np.maximum(lengths, 64))[1]
    classes = 4 * doubled + ((lengths - 1) >> (doubled - 3))  # four to each doubling: little is lost to padding
    for kind in sorted(set(classes[~alone].tolist())):
        members = np.flatnonzero((classes == kind) & ~alone)
        width = int(lengths[members].max())
        together = offsets[members] + lengths[members] >= width
        alone[members[~together]] = True
        members = members[together]
        for start in range(0, len(members), max(1, _PIECE // width)):
            some = members[start : start + max(1, _PIECE // width)]
            answers[some] = _side_by_side(block, offsets[some] + lengths[some] - width, width - lengths[some], width)
    for which in np.flatnonzero(alone).tolist():
        answers[which] = crc(block.data[int(offsets[which]) : int(offsets[which] + lengths[which])])
    return answers


def mask(value: int) -> int:
    """The form in which a record stores the checksum ``value``."""
    return (((value >> 15) | (value << 17)) + _MASK_DELTA) & _ONES


def unmask(stored: Words) -> Words:
    """The checksums behind stored ones."""
    turned = stored - np.uint32(_MASK_DELTA)
    return (turned >> np.uint32(17)) | (turned << np.uint32(15))


def header_crcs(lengths: NDArray[np.int64]) -> Words:
    """The stored checksum that belongs in front of records of these lengths (below 2**32)."""
    lanes = lengths.astype("<u4").view("<u2").reshape(-1, 2)
    plain = np.uint32(crc(bytes(8))) ^ pair_table(6)[lanes[:, 0]] ^ pair_table(4)[lanes[:, 1]]
    masked: Words = ((plain >> np.uint32(15)) | (plain << np.uint32(17))) + np.uint32(_MASK_DELTA)
    return masked


def byte_table(following: int) -> Words:
    """What each of the 256 bytes adds to a checksum when ``following`` more bytes come after it."""
    table: Words = _tables(following + 1)[following]
    return table


PAIRS = 64  # following bytes up to which a table for pairs is worth its 256 KiB


@cache
def pair_table(following: int) -> Words:
    """What each of the 65536 little-endian byte pairs adds when ``following`` more bytes come after it."""
    return (byte_table(following)[:, None] ^ byte_table(following + 1)[None, :]).reshape(-1)


def _byte_by_byte(state: int, data: bytes | memoryview) -> int:
    table = _first_table()
    for byte in data:
        state = table[(state ^ byte) & 255] ^ (state >> 8)
    return state


def _advance(state: int, data: bytes | memoryview) -> int:
    """The running state after ``data``; a state is nothing but a mask over the next four bytes."""
    if len(data) <= _SHORT:
        return _byte_by_byte(state, data)
    row = np.frombuffer(data, np.uint8).copy()
    row[:4] ^= np.frombuffer(state.to_bytes(4, "little"), np.uint8)
    return int(_remainders(row[None, :])[0])


def _side_by_side(block: Bytes, starts: NDArray[np.int64], before: NDArray[np.int64], width: int) -> Words:
    """Checksums of messages (4 bytes or more) that end ``width`` bytes behind ``starts``.

    The first ``before`` [n] of these bytes are not theirs.
    """
    view = np.ndarray((len(block) - width + 1,), f"V{width}", block, strides=(1,))
    rows = view[starts].view(np.uint8).reshape(-1, width)
    if most := int(before.max()):
        rows[:, :most] *= np.arange(most) >= before[:, None]  # zeros in front of a message add nothing
    rows[np.arange(len(rows))[:, None], before[:, None] + np.arange(4)] ^= 255  # the checksum starts from all ones
    return _remainders(rows) ^ np.uint32(_ONES)


def _remainders(rows: NDArray[Any]) -> Words:
    """What is left of each row (a message [n, width], overwritten) divided by the polynomial."""
    return _look_up(_fold(rows))


def _fold(rows: NDArray[Any]) -> NDArray[Any]:
    """Move the front of every row into its end, with `_MOVES`, until at most 290 bytes are left."""
    reach = _MOVES[-1]
    scale = 1
    while rows.shape[1] > 2 * scale * reach:
        scale *= 2
    while scale:
        while rows.shape[1] > scale * reach:
            size = min(scale * _MOVES[0], rows.shape[1] - scale * reach)
            front = rows[:, :size]
            for move in _MOVES:
                rows[:, scale * move : scale * move + size] ^= front
            rows = rows[:, size:]
        scale //= 2
    return rows


def _look_up(rows: NDArray[Any]) -> Words:
    """The remainders of rows so short that there is a table for each of their bytes."""
    width = rows.shape[1]
    tables, places = _tables(width).reshape(-1), np.arange(width - 1, -1, -1) * 256
    answers = np.empty(len(rows), np.uint32)
    for start in range(0, len(rows), _ROWS):
        shares = tables.take(rows[start : start + _ROWS] + places, mode="wrap")
        np.bitwise_xor.reduce(shares, axis=1, out=answers[start : start + _ROWS])
    return answers


_grown: list[Words] = []


def _tables(count: int) -> Words:
    """Byte tables [>= count, 256] for 0, 1, 2, ... following bytes."""
    if not _grown or len(_grown[0]) < count:
        if _grown:
            first = _grown[0][0]
        else:
            first = np.arange(256, dtype=np.uint32)
            for _ in range(8):
                first = np.where(first & 1, (first >> 1) ^ _POLYNOMIAL, first >> 1).astype(np.uint32)
        tables = np.empty((max(64, count + count // 2), 256), np.uint32)
        tables[0] = first
        for place in range(1, len(tables)):  # one more byte follows: one more zero byte is shifted in
            tables[place] = first[tables[place - 1] & 255] ^ (tables[place - 1] >> 8)
        _grown[:] = [tables]
    return _grown[0]


@cache
def _first_table() -> list[int]:
    return [int(entry) for entry in byte_table(0)]
