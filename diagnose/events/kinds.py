"""Tells a record that is nothing but one histogram, image, sound or text by a few of its bytes, without decoding it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diagnose.events import hparams, wire
from diagnose.events.crc32c import Bytes
from diagnose.events.framing import Places, bytes_at
from diagnose.varint import varint

_TO_A_VALUE = (0x2A, 0x0A)  # the keys of an event's summary, and of a value in it
_TAG, _TENSOR, _METADATA, _SHAPE, _STRING = 0x0A, 0x42, 0x4A, 0x12, 0x42  # keys of a value, and in a tensor
_OF_STRINGS = b"\x08\x07"  # the beginning of such a tensor


class Kind(NamedTuple):
    """What a payload is nothing but, as its ``size`` first and ``tail`` last bytes say; ``tag_at``: its tag."""

    name: str
    tag_at: int
    size: int
    tail: int = 0


def only_kind(payload: bytes | memoryview) -> Kind | None:
    """The kind of the one thing that is no number and that the record holds.

    None when the record holds anything else or is written in any other than the usual order.
    """
    end = len(payload)
    try:
        if payload[0] != 0x09:
            return None
        at = 9
        if payload[9] == 0x10:
            at = 11
            while payload[at - 1] > 127:
                at += 1
        for key in _TO_A_VALUE:  # the summary and its only value reach to the end
            if payload[at] != key:
                return None
            at += 2
            size = payload[at - 1]
            if size > 127:
                size, at = varint(payload, at - 1, end)
            if at + size != end:
                return None
        if payload[at] != _TAG or payload[at + 1] > 127:
            return None
        tag_at = at + 2
        at = tag_at + payload[at + 1]
        key = payload[at]
        if key in (_TENSOR, _METADATA):
            return _text(payload, tag_at, at)
        size, at = varint(payload, at + 1, end)
    except (ValueError, IndexError):
        return None
    kind = wire.VALUE_KINDS.get(key >> 3) if key & 7 == wire.BYTES and at + size == end else None
    return None if kind is None else Kind(kind, tag_at, at)


def _text(payload: bytes | memoryview, tag_at: int, at: int) -> Kind | None:
    """The kind of a value that goes on at ``at`` with a tensor of one string, before or behind what its plugin says."""
    end = len(payload)
    text: tuple[int, int] | None = None
    metadata = 0
    for field, kind, start, stop in wire.fields_of(payload, at, end):
        if field == _TENSOR >> 3 and kind == wire.BYTES and text is None:
            begin = _string_in(payload, start, stop)
            if begin is None:
                return None
            text = begin, stop
        elif field == _METADATA >> 3 and kind == wire.BYTES and not metadata:
            metadata = 1
            if wire.plugin_of(payload, start, stop) == hparams.PLUGIN.encode():
                return None
        else:
            return None
    return None if text is None else Kind("text", tag_at, text[0], end - text[1])


def _string_in(payload: bytes | memoryview, at: int, end: int) -> int | None:
    """Where the one string of a tensor begins, which reaches to its end."""
    if bytes(payload[at : at + 2]) != _OF_STRINGS:
        return None
    at += 2
    if payload[at] == _SHAPE:
        size, at = varint(payload, at + 1, end)
        wire.elements_of(payload, at, at + size)
        at += size
    if at >= end or payload[at] != _STRING:
        return None
    size, at = varint(payload, at + 1, end)
    return at if at + size == end else None


def alike(block: Bytes, starts: Places, length: int, kind: Kind) -> NDArray[np.bool_]:
    """Which of the payloads of ``length`` bytes at ``starts`` [n] are told to be of the ``kind`` that the first is."""
    equal = np.ones(len(starts), bool)
    if len(starts) > 1:
        heads = bytes_at(block, starts, kind.size)
        equal = ~((heads ^ heads[0]) & telling_bits(heads[0].tobytes(), kind)).any(axis=1)
    if len(starts) > 1 and kind.tail:
        tails = bytes_at(block, starts + (length - kind.tail), kind.tail)
        equal &= (tails == tails[0]).all(axis=1)
    return equal


def telling_bits(payload: bytes | memoryview, kind: Kind) -> NDArray[np.uint8]:
    """The bits [``kind.size``] that make a record of the same length one of the same kind, given those of ``payload``.

    All but the wall time, the letters of the tag, and the step, of which only the length tells. Of the ``kind.tail``
    last bytes all tell.
    """
    bits = np.full(kind.size, 255, np.uint8)
    bits[1:9] = 0
    bits[kind.tag_at : kind.tag_at + payload[kind.tag_at - 1]] = 0
    if payload[9] == 0x10:
        at = 10
        while payload[at] > 127:
            at += 1
        bits[10 : at + 1] = 128
    return bits
