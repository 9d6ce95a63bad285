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
    return np.concatenate([_numbers(record, start, length, fetch) for start in starts])


class Picks:
    """The elements `loudness` looks at, picked by whoever reads a tensor from its first element to its last."""

    def __init__(self, record: Dense) -> None:
        rows = record.shape[0]
        self._width = math.prod(record.shape) // rows
        columns = np.linspace(0, self._width - 1, min(COLUMNS, self._width)).astype(np.int64)
        self._places = (np.arange(rows, dtype=np.int64)[:, None] * self._width + columns).ravel()
        self._record, self._found, self._passed = record, list[NDArray[Any]](), 0

    def take(self, words: NDArray[Any]) -> None:
        """Pick from the next words of the tensor."""
        ends = np.searchsorted(self._places, (self._passed, self._passed + words.size))
        self._found.append(words[self._places[ends[0] : ends[1]] - self._passed])
        self._passed += words.size

    def loudness(self) -> Few | None:
        """What `loudness` gives; None when the tensor was not read in this way."""
        if self._passed != math.prod(self._record.shape):
            return None
        with np.errstate(all="ignore"):
            numbers = dtypes.numbers(self._record.dtype, np.concatenate(self._found)).astype(np.float32)
        loud: Few = np.abs(numbers).reshape(self._record.shape[0], -1).max(axis=1)
        return loud


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
    columns = np.linspace(0, width - 1, min(COLUMNS, width)).astype(int)
    together = max(1, CHUNK // (width * dtypes.ITEMSIZE[record.dtype]))
    found = []
    for first in range(0, rows, together):
        some = min(together, rows - first)
        block = _numbers(record, first * width, some * width, fetch, columns)
        found.append(np.abs(block).max(axis=1))
    return np.concatenate(found)


def _has_rows(record: Dense) -> bool:
    """Whether its rows are looked at."""
    if not _readable(record) or not record.shape:
        return False
    rows, count = record.shape[0], math.prod(record.shape)
    few = 0 < rows <= MOST_ROWS and count <= MOST_ELEMENTS
    return few and count // rows * dtypes.ITEMSIZE[record.dtype] <= CHUNK


def _numbers(record: Dense, start: int, count: int, fetch: Fetch, columns: NDArray[np.int_] | None = None) -> Few:
    """``count`` elements from ``start`` on as [count], or these ``columns`` of them as [rows, columns]."""
    kind = dtypes.word(record.dtype, big_endian=record.storage.big_endian)
    block = record.storage.bytes_there()
    assert block is not None  # `_readable` has looked
    place = (record.offset + start) * kind.itemsize
    words = np.frombuffer(fetch(block, place, count * kind.itemsize), kind)
    if columns is not None:
        width = math.prod(record.shape) // record.shape[0]
        words = words.reshape(-1, width)[:, columns]
    with np.errstate(all="ignore"):
        return dtypes.numbers(record.dtype, words.copy()).astype(np.float32)


def _readable(record: Record) -> bool:
    """Whether it is a float tensor that lies in the file without gaps."""
    if not isinstance(record, Dense) or record.dtype not in dtypes.FLOATING or 0 in record.shape:
        return False
    block = record.storage.bytes_there()
    steps = zip(record.shape, record.stride, contiguous(record.shape), strict=True)
    gapless = all(size == 1 or step == there for size, step, there in steps)
    plain = gapless and not record.dtype.startswith("complex")
    return plain and not record.negated and block is not None and record.extent <= block.size
