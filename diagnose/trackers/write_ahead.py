"""Puts the write-ahead log of a SQLite file on top of the file, in memory: the database as its last writer sees it.

SQLite itself could read the log only by making an index file beside it, and nothing is ever written beside a user's
files. Format: "WAL file format" in SQLite's documentation. A frame is a page with the numbers that vouch for it; the
frames count as far as their checksums hold, and up to the last one that ends a transaction.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

LARGEST = 1 << 29  # bytes of both files together; more is not held in memory
_HEAD, _FRAME_HEAD = 32, 24
_MAGIC = 0x377F0682  # with the lowest bit set where the checksums read words most significant byte first
_TRIES = 3  # how often the files may change while they are read


@dataclass(frozen=True)
class Merged:
    """The database, and how many ``pages`` of it came from the log."""

    data: bytes
    pages: int


def log_of(path: Path) -> Path:
    """Where the write-ahead log of a database lies, if it has one."""
    return path.with_name(f"{path.name}-wal")


def merged(path: Path) -> Merged | None:
    """The file with the finished transactions of its log; None when there are none, or too much to hold.

    Raises OSError when either cannot be read.
    """
    log = log_of(path)
    for _ in range(_TRIES):
        try:
            before = log.stat()
        except FileNotFoundError:
            return None
        if before.st_size <= _HEAD or before.st_size + path.stat().st_size > LARGEST:
            return None
        frames, data = log.read_bytes(), bytearray(path.read_bytes())
        after = log.stat()
        if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
            break
    pages, size, count = _pages(frames)
    if not pages:
        return None
    data = data[: count * size].ljust(count * size, b"\0")
    for number, at in pages.items():
        if number <= count:
            data[(number - 1) * size : number * size] = frames[at : at + size]
    data[18:20] = b"\1\1"  # not a database with a log any more
    return Merged(bytes(data), len(pages))


def _pages(log: bytes) -> tuple[dict[int, int], int, int]:
    """Where the newest state of each page stands in the log, the size of a page, and how many the database has."""
    magic, _, size, _ = struct.unpack_from(">4I", log)
    if magic & ~1 != _MAGIC or size not in {1 << power for power in range(9, 17)}:
        return {}, 0, 0
    order = ">u4" if magic & 1 else "<u4"
    salts, state = log[16:24], np.array(struct.unpack_from(">2I", log, 24), np.uint32)
    if not np.array_equal(_checksum(log[:24], order, np.zeros(2, np.uint32), _weights(3)), state):
        return {}, 0, 0
    weights = _weights((size + 8) // 8)
    waiting: dict[int, int] = {}
    pages: dict[int, int] = {}
    count = 0
    for at in range(_HEAD, len(log) - size - _FRAME_HEAD + 1, size + _FRAME_HEAD):
        number, end, told = *struct.unpack_from(">2I", log, at), struct.unpack_from(">2I", log, at + 16)
        vouched = log[at : at + 8] + log[at + _FRAME_HEAD : at + _FRAME_HEAD + size]
        state = _checksum(vouched, order, state, weights)
        if log[at + 8 : at + 16] != salts or number == 0 or tuple(state.tolist()) != told:
            break  # left over from an earlier use of the file, or half written
        waiting[number] = at + _FRAME_HEAD
        if end:
            pages |= waiting
            waiting, count = {}, end
    return pages, size, count


def _weights(pairs: int) -> np.ndarray:
    """How much each pair of words, and (last) the sum so far, weighs in the sum: uint32 [pairs + 1, 2, 2]."""
    step = np.array([[1, 1], [1, 2]], np.uint32)
    power = np.eye(2, dtype=np.uint32)
    powers = [power := power if at == 0 else power @ step for at in range(pairs + 1)]
    entering = np.array([[1, 0], [1, 1]], np.uint32)
    return np.stack([*(power @ entering for power in reversed(powers[:-1])), powers[-1]])


def _checksum(data: bytes, order: str, state: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """SQLite's sum over pairs of words: ``a += x + b; b += y + a``, modulo 2**32."""
    words = np.frombuffer(data, order).astype(np.uint32).reshape(-1, 2)
    total: np.ndarray = np.einsum("nij,nj->i", weights[:-1], words) + weights[-1] @ state
    return total.astype(np.uint32)
