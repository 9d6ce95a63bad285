"""numpy arrays and scalars inside a pickle, told from the parts they are stored as."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from diagnose.tensors.records import Block, Damaged, Dense, Storage, contiguous, extents

NAMES = {
    "f8": "float64",
    "f4": "float32",
    "f2": "float16",
    "i8": "int64",
    "i4": "int32",
    "i2": "int16",
    "i1": "int8",
    "u8": "uint64",
    "u4": "uint32",
    "u2": "uint16",
    "u1": "uint8",
    "b1": "bool",
    "c16": "complex128",
    "c8": "complex64",
}
NUMPY_CODES = {name: code for code, name in NAMES.items()}


class Kind:
    """A ``numpy.dtype`` as pickled: a code such as ``f4``, then its byte order."""

    __slots__ = ("code", "order")

    def __init__(self, code: Any) -> None:
        self.code = code if isinstance(code, str) and len(code) < 16 else ""
        self.order = "<"

    def receive(self, state: Any) -> None:
        """Take ``(version, byte order, ...)``."""
        if isinstance(state, tuple) and len(state) > 1 and isinstance(state[1], str):
            self.order = state[1]

    @property
    def dtype(self) -> str:
        """Torch's name for it; "" for text, dates, objects and records."""
        return NAMES.get(self.code.lstrip("<>|="), "")


class Array:
    """A ``numpy.ndarray`` as pickled: made empty, then given shape, kind and raw bytes."""

    __slots__ = ("fortran", "kind", "raw", "shape", "values")

    def __init__(self) -> None:
        self.shape: Any = ()
        self.kind: Any = None
        self.fortran = False
        self.raw: bytes | None = None
        self.values: list[Any] = []  # of an array of objects

    def receive(self, state: Any) -> None:
        """Take ``(version, shape, kind, is Fortran, bytes or list)``."""
        if not isinstance(state, tuple) or len(state) < 5:
            return
        _, self.shape, self.kind, fortran, data = state[:5]
        self.fortran = fortran is True or fortran == 1
        if isinstance(data, str):
            data = data.encode()  # Python 2 wrote bytes as text; ours came through UTF-8 unchanged
        if isinstance(data, bytes):
            self.raw = data
        elif isinstance(data, list):
            self.values = data

    def record(self) -> Dense | None:
        """Itself as a tensor over its own bytes; None when it holds no numbers."""
        if not isinstance(self.kind, Kind) or not self.kind.dtype or self.raw is None:
            return None
        try:
            shape = extents(self.shape)
        except Damaged:
            return None
        block = Block(io.BytesIO(self.raw), 0, len(self.raw))
        storage = Storage("", self.kind.dtype, len(self.raw), block, big_endian=self.kind.order == ">")
        return Dense(self.kind.dtype, shape, contiguous(shape, fortran=self.fortran), 0, storage)

    def listed(self) -> list[float]:
        """Its elements as floats, of an array with one axis; nothing for arrays that hold no numbers."""
        if not isinstance(self.kind, Kind) or self.kind.dtype in ("", "complex64", "complex128") or self.raw is None:
            return []
        kind = np.dtype(NUMPY_CODES[self.kind.dtype]).newbyteorder(">" if self.kind.order == ">" else "<")
        whole = len(self.raw) // kind.itemsize * kind.itemsize
        return [float(one) for one in np.frombuffer(self.raw[:whole], kind)]


def framed(raw: Any, kind: Any, shape: Any, order: Any) -> Array:
    """The array of pickle protocol 5."""
    made = Array()
    made.receive((1, shape, kind, order == "F", raw))
    return made


def scalar(kind: Any, raw: Any = None) -> Any:
    """A numpy scalar as a plain number. Raises ValueError for kinds that are none."""
    code = kind.code.lstrip("<>|=")
    if isinstance(raw, str) and len(raw) <= 64:
        raw = raw.encode("latin-1")
    if code not in NAMES or not isinstance(raw, bytes):
        raise ValueError(code)
    return np.frombuffer(raw, np.dtype(code).newbyteorder(kind.order if kind.order in "<>" else "<"), 1)[0].item()
