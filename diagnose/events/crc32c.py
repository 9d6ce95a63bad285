"""CRC-32C, the checksum of every event record, computed for many records at a time with numpy.

The checksum is linear: what one byte adds depends only on its value and on how many bytes follow it,
and the parts are put together with XOR. `byte_table` holds those parts for one byte, `pair_table` for two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint32]

_POLYNOMIAL = np.uint32(0x82F63B78)  # Castagnoli's, lowest power in the highest bit
_MASK_DELTA = 0xA282EAD8  # TFRecord stores a rotated CRC plus this, so that a CRC of CRCs is no trap
_ONES = 0xFFFFFFFF

# x^290 leaves the same remainder as x^136 + x^113 + x^107 + x^32 + 1, and x^5685 as x^1362 + x^426 + 1. Squaring keeps
# that true, so it also holds with every exponent times 8 (whole bytes) and times any further power of two. A byte can
# therefore be moved this many places towards the end of the message, without changing the checksum:
_FAR_MOVES = (5685 - 1362, 5685 - 426, 5685)
_MOVES = (290 - 136, 290 - 113, 290 - 107, 290 - 32, 290)
_SHORT = 1024  # bytes; below this a plain loop beats setting up the arrays
_PIECE = 1 << 20  # bytes looked at together, and
_ROWS = 32  # messages looked up together, to stay in the processor's cache

_PAID = 3 << 16  # pairs looked up by which a table for them, of 256 KiB, has saved as much time as it takes to make
_NEAR_THE_END = 64  # following bytes; farther from the end lie no numbers worth so much memory
_looked_up: Counter[int] = Counter()  # pairs looked up so far, by how many bytes followed them


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
        for some in _parts(members, min(width, _FAR_MOVES[-1])):
            ends = []
            for few in _parts(some, width):
                rows = _side_by_side(block, offsets[few] + lengths[few] - width, width - lengths[few], width)
                ends.append(_fold(rows, _FAR_MOVES))
            answers[some] = _remainders(np.concatenate(ends) if len(ends) > 1 else ends[0]) ^ np.uint32(_ONES)
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
    plain = byte_table(7).take(lengths & 255)
    plain ^= np.uint32(crc(bytes(8)))
    for place in range(1, 4):
        higher = lengths >> (8 * place)
        if not higher.any():
            break
        plain ^= byte_table(7 - place).take(higher & 255)
    masked: Words = ((plain >> np.uint32(15)) | (plain << np.uint32(17))) + np.uint32(_MASK_DELTA)
    return masked


def byte_table(following: int) -> Words:
    """What each of the 256 bytes adds to a checksum when ``following`` more bytes come after it."""
    table: Words = _tables(following + 1)[following]
    return table


def pairs_pay(following: int, count: int) -> bool:
    """Whether to look up ``count`` pairs in `pair_table` rather than their bytes: once it pays for making the table."""
    _looked_up[following] += count
    return _looked_up[following] >= _PAID and following <= _NEAR_THE_END


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


def _parts(members: NDArray[np.int64], width: int) -> Iterator[NDArray[np.int64]]:
    """So many of ``members`` at a time that as many rows of ``width`` bytes stay in the processor's cache."""
    step = max(1, _PIECE // width)
    return (members[start : start + step] for start in range(0, len(members), step))


def _side_by_side(block: Bytes, starts: NDArray[np.int64], before: NDArray[np.int64], width: int) -> NDArray[Any]:
    """Rows [n, width] that end with messages (4 bytes or more) and leave the remainders that belong to their checksums.

    The first ``before`` [n] of the bytes from ``starts`` on are not theirs.
    """
    view = np.ndarray((len(block) - width + 1,), f"V{width}", block, strides=(1,))
    rows = view[starts].view(np.uint8).reshape(-1, width)
    if most := int(before.max()):
        rows[:, :most] *= np.arange(most) >= before[:, None]  # zeros in front of a message add nothing
    rows[np.arange(len(rows))[:, None], before[:, None] + np.arange(4)] ^= 255  # the checksum starts from all ones
    return rows


def _remainders(rows: NDArray[Any]) -> Words:
    """What is left of each row (a message [n, width], overwritten) divided by the polynomial."""
    return _look_up(_fold(_fold(rows, _FAR_MOVES), _MOVES))


def _fold(rows: NDArray[Any], moves: tuple[int, ...]) -> NDArray[Any]:
    """Move the front of every row into its end, until no more bytes are left than the farthest of ``moves``."""
    reach = moves[-1]
    while (width := rows.shape[1]) > reach:
        scales = [1 << power for power in range((width // reach).bit_length())]
        size, scale = max((min(scale * moves[0], width - scale * reach), scale) for scale in scales)
        front = rows[:, :size]
        if size < _SHORT:  # or numpy copies it every time: it cannot tell that the two do not overlap
            front = front.copy()
        for move in moves:
            rows[:, scale * move : scale * move + size] ^= front
        rows = rows[:, size:]
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
        known = _grown[0] if _grown else _first_tables()
        tables = np.empty((max(64, count, len(known) + len(known) // 2), 256), np.uint32)
        filled = len(known)
        tables[:filled] = known
        while filled < len(tables):  # a remainder is a message of four bytes itself, and more zeros follow it
            more = min(filled, len(tables) - filled)
            begin = tables[:more].astype("<u4", copy=False).view(np.uint8).reshape(more, 256, 4)
            further = tables[filled : filled + more]
            tables[filled - 1].take(begin[..., 0], out=further, mode="wrap")
            for place in range(1, 4):
                further ^= tables[filled - 1 - place].take(begin[..., place], mode="wrap")
            filled += more
        _grown[:] = [tables]
    return _grown[0]


def _first_tables() -> Words:
    """The tables for up to 3 following bytes."""
    first = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        first = np.where(first & 1, (first >> 1) ^ _POLYNOMIAL, first >> 1).astype(np.uint32)
    tables = [first]
    for _ in range(3):  # one more byte follows: one more zero byte is shifted in
        tables.append(first[tables[-1] & 255] ^ (tables[-1] >> 8))
    return np.stack(tables)


@cache
def _first_table() -> list[int]:
    return [int(entry) for entry in byte_table(0)]
