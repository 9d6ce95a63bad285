"""Decodes one event record, byte by byte: the plain and slow way, which every faster way must agree with.

The protobuf messages are TensorFlow's Event, Summary and TensorProto (tensorboard/compat/proto/*.proto).
Only numbers are taken out; histograms, images, sound, text and graphs are named and passed over.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diagnose.varint import varint

# The wire types of protobuf.
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5

_EVENT_KINDS = {
    4: "graph",
    6: "log message",
    7: "session",
    8: "run metadata",
    9: "graph",
}
_VALUE_KINDS = {3: "histogram", 4: "image", 5: "histogram", 6: "audio"}
_PLUGIN_KINDS = {b"histograms": "histogram", b"images": "image", b"audio": "audio", b"text": "text"}

_TO_A_VALUE = (0x2A, 0x0A)  # the keys of an event's summary, and of a value in it

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
    for field, wire, start, end in _fields(payload, 0, len(payload)):
        if field == 1 and wire == _EIGHT:
            wall, wall_at = struct.unpack_from("<d", payload, start)[0], start
        elif field == 2 and wire == _VARINT:
            step, step_at, step_size = _signed(varint(payload, start, end)[0]), start, end - start
        elif field == 5 and wire == _BYTES:
            summaries.append((start, end))
            skipped = []
        elif field in _EVENT_KINDS and wire == _BYTES:  # a later member of the oneof takes the place of an earlier
            summaries, skipped = [], [_EVENT_KINDS[field]]
    scalars: list[Scalar] = []
    for inside in summaries:
        for field, wire, start, end in _fields(payload, *inside):
            if field == 1 and wire == _BYTES:
                found = _value(payload, start, end)
                if isinstance(found, Scalar):
                    scalars.append(found)
                else:
                    skipped.append(found)
    return Event(wall, step, wall_at, step_at, step_size, scalars, skipped)


class Kind(NamedTuple):
    """What the first ``size`` bytes of a payload say that it is nothing but; ``tag_at`` is where its tag begins."""

    name: str
    tag_at: int
    size: int


def only_kind(head: bytes, end: int) -> Kind | None:
    """The kind of thing in a record that is nothing but one histogram, image or sound, without decoding it.

    ``head`` is the beginning of its payload of ``end`` bytes.

    None when the record is anything else or is written in any other than the usual order.
    """
    try:
        if head[0] != 0x09:
            return None
        at = 9
        if head[9] == 0x10:
            at = 11
            while head[at - 1] > 127:
                at += 1
        for key in _TO_A_VALUE:  # the summary and its only value reach to the end
            if head[at] != key:
                return None
            at += 2
            size = head[at - 1]
            if size > 127:
                size, at = varint(head, at - 1, len(head))
            if at + size != end:
                return None
        if head[at] != 0x0A or head[at + 1] > 127:
            return None
        tag_at = at + 2
        at = tag_at + head[at + 1]
        key = head[at]
        size, at = varint(head, at + 1, len(head))
    except (ValueError, IndexError):
        return None
    kind = _VALUE_KINDS.get(key >> 3) if key & 7 == _BYTES and at + size == end else None
    return None if kind is None else Kind(kind, tag_at, at)


def telling_bits(head: bytes, kind: Kind) -> NDArray[np.uint8]:
    """The bits [``kind.size``] that make a record of the same length one of the same kind, given those of ``head``.

    All but the wall time, the letters of the tag, and the step, of which only the length tells.
    """
    bits = np.full(kind.size, 255, np.uint8)
    bits[1:9] = 0
    bits[kind.tag_at : kind.tag_at + head[kind.tag_at - 1]] = 0
    if head[9] == 0x10:
        at = 10
        while head[at] > 127:
            at += 1
        bits[10 : at + 1] = 128
    return bits


def _value(payload: bytes, start: int, end: int) -> Scalar | str:
    """A Summary.Value: its number, or the kind of thing it is instead."""
    tag, tag_at, plugin = b"", start, b""
    number: tuple[float, int, str] | None = None
    kind = "other"
    tensor: list[tuple[int, int]] = []
    for field, wire, begin, stop in _fields(payload, start, end):
        if field == 1 and wire == _BYTES:
            tag, tag_at = payload[begin:stop], begin
        elif field == 2 and wire == _FOUR:
            number, tensor = (struct.unpack_from("<f", payload, begin)[0], begin, "<f4"), []
        elif field == 8 and wire == _BYTES:
            number = None
            tensor.append((begin, stop))
        elif field in _VALUE_KINDS and wire == _BYTES:
            number, tensor, kind = None, [], _VALUE_KINDS[field]
        elif field == 9 and wire == _BYTES:
            plugin = _plugin(payload, begin, stop) or plugin
    if tensor:
        number, kind = _tensor(payload, tensor)
    if number is None:
        if plugin == b"hparams":  # with an empty tensor or with none
            return "hparams"
        if kind == "other" and plugin:
            kind = _PLUGIN_KINDS.get(plugin, plugin.decode("utf-8", "backslashreplace"))
        return kind
    return Scalar(tag, number[0], tag_at, number[1], number[2])


def _plugin(payload: bytes, start: int, end: int) -> bytes:
    """The plugin named by a SummaryMetadata."""
    name = b""
    for field, wire, begin, stop in _fields(payload, start, end):
        if field == 1 and wire == _BYTES:
            for inner, inner_wire, first, last in _fields(payload, begin, stop):
                if inner == 1 and inner_wire == _BYTES:
                    name = payload[first:last]
    return name


def _tensor(payload: bytes, pieces: list[tuple[int, int]]) -> tuple[tuple[float, int, str] | None, str]:
    """The number in a TensorProto of exactly one numeric element, or None and the kind of tensor it is."""
    dtype, elements = 0, 1
    content: tuple[int, int] | None = None
    repeated: list[tuple[int, int, int, int]] = []
    for piece in pieces:
        for field, wire, start, end in _fields(payload, *piece):
            if field == 1 and wire == _VARINT:
                dtype = varint(payload, start, end)[0]
            elif field == 2 and wire == _BYTES:
                elements *= _elements(payload, start, end)
            elif field == 4 and wire == _BYTES:
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
        if wire not in (_BYTES, _FOUR, _EIGHT) or end - start != width:
            return None, "tensor"
        return (_element(payload[start:end], code), start, code), ""
    if wire not in (_BYTES, _VARINT):
        return None, "tensor"
    number, after = varint(payload, start, end)
    if after != end:
        return None, "tensor"
    if holder == 11:
        return (float(number != 0), -1, code), ""
    if holder == 13:  # the bits of a 16-bit float, as a number
        return (_element((number & 0xFFFF).to_bytes(2, "little"), code), -1, code), ""
    return (float(number if holder in (16, 17) else _signed(number)), -1, code), ""


def _elements(payload: bytes, start: int, end: int) -> int:
    """How many elements a TensorShapeProto asks for; -1 when it does not know."""
    count = 1
    for field, wire, begin, stop in _fields(payload, start, end):
        if field == 2 and wire == _BYTES:
            size = 0
            for inner, inner_wire, first, last in _fields(payload, begin, stop):
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


def _fields(payload: bytes, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Field number, wire type, and where the contents start and end, for each field of a message."""
    while at < end:
        key = payload[at]
        if key < 128:
            at += 1
        else:
            key, at = varint(payload, at, end)
        wire, start = key & 7, at
        if wire == _BYTES:
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
