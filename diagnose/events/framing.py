"""Finds where the records of an event file begin, and begins again behind damaged bytes.

A record is: length (8 bytes), checksum of the length (4), payload, checksum of the payload (4). The first
twelve bytes prove themselves: bytes that are no header pass for one once in 2**32.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diagnose.events import crc32c
from diagnose.events.crc32c import Bytes

HEADER = 12
FRAME = 16  # bytes of a record besides its payload
WALL_TIME = 0x09  # the first byte of nearly every event, and of no other kind of TFRecord in use

_SHORT = 1 << 24  # bytes; nearly every payload is shorter
_PIECE = 1 << 18  # bytes scanned together, to stay in the processor's cache

Places = NDArray[np.int64]
_NONE: Places = np.zeros(0, np.int64)


class Frames(NamedTuple):
    """Records lying one behind the other: ``offsets`` and payload ``lengths`` [n], and the byte after the last."""

    offsets: Places
    lengths: Places
    end: int


def header_length(header: bytes | memoryview) -> int | None:
    """The payload length that a record's first 12 bytes give, or None when they do not prove themselves."""
    if crc32c.mask(crc32c.crc(header[:8])) != int.from_bytes(header[8:12], "little"):
        return None
    return int.from_bytes(header[:8], "little")


class Scan:
    """The headers among the bytes ``block[start:end]``: scanned for once, then looked up.

    At first only headers of the usual form are looked for; any other form that turns up, and damage, widen the scan.
    """

    def __init__(self, block: Bytes, start: int, end: int) -> None:
        self.block, self.start, self.end = block, start, end
        self._wide = False
        self._keep(*_narrow(block, start, end))

    def frames(self, start: int) -> Frames:
        """The unbroken chain of whole records from ``start``; it ends where a header is missing or bytes run out."""
        first = int(np.searchsorted(self._offsets, start))
        if first == len(self._offsets) or self._offsets[first] != start:
            length = header_length(self.block[start : start + HEADER].tobytes()) if start + FRAME <= self.end else None
            if self._wide or length is None or start + FRAME + length > self.end:
                return Frames(self._offsets[:0], self._lengths[:0], start)
            self._widen()
            return self.frames(start)
        broken = int(np.searchsorted(self._breaks, first))
        last = int(self._breaks[broken]) + 1 if broken < len(self._breaks) else len(self._offsets)
        while last > first and self._after[last - 1] > self.end:
            last -= 1
        end = int(self._after[last - 1]) if last > first else start
        return Frames(self._offsets[first:last], self._lengths[first:last], end)

    def next_header(self, start: int, room: int) -> int | None:
        """Where, at or behind ``start``, the next header lies whose record ends within ``room``, if there is one."""
        if not self._wide:
            self._widen()
        for at in range(int(np.searchsorted(self._offsets, start)), len(self._offsets)):
            if self._after[at] <= room:
                return int(self._offsets[at])
        return None

    def _widen(self) -> None:
        self._wide = True
        self._keep(*_wide(self.block, self.start, self.end))

    def _keep(self, candidates: Places, lengths: Places) -> None:
        self._offsets, self._lengths = _proven(self.block, candidates, lengths)
        self._after = self._offsets + self._lengths + FRAME
        self._breaks = np.flatnonzero(self._after[:-1] != self._offsets[1:])


def bytes_at(block: Bytes, offsets: Places, size: int) -> Bytes:
    """The ``size`` bytes from each of ``offsets`` [n] on: [n, size]."""
    view = np.ndarray((len(block) - size + 1,), f"V{size}", block, strides=(1,))
    rows: Bytes = view[offsets].view(np.uint8).reshape(len(offsets), size)
    return rows


def _narrow(block: Bytes, start: int, end: int) -> tuple[Places, Places]:
    """Where a short length (bytes 3 to 7 are zero) and a payload that begins with a wall time might lie; lengths."""
    if end - start <= HEADER:
        return _NONE, _NONE
    eights = np.ndarray((len(block) - 7,), "<i8", block, strides=(1,))
    found, lengths = [], []
    for at, to in _pieces(start, end):
        begun = np.flatnonzero(block[at + HEADER : to + HEADER] == WALL_TIME) + at
        given = eights[begun]
        short = (given & -_SHORT) == 0
        found.append(begun[short])
        lengths.append(given[short])
    return np.concatenate(found), np.concatenate(lengths)


def _wide(block: Bytes, start: int, end: int) -> tuple[Places, Places]:
    """Where a length below 4 GiB (bytes 4 to 7 are zero) might lie, whatever follows; lengths."""
    if end - start < HEADER:
        return _NONE, _NONE
    eights = np.ndarray((len(block) - 7,), "<i8", block, strides=(1,))
    found = []
    for at, to in _pieces(start, end + 1):
        pairs = block[at + 4 : to + 6] | block[at + 5 : to + 7]
        found.append(np.flatnonzero((pairs[:-2] | pairs[2:]) == 0) + at)
    candidates = np.concatenate(found)
    return candidates, eights[candidates]


def _pieces(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The places from ``start`` to `HEADER` bytes before ``end``, piece by piece."""
    last = end - HEADER
    return ((at, min(at + _PIECE, last)) for at in range(start, last, _PIECE))


def _proven(block: Bytes, candidates: Places, lengths: Places) -> tuple[Places, Places]:
    """The candidates that prove themselves, and the lengths they give."""
    if not len(candidates):
        return candidates, candidates
    stored = np.ndarray((len(block) - 11,), "<u4", block, 8, (1,))[candidates]
    proven = crc32c.header_crcs(lengths) == stored
    if proven.all():
        return candidates, lengths
    return candidates[proven], lengths[proven]
