"""Takes a protobuf message apart into its fields, knowing nothing of its schema."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from diagnose.varint import varint

_SIZES = {1: 8, 5: 4}  # wire types of fixed width, in bytes


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and content of each field: an int for a varint, else the bytes. Raises ValueError where it is damaged."""
    at = 0
    while at < len(message):
        key, at = varint(message, at, len(message))
        wire = key & 7
        if wire == 0:
            value, at = varint(message, at, len(message))
            yield key >> 3, value
            continue
        if wire == 2:
            size, at = varint(message, at, len(message))
        elif wire in _SIZES:
            size = _SIZES[wire]
        else:
            msg = f"wire type {wire} at byte {at}"
            raise ValueError(msg)
        if at + size > len(message):
            msg = f"a field at byte {at} reaches beyond its message"
            raise ValueError(msg)
        yield key >> 3, message[at : at + size]
        at += size


def text(content: int | bytes) -> str:
    """A string field; bytes that are not UTF-8 become U+FFFD."""
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content)


def signed(content: int | bytes) -> int:
    """An int64 field."""
    value = content if isinstance(content, int) else 0
    return value - (1 << 64) if value >> 63 else value


def zigzag(content: int | bytes) -> int:
    """A sint64 field: 0, -1, 1, -2, ... are stored as 0, 1, 2, 3, ..."""
    value = content if isinstance(content, int) else 0
    return (value >> 1) ^ -(value & 1)


def double(content: int | bytes) -> float:
    """A double field. Raises ValueError when it is of another width."""
    if not isinstance(content, bytes) or len(content) != 8:
        msg = "a double that is not of eight bytes"
        raise ValueError(msg)
    return float(struct.unpack("<d", content)[0])
