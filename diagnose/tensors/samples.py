"""Looks at a few single elements of a tensor: some from all over it, and the loudest of each row."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnose.run import NONE, Few
from diagnose.tensors import dtypes
from diagnose.tensors.records import Block, Dense, Record, contiguous

RUNS, LONG = 8, 8  # a sample is so many runs of so many neighbours: one read a run
COLUMNS = 8  # elements looked at in each row
MOST_ELEMENTS = 1 << 22  # of a tensor whose rows are looked at: the largest convolutions in use have half of that
MOST_ROWS = 1 << 14
SHORT = 1 << 16  # bytes that are sooner read in one go than in `RUNS`
CHUNK = 1 << 20  # bytes of rows fetched together

Fetch = Callable[[Block, int, int], memoryview]  # block, start and size in bytes


def sample(record: Record, fetch: Fetch) -> Few:
    """At most `RUNS` x `LONG` elements [n] from all over a dense tensor: the same places in every file."""
    if not _readable(record) or not isinstance(record, Dense):
        return NONE
    count = math.prod(record.shape)
    if count <= RUNS * LONG:
        starts, length = [0], count
    else:
        starts, length = [int(at) for at in np.linspace(0, count - LONG, RUNS)], LONG
    if count * dtypes.ITEMSIZE[record.dtype] <= SHORT:
        whole = _words(record, 0, count, fetch)
        words = np.concatenate([whole[start : start + length] for start in starts])
    else:
        words = np.concatenate([_words(record, start, length, fetch) for start in starts])
    with np.errstate(all="ignore"):
        return dtypes.numbers(record.dtype, words).astype(np.float32)


class Picks:
    """The elements `loudness` looks at, picked by whoever reads a tensor from its first element to its last.

    ``together`` elements are to be read at a time: as many whole rows as fit in `CHUNK`.
    """

    def __init__(self, record: Dense) -> None:
        self._record, self._found = record, list[NDArray[Any]]()
        self._width = math.prod(record.shape) // record.shape[0]
        self.together = _rows_together(record, self._width) * self._width

    def take(self, words: NDArray[Any]) -> None:
        """Pick from the next rows of the tensor."""
        self._found.append(words.reshape(-1, self._width)[:, _columns(self._width)].copy())

    def loudness(self) -> Few | None:
        """What `loudness` gives; None when the tensor was not read in this way."""
        return _loudest(self._record, np.concatenate(self._found)) if self._found else None


def picks(record: Record) -> Picks | None:
    """The elements to be picked from a tensor while it is read; None where `loudness` gives nothing."""
    return Picks(record) if isinstance(record, Dense) and _has_rows(record) else None


def loudness(record: Record, fetch: Fetch) -> Few:
    """The largest magnitude among `COLUMNS` elements of each slice along the first axis [rows].

    Empty where that would cost more than it tells: very large matrices, views that are no rows. A slice of a
    trained layer in which so many elements vanish is one that vanishes as a whole.
    """
    if not isinstance(record, Dense) or not _has_rows(record):
        return NONE
    rows = record.shape[0]
    width = math.prod(record.shape) // rows
    together = _rows_together(record, width)
    found = []
    for first in range(0, rows, together):
        words = _words(record, first * width, min(together, rows - first) * width, fetch)
        found.append(words.reshape(-1, width)[:, _columns(width)].copy())
    return _loudest(record, np.concatenate(found))


def _columns(width: int) -> slice:
    """`COLUMNS` places of a row, evenly apart, or all of a short one."""
    apart = max(1, (width - 1) // (COLUMNS - 1))
    return slice(0, apart * (COLUMNS - 1) + 1, apart)


def _rows_together(record: Dense, width: int) -> int:
    """How many rows of ``width`` elements are read at a time."""
    return max(1, CHUNK // (width * dtypes.ITEMSIZE[record.dtype]))


def _loudest(record: Dense, words: NDArray[Any]) -> Few:
    """The largest magnitude of each row of elements as fetched [rows, columns]."""
    with np.errstate(all="ignore"):
        numbers = dtypes.numbers(record.dtype, words.ravel()).astype(np.float32)
    loud: Few = np.abs(numbers).reshape(len(words), -1).max(axis=1)
    return loud


def _has_rows(record: Dense) -> bool:
    """Whether its rows are looked at."""
    if not _readable(record) or not record.shape:
        return False
    rows, count = record.shape[0], math.prod(record.shape)
    few = 0 < rows <= MOST_ROWS and count <= MOST_ELEMENTS
    return few and count // rows * dtypes.ITEMSIZE[record.dtype] <= CHUNK


def _words(record: Dense, start: int, count: int, fetch: Fetch) -> NDArray[Any]:
    """``count`` elements as fetched from ``start`` on [count], valid until the next call."""
    kind = dtypes.word(record.dtype, big_endian=record.storage.big_endian)
    block = record.storage.bytes_there()
    assert block is not None  # `_readable` has looked
    return np.frombuffer(fetch(block, (record.offset + start) * kind.itemsize, count * kind.itemsize), kind)


def _readable(record: Record) -> bool:
    """Whether it is a float tensor that lies in the file without gaps."""
    if not isinstance(record, Dense) or record.dtype not in dtypes.FLOATING or 0 in record.shape:
        return False
    block = record.storage.bytes_there()
    steps = zip(record.shape, record.stride, contiguous(record.shape), strict=True)
    gapless = all(size == 1 or step == there for size, step, there in steps)
    plain = gapless and not record.dtype.startswith("complex")
    return plain and not record.negated and block is not None and record.extent <= block.size
