"""Decodes one event record, byte by byte: the plain and slow way, which every faster way must agree with.

The protobuf messages are TensorFlow's Event, Summary and TensorProto (tensorboard/compat/proto/*.proto).
Only numbers are taken out; histograms, images, sound, text and graphs are named and passed over.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from diagnose.varint import varint

# The wire types of protobuf.
_VARINT, _EIGHT, BYTES, _FOUR = 0, 1, 2, 5

_EVENT_KINDS = {
    4: "graph",
    6: "log message",
    7: "session",
    8: "run metadata",
    9: "graph",
}
VALUE_KINDS = {3: "histogram", 4: "image", 5: "histogram", 6: "audio"}
_PLUGIN_KINDS = {b"histograms": "histogram", b"images": "image", b"audio": "audio", b"text": "text"}

# TensorProto.dtype: how one element lies in tensor_content, and which repeated field holds it otherwise.
_DTYPES = {
    1: ("<f4", 5),
    2: ("<f8", 6),
    3: ("<i4", 7),
    4: ("<u1", 7),
    5: ("<i2", 7),
    6: ("<i1", 7),
    9: ("<i8", 10),
    10: ("<u1", 11),
    14: ("bfloat16", 13),
    17: ("<u2", 7),
    19: ("<f2", 13),
    22: ("<u4", 16),
    23: ("<u8", 17),
}
_PLACED = {1: 4, 2: 8}  # dtypes whose one element has a fixed width in either form, and that width
_STRING = 7


class Scalar(NamedTuple):
    """One number of an event. ``at`` is where its bytes lie, -1 when they have no fixed place and width."""

    tag: bytes
    value: float
    tag_at: int
    at: int
    code: str


class Event(NamedTuple):
    """One decoded record; places are byte offsets in its payload, -1 for what is not there."""

    wall: float
    step: int
    wall_at: int
    step_at: int
    step_size: int
    scalars: list[Scalar]
    skipped: list[str]


def decode(payload: bytes) -> Event:
    """The event in ``payload``. Raises ValueError when the bytes are not an event."""
    wall, step, wall_at, step_at, step_size = 0.0, 0, -1, -1, 0
    summaries: list[tuple[int, int]] = []
    skipped: list[str] = []
    for field, wire, start, end in fields_of(payload, 0, len(payload)):
        if field == 1 and wire == _EIGHT:
            wall, wall_at = struct.unpack_from("<d", payload, start)[0], start
        elif field == 2 and wire == _VARINT:
            step, step_at, step_size = _signed(varint(payload, start, end)[0]), start, end - start
        elif field == 5 and wire == BYTES:
            summaries.append((start, end))
            skipped = []
        elif field in _EVENT_KINDS and wire == BYTES:  # a later member of the oneof takes the place of an earlier
            summaries, skipped = [], [_EVENT_KINDS[field]]
    scalars: list[Scalar] = []
    for inside in summaries:
        for field, wire, start, end in fields_of(payload, *inside):
            if field == 1 and wire == BYTES:
                found = _value(payload, start, end)
                if isinstance(found, Scalar):
                    scalars.append(found)
                else:
                    skipped.append(found)
    return Event(wall, step, wall_at, step_at, step_size, scalars, skipped)


def _value(payload: bytes, start: int, end: int) -> Scalar | str:
    """A Summary.Value: its number, or the kind of thing it is instead."""
    tag, tag_at, plugin = b"", start, b""
    number: tuple[float, int, str] | None = None
    kind = "other"
    tensor: list[tuple[int, int]] = []
    for field, wire, begin, stop in fields_of(payload, start, end):
        if field == 1 and wire == BYTES:
            tag, tag_at = payload[begin:stop], begin
        elif field == 2 and wire == _FOUR:
            number, tensor = (struct.unpack_from("<f", payload, begin)[0], begin, "<f4"), []
        elif field == 8 and wire == BYTES:
            number = None
            tensor.append((begin, stop))
        elif field in VALUE_KINDS and wire == BYTES:
            number, tensor, kind = None, [], VALUE_KINDS[field]
        elif field == 9 and wire == BYTES:
            plugin = plugin_of(payload, begin, stop) or plugin
    if tensor:
        number, kind = _tensor(payload, tensor)
    if number is None:
        if plugin == b"hparams":  # with an empty tensor or with none
            return "hparams"
        if kind == "other" and plugin:
            kind = _PLUGIN_KINDS.get(plugin, plugin.decode("utf-8", "backslashreplace"))
        return kind
    return Scalar(tag, number[0], tag_at, number[1], number[2])


def plugin_of(payload: bytes | memoryview, start: int, end: int) -> bytes:
    """The plugin named by a SummaryMetadata."""
    name = b""
    for field, wire, begin, stop in fields_of(payload, start, end):
        if field == 1 and wire == BYTES:
            for inner, inner_wire, first, last in fields_of(payload, begin, stop):
                if inner == 1 and inner_wire == BYTES:
                    name = bytes(payload[first:last])
    return name


def _tensor(payload: bytes, pieces: list[tuple[int, int]]) -> tuple[tuple[float, int, str] | None, str]:
    """The number in a TensorProto of exactly one numeric element, or None and the kind of tensor it is."""
    dtype, elements = 0, 1
    content: tuple[int, int] | None = None
    repeated: list[tuple[int, int, int, int]] = []
    for piece in pieces:
        for field, wire, start, end in fields_of(payload, *piece):
            if field == 1 and wire == _VARINT:
                dtype = varint(payload, start, end)[0]
            elif field == 2 and wire == BYTES:
                elements *= elements_of(payload, start, end)
            elif field == 4 and wire == BYTES:
                content = (start, end)
            elif field >= 5:
                repeated.append((field, wire, start, end))
    if dtype == _STRING:
        return None, "text"
    if dtype not in _DTYPES or elements != 1:
        return None, "tensor"
    code, holder = _DTYPES[dtype]
    width = 2 if code == "bfloat16" else np.dtype(code).itemsize
    if content is not None and content[0] != content[1]:
        if content[1] - content[0] != width:
            return None, "tensor"
        return (_element(payload[content[0] : content[1]], code), content[0] if dtype in _PLACED else -1, code), ""
    held = [entry for entry in repeated if entry[0] == holder and entry[2] != entry[3]]
    if len(held) != 1:
        return None, "tensor"
    _, wire, start, end = held[0]
    if dtype in _PLACED:
        if wire not in (BYTES, _FOUR, _EIGHT) or end - start != width:
            return None, "tensor"
        return (_element(payload[start:end], code), start, code), ""
    if wire not in (BYTES, _VARINT):
        return None, "tensor"
    number, after = varint(payload, start, end)
    if after != end:
        return None, "tensor"
    if holder == 11:
        return (float(number != 0), -1, code), ""
    if holder == 13:  # the bits of a 16-bit float, as a number
        return (_element((number & 0xFFFF).to_bytes(2, "little"), code), -1, code), ""
    return (float(number if holder in (16, 17) else _signed(number)), -1, code), ""


def elements_of(payload: bytes | memoryview, start: int, end: int) -> int:
    """How many elements a TensorShapeProto asks for; -1 when it does not know."""
    count = 1
    for field, wire, begin, stop in fields_of(payload, start, end):
        if field == 2 and wire == BYTES:
            size = 0
            for inner, inner_wire, first, last in fields_of(payload, begin, stop):
                if inner == 1 and inner_wire == _VARINT:
                    size = _signed(varint(payload, first, last)[0])
            count *= size
        elif field == 3:
            return -1
    return count


def _element(raw: bytes, code: str) -> float:
    if code == "bfloat16":  # the upper half of a float32
        raw, code = b"\0\0" + raw, "<f4"
    return float(np.frombuffer(raw, code)[0])


def fields_of(payload: bytes | memoryview, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Field number, wire type, and where the contents start and end, for each field of a message."""
    while at < end:
        key = payload[at]
        if key < 128:
            at += 1
        else:
            key, at = varint(payload, at, end)
        wire, start = key & 7, at
        if wire == BYTES:
            size, start = varint(payload, at, end)
            at = start + size
        elif wire == _VARINT:
            at = varint(payload, at, end)[1]
        elif wire == _FOUR:
            at += 4
        elif wire == _EIGHT:
            at += 8
        else:
            msg = f"wire type {wire} at byte {start}"
            raise ValueError(msg)
        if at > end:
            msg = f"a field at byte {start} reaches beyond its message"
            raise ValueError(msg)
        yield key >> 3, wire, start, at


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value
