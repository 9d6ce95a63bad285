"""The element types torch saves: how many bytes each takes and what number each bit pattern is."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Torch's name -> the numpy type its bits are fetched as (little-endian).
WORDS = {
    "float64": "<f8",
    "float32": "<f4",
    "float16": "<f2",
    "bfloat16": "<u2",
    "float8_e4m3fn": "|u1",
    "float8_e5m2": "|u1",
    "float8_e4m3fnuz": "|u1",
    "float8_e5m2fnuz": "|u1",
    "float8_e8m0fnu": "|u1",
    "int64": "<i8",
    "int32": "<i4",
    "int16": "<i2",
    "int8": "|i1",
    "uint64": "<u8",
    "uint32": "<u4",
    "uint16": "<u2",
    "uint8": "|u1",
    "bool": "|u1",
    "complex128": "<c16",
    "complex64": "<c8",
    "complex32": "<u4",
    "qint8": "|i1",
    "quint8": "|u1",
    "qint32": "<i4",
}
ITEMSIZE = {name: np.dtype(code).itemsize for name, code in WORDS.items()}

STORAGES = {
    "FloatStorage": "float32",
    "DoubleStorage": "float64",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
    "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128",
    "QInt8Storage": "qint8",
    "QUInt8Storage": "quint8",
    "QInt32Storage": "qint32",
    "QUInt4x2Storage": "quint4x2",
    "QUInt2x4Storage": "quint2x4",
    "UntypedStorage": "",
}

SAFETENSORS = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
    "F8_E4M3FNUZ": "float8_e4m3fnuz",
    "F8_E5M2FNUZ": "float8_e5m2fnuz",
    "F8_E8M0": "float8_e8m0fnu",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U64": "uint64",
    "U32": "uint32",
    "U16": "uint16",
    "U8": "uint8",
    "BOOL": "bool",
    "C64": "complex64",
}

FLOATING = frozenset(name for name in WORDS if name.startswith(("float", "bfloat", "complex")))


def word(dtype: str, *, big_endian: bool = False) -> np.dtype[Any]:
    """The numpy type the bits of one element are fetched as."""
    found = np.dtype(WORDS[dtype])
    return found.newbyteorder(">") if big_endian else found


def numbers(dtype: str, words: NDArray[Any]) -> NDArray[np.float64]:
    """Elements as float64, same shape; a complex number by its magnitude."""
    if dtype == "bfloat16":
        wide: NDArray[Any] = words.astype("<u4") << 16
        return wide.view("<f4").astype(np.float64)
    if dtype.startswith("float8"):
        found: NDArray[np.float64] = eighths(dtype)[words]
        return found
    if dtype == "bool":
        words = words != 0
    if dtype == "complex32":
        parts = np.ascontiguousarray(words).astype("<u4").view("<f2").astype(np.float64).reshape(*words.shape, 2)
        return np.hypot(parts[..., 0], parts[..., 1])
    if dtype.startswith("complex"):
        return np.hypot(words.real.astype(np.float64), words.imag.astype(np.float64))
    plain: NDArray[np.float64] = words.astype(np.float64)
    return plain


@cache
def eighths(dtype: str) -> NDArray[np.float64]:
    """The 256 numbers of an eight-bit float."""
    codes = np.arange(256)
    if dtype == "float8_e8m0fnu":  # a power of two and nothing else
        powers: NDArray[np.float64] = np.ldexp(1.0, codes - 127)
        powers[255] = np.nan
        return powers
    mantissa_bits, bias = {"float8_e4m3fn": (3, 7), "float8_e5m2": (2, 15), "float8_e4m3fnuz": (3, 8)}.get(
        dtype, (2, 16)
    )
    sign = np.where(codes & 0x80, -1.0, 1.0)
    exponent, mantissa = (codes & 0x7F) >> mantissa_bits, codes & ((1 << mantissa_bits) - 1)
    significand = np.where(exponent == 0, 0, 1 << mantissa_bits) + mantissa
    table: NDArray[np.float64] = sign * np.ldexp(
        significand.astype(np.float64), np.maximum(exponent, 1) - bias - mantissa_bits
    )
    if dtype.endswith("fnuz"):
        table[0x80] = np.nan
    elif dtype == "float8_e4m3fn":
        table[[0x7F, 0xFF]] = np.nan
    else:
        table[[0x7C, 0xFC]] = np.inf, -np.inf
        table[[0x7D, 0x7E, 0x7F, 0xFD, 0xFE, 0xFF]] = np.nan
    return table
