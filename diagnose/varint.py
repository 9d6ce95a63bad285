"""The variable-length integers of protobuf, which event files and trackers are written in."""

from __future__ import annotations


def varint(message: bytes | memoryview, at: int, end: int) -> tuple[int, int]:
    """The number at byte ``at``, cut to 64 bits, and the place behind it; raises ValueError when it does not end."""
    if at < end and message[at] < 128:
        return message[at], at + 1
    value = shift = 0
    while at < end and shift < 70:
        byte = message[at]
        value |= (byte & 127) << shift
        at += 1
        if byte < 128:
            return value & 0xFFFFFFFFFFFFFFFF, at
        shift += 7
    problem = f"a number at byte {at} does not end"
    raise ValueError(problem)
