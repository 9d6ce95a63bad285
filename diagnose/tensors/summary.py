"""Statistics of tensors, read from the file in pieces of a fixed size."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from diagnose.run import NONE, SMALL, Tensor
from diagnose.tensors import dtypes
from diagnose.tensors.quick import BLOCK as QUICK
from diagnose.tensors.quick import FORMATS, add_quickly
from diagnose.tensors.records import Block, Damaged, Dense, Pieces, Quantised, Record, Sparse, Unread
from diagnose.tensors.samples import Picks, loudness, picks, sample
from diagnose.tensors.tally import Tally
from kb.text import Text

CHUNK = 1 << 20  # bytes fetched at a time
BLOCK = 1 << 15  # elements looked at together: as float64 they stay in the second-level cache
PREADV = hasattr(os, "preadv")

Axes = list[tuple[int, int]]  # (size, stride in elements)


@dataclass
class Allowance:
    """How many more bytes may be read."""

    left: int

    def spend(self, size: int) -> None:
        """Pay for reading ``size`` bytes. Raises `Damaged` when there is nothing left."""
        self.left -= max(size, 0)
        if self.left < 0:
            raise Damaged(
                Text("its tensors overlap so much that reading all takes too long", "张量重叠过多，全部读取耗时过长")
            )


@dataclass
class Scanner:
    """Summarises tensors; ``allowance`` bytes may be read in all, so that overlapping views cannot cost hours."""

    allowance: Allowance
    buffer: bytearray = field(default_factory=lambda: bytearray(CHUNK))
    scratch: NDArray[np.uint32] = field(default_factory=lambda: np.empty(QUICK // 2, np.uint32))
    seen: dict[Any, tuple[Tensor, Record]] = field(default_factory=dict)  # the record is kept: its id must stay its own

    def summary(self, name: str, record: Record, *, closely: bool = False) -> Tensor:
        """The summary of ``record``, with single elements and rows where asked for by ``closely``.

        Raises `Damaged` when its bytes are missing or it cannot be told.
        """
        key, plain = (identity(record), closely), (identity(record), False)
        if key not in self.seen:
            wanted = picks(record) if closely and plain not in self.seen else None
            if plain not in self.seen:
                self.seen[plain] = self._summary(record, wanted), record
            if closely:
                loud = wanted.loudness() if wanted is not None else None
                rows = loudness(record, self._fetch) if loud is None else loud
                found = replace(self.seen[plain][0], sample=sample(record, self._fetch), rows=rows)
                self.seen[key] = found, record
        return replace(self.seen[key][0], name=name)

    def learn(self, record: Record, found: Tensor, *, closely: bool) -> None:
        """Take over a summary that another scanner made."""
        self.seen[identity(record), False] = replace(found, sample=NONE, rows=NONE), record
        self.seen[identity(record), closely] = found, record

    def _summary(self, record: Record, wanted: Picks | None = None) -> Tensor:
        tally, values = Tally(), ()
        with np.errstate(all="ignore"):
            if isinstance(record, Unread):
                raise Damaged(record.why)
            if math.prod(record.shape) <= SMALL and not isinstance(record, Sparse):
                found = self._few(record)
                tally.add(found)
                values = tuple(found.tolist())
            else:
                self._many(record, tally, wanted)
                if isinstance(record, Sparse):
                    tally.add_zeros(math.prod(record.shape) - math.prod(record.values.shape))
        return Tensor(record.dtype, record.dtype, record.shape, *tally.facts(), values)

    def _many(self, record: Dense | Quantised | Sparse | Pieces, tally: Tally, wanted: Picks | None = None) -> None:
        """Count all elements of a large tensor."""
        if isinstance(record, Pieces):
            for _, part in record.parts:
                self._many(part, tally)
            return
        simple = record.values if isinstance(record, Sparse) else record
        if not isinstance(simple, Dense) or simple.dtype not in FORMATS or simple.negated or simple.storage.big_endian:
            for numbers, times in self._numbers(simple):
                tally.add(numbers, times)
        elif 0 not in simple.shape:
            axes, times = _distinct(simple)
            together = wanted.together if wanted is not None else 0
            for words in self._pieces(simple, _bytes_of(simple), simple.offset, axes, together):
                add_quickly(tally, simple.dtype, words, times, self.scratch)
                if wanted is not None:
                    wanted.take(words)

    def _few(self, record: Dense | Quantised | Pieces) -> NDArray[np.float64]:
        """All elements of a small tensor, in order."""
        if isinstance(record, Pieces):
            whole = np.zeros(record.shape)
            for start, part in record.parts:
                sides = tuple(slice(at, at + size) for at, size in zip(start, part.shape, strict=True))
                whole[sides] = self._few(part).reshape(part.shape)
            return whole.ravel()
        if isinstance(record, Quantised):
            return self._dequantised(record)
        places = np.zeros((), np.int64)
        for size, step in zip(record.shape, record.stride, strict=True):
            places = places[..., None] + np.arange(size, dtype=np.int64) * step
        flat = places.ravel() + record.offset
        block, kind = _bytes_of(record), dtypes.word(record.dtype, big_endian=record.storage.big_endian)
        if not flat.size:
            return np.empty(0)
        first, last = int(flat.min()), int(flat.max())
        if (last + 1 - first) * kind.itemsize <= CHUNK:
            words = np.frombuffer(self._fetch(block, first * kind.itemsize, (last + 1 - first) * kind.itemsize), kind)
            chosen = words[flat - first]
        else:
            apart = [bytes(self._fetch(block, int(at) * kind.itemsize, kind.itemsize)) for at in flat]
            chosen = np.frombuffer(b"".join(apart), kind)
        return _signed(record, dtypes.numbers(record.dtype, chosen))

    def _dequantised(self, record: Quantised) -> NDArray[np.float64]:
        scales, zeros = self._parameters(record)
        shape = [1] * len(record.shape)
        if record.axis is not None:
            shape[record.axis] = -1
        integers = self._few(record.integers).reshape(record.shape)
        return _scaled(integers, scales.reshape(shape), zeros.reshape(shape)).ravel()

    def _parameters(self, record: Quantised) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        parts: list[NDArray[np.float64]] = []
        for part in (record.scale, record.zero):
            found = [piece for piece, _ in self._numbers(part)] if isinstance(part, Dense) else [np.array([part])]
            parts.append(np.concatenate(found) if found else np.empty(0))
        return parts[0], parts[1]

    def _numbers(self, record: Record) -> Iterator[tuple[NDArray[np.float64], int]]:
        """The elements as float64, piece by piece in any order, and how often each piece counts."""
        if isinstance(record, Sparse):
            yield from self._numbers(record.values)
        elif isinstance(record, Quantised):
            scales, zeros = self._parameters(record)
            for part, scale, zero in zip(_slices(record), scales, zeros, strict=True):
                for integers, times in self._numbers(part):
                    yield _scaled(integers, scale, zero), times
        elif isinstance(record, Dense) and 0 not in record.shape:
            block = _bytes_of(record)
            axes, times = _distinct(record)
            for words in self._pieces(record, block, record.offset, axes):
                for at in range(0, words.size, BLOCK):
                    yield _signed(record, dtypes.numbers(record.dtype, words[at : at + BLOCK])), times

    def _pieces(
        self, record: Dense, block: Block, offset: int, axes: Axes, together: int = 0
    ) -> Iterator[NDArray[Any]]:
        """The bits of a strided view, halved along its longest stride until a piece lies within one chunk.

        A flat row comes in pieces of ``together`` elements, or as many as fit in a chunk.
        """
        kind = dtypes.word(record.dtype, big_endian=record.storage.big_endian)
        waiting = [(offset, axes)]
        while waiting:
            start, now = waiting.pop()
            span = (1 + sum((size - 1) * step for size, step in now)) * kind.itemsize
            if max(span, math.prod(size for size, _ in now) * kind.itemsize) > CHUNK:
                waiting += _halves(start, now, together or CHUNK // kind.itemsize)
                continue
            words = np.frombuffer(self._fetch(block, start * kind.itemsize, span), kind)
            if now != [(words.size, 1)] and now:
                shape, steps = [size for size, _ in now], [step * kind.itemsize for _, step in now]
                words = np.lib.stride_tricks.as_strided(words, shape, steps, writeable=False)
                self.allowance.spend(words.size * kind.itemsize - span)
                words = _flattened(words)
            yield words

    def _fetch(self, block: Block, start: int, size: int) -> memoryview:
        """``size`` bytes from ``start`` of a block; valid until the next call."""
        self.allowance.spend(size)
        view = memoryview(self.buffer)[:size]
        got, at = 0, block.start + start
        while got < size:
            more = read_at(block.file, view[got:], at + got)
            if not more:
                raise Damaged(Text("the file became shorter while it was read", "读取过程中文件变短了"))
            got += more
        return view


def read_at(file: IO[bytes], view: memoryview, at: int) -> int:
    """Fill ``view`` from ``at`` of a file as far as one call does; several threads may read one real file."""
    if isinstance(file, io.BufferedReader) and PREADV:
        return os.preadv(file.fileno(), [view], at)
    file.seek(at)
    return file.readinto(view)  # type: ignore[attr-defined, no-any-return]


def identity(record: Record) -> Any:
    """What two records have in common when they are the same elements in the same order."""
    if isinstance(record, Dense):
        # the window of an old file is a storage of its own, and equal to no other
        return id(record.storage), record.offset, record.shape, record.stride, record.dtype, record.negated
    return id(record)


def _flattened(words: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(words).ravel()


def _halves(start: int, axes: Axes, elements: int) -> list[tuple[int, Axes]]:
    """Two pieces of a view, or as many whole chunks as fit when it is one flat row."""
    if len(axes) == 1 and axes[0][1] == 1:
        size = axes[0][0]
        return [(start + at, [(min(elements, size - at), 1)]) for at in reversed(range(0, size, elements))]
    longest = max((at for at in range(len(axes)) if axes[at][0] > 1), key=lambda at: (axes[at][0] - 1) * axes[at][1])
    size, step = axes[longest]
    first = size // 2
    left, right = list(axes), list(axes)
    left[longest], right[longest] = (first, step), (size - first, step)
    return [(start + first * step, right), (start, left)]


def _distinct(record: Dense) -> tuple[Axes, int]:
    """The view without repetition (strides of zero), its axes merged where they are contiguous; and the repetition."""
    times = 1
    axes: Axes = []
    for size, step in sorted(zip(record.shape, record.stride, strict=True), key=lambda one: -one[1]):
        if step == 0:
            times *= size
        elif size > 1:
            if axes and axes[-1][1] == size * step:
                axes[-1] = (axes[-1][0] * size, step)
            else:
                axes.append((size, step))
    return axes, times


def _slices(record: Quantised) -> Iterator[Dense]:
    """The integers that share a scale."""
    whole, axis = record.integers, record.axis
    if axis is None:
        yield whole
        return
    shape = (*whole.shape[:axis], *whole.shape[axis + 1 :])
    stride = (*whole.stride[:axis], *whole.stride[axis + 1 :])
    for at in range(whole.shape[axis]):
        yield Dense(whole.dtype, shape, stride, whole.offset + at * whole.stride[axis], whole.storage)


def _scaled(integers: NDArray[np.float64], scale: Any, zero: Any) -> NDArray[np.float64]:
    # torch dequantises in float32
    single: NDArray[np.float64] = ((integers - zero).astype(np.float32) * np.asarray(scale, np.float32)).astype(
        np.float64
    )
    return single


def _signed(record: Dense, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    return -numbers if record.negated and not record.dtype.startswith("complex") else numbers


def _bytes_of(record: Dense) -> Block:
    block = record.storage.bytes_there()
    if block is None or record.extent > block.size:
        raise Damaged(Text("its bytes are not in the file", "文件中没有它的数据"))
    return block
