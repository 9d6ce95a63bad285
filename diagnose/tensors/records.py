"""What a file says of a tensor before any of its bytes are read: dtype, shape, strides and where its storage lies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import IO, Any

from diagnose.tensors import dtypes
from kb.text import Text

LARGEST = 1 << 60  # elements; beyond this no shape is believed


class Damaged(Exception):  # noqa: N818 - says what is wrong with the file
    """The bytes do not mean what they should; readers turn it into a note."""

    def __init__(self, what: Text) -> None:
        super().__init__(what.en)
        self.what = what


@dataclass(frozen=True, eq=False)
class Block:
    """``size`` bytes at ``start`` of an open binary file (or of bytes in memory, as a file)."""

    file: IO[bytes]
    start: int
    size: int


@dataclass(eq=False)
class Storage:
    """A flat row of bytes that tensors are views of; ``block`` is None until found, and stays so when cut off."""

    key: str
    dtype: str  # "" for untyped bytes: the tensor says how to read them
    size: int  # bytes claimed by the index
    block: Block | None = None
    big_endian: bool = False
    window_of: Storage | None = None  # files of torch 0.x: a window onto another storage,
    window_at: int = 0  # this many bytes from its start

    def bytes_there(self) -> Block | None:
        """Where its bytes lie, as far as the file has them."""
        if self.window_of is None:
            return self.block
        outer = self.window_of.block
        if outer is None:
            return None
        size = max(0, min(self.size, outer.size - self.window_at))
        return Block(outer.file, outer.start + self.window_at, size)


@dataclass(frozen=True, eq=False)
class Dense:
    """A strided view: ``offset`` and ``stride`` count elements of ``dtype``."""

    dtype: str
    shape: tuple[int, ...]
    stride: tuple[int, ...]
    offset: int
    storage: Storage
    negated: bool = False

    @property
    def extent(self) -> int:
        """Bytes of the storage it needs, from the storage's start to its last element."""
        if 0 in self.shape:
            return 0
        last = self.offset + sum((size - 1) * step for size, step in zip(self.shape, self.stride, strict=True))
        return (last + 1) * dtypes.ITEMSIZE[self.dtype]


@dataclass(frozen=True, eq=False)
class Quantised:
    """Integers that stand for ``(integer - zero) * scale``; one scale, or one a slice along ``axis``."""

    dtype: str
    integers: Dense
    scale: float | Dense
    zero: float | Dense
    axis: int | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes, as the integers have them."""
        return self.integers.shape


@dataclass(frozen=True, eq=False)
class Sparse:
    """Values at some places of an otherwise zero tensor."""

    dtype: str
    shape: tuple[int, ...]
    values: Dense


@dataclass(frozen=True, eq=False)
class Pieces:
    """A tensor saved in pieces by several processes: where each begins along every axis, and the piece."""

    dtype: str
    shape: tuple[int, ...]
    parts: tuple[tuple[tuple[int, ...], Dense], ...]


@dataclass(frozen=True, eq=False)
class Unread:
    """A tensor that is known to be there but whose elements cannot be told, and why."""

    dtype: str
    shape: tuple[int, ...]
    why: Text


Record = Dense | Quantised | Sparse | Pieces | Unread
RECORDS = (Dense, Quantised, Sparse, Pieces, Unread)


def dense(storage: Any, offset: Any, size: Any, stride: Any, dtype: str = "", *, negated: bool = False) -> Record:
    """The view a pickle describes. Raises `Damaged` for sizes no tensor can have."""
    shape, steps = extents(size), counts(stride)
    if not isinstance(storage, Storage):
        return Unread(dtype, shape, Text("its storage is of an unknown kind", "其存储的种类未知"))
    name = dtype or storage.dtype or "uint8"
    if len(steps) != len(shape) or not _count(offset):
        raise Damaged(Text("a tensor has sizes and strides that do not fit", "有张量的尺寸与步长不相符"))
    if name not in dtypes.ITEMSIZE:
        return Unread(name, shape, Text(f"elements of type {name} are not understood", f"不认识 {name} 类型的元素"))
    return Dense(name, shape, steps, offset, storage, negated)


def contiguous(shape: tuple[int, ...], *, fortran: bool = False) -> tuple[int, ...]:
    """Strides, in elements, of a tensor stored without gaps."""
    steps: list[int] = []
    step = 1
    for size in shape if fortran else reversed(shape):
        steps.append(step)
        step *= max(size, 1)
    return tuple(steps if fortran else reversed(steps))


def extents(value: Any) -> tuple[int, ...]:
    """A shape. Raises `Damaged` when it is none, or has more elements than any memory."""
    shape = counts(value)
    if math.prod(max(one, 1) for one in shape) > LARGEST:
        raise Damaged(Text("a tensor has impossible sizes", "有张量的尺寸不可能成立"))
    return shape


def counts(value: Any) -> tuple[int, ...]:
    """A tuple of sizes or strides. Raises `Damaged` when it is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = (value,)
    if not isinstance(value, (list, tuple)) or len(value) > 64 or not all(_count(one) for one in value):
        raise Damaged(Text("a tensor has impossible sizes", "有张量的尺寸不可能成立"))
    return tuple(value)


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST
