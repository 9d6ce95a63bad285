"""What a record is nothing but is told by a few bytes, and only when decoding it all would say the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.events.generate import event, field
from diagnose.events import kinds, wire

TENSOR = field(8, b"\x08\x07\x12\x04\x12\x02\x08\x01" + field(8, b"hello **world**"))
BARE_TENSOR = field(8, b"\x08\x07" + field(8, b"hello"))
TWO_STRINGS = field(8, b"\x08\x07" + field(8, b"hello") + field(8, b"world"))
NUMBER = field(8, b"\x08\x01" + field(5, b"\x00\x00\x80\x3f"))


def plugin(name):
    return field(9, field(1, field(1, name)))


VALUES = {
    "histogram": field(5, bytes(200)),
    "image": field(4, b"\x08\x80\x01" + field(4, bytes(300))),
    "audio": field(6, bytes(100)),
    "text, metadata behind": TENSOR + plugin(b"text"),
    "text, metadata in front": plugin(b"text") + TENSOR,
    "text, no metadata": TENSOR,
    "text, no shape": BARE_TENSOR + plugin(b"text"),
}
OTHERS = {
    "number": b"\x15\x00\x00\x80\x3f",
    "number in a tensor": NUMBER + plugin(b"scalars"),
    "two strings": TWO_STRINGS + plugin(b"text"),
    "settings with a text": TENSOR + plugin(b"hparams"),
    "two tensors": TENSOR + NUMBER,
    "metadata alone": plugin(b"text"),
    "image behind a text": TENSOR + field(4, b""),
}


def payload(value, tag=b"a/tag", step=300):
    return event(1.7e9, step, field(1, tag) + value)


def decoded(message):
    """What decoding says that the record is nothing but; None for anything else."""
    try:
        found = wire.decode(message)
    except ValueError:
        return None
    return None if found.scalars or len(found.skipped) != 1 else found.skipped[0]


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("step", [0, 1, 127, 128, 2**40])
def test_a_thing_that_is_no_number_is_told_as_decoding_tells_it(name, step):
    message = payload(VALUES[name], step=step)

    found = kinds.only_kind(memoryview(message))

    assert found is not None
    assert found.name == decoded(message) == name.split(",")[0]


@pytest.mark.parametrize("name", OTHERS)
def test_anything_else_has_to_be_decoded(name):
    assert kinds.only_kind(payload(OTHERS[name])) is None


def test_a_record_of_two_things_has_to_be_decoded():
    one = field(1, field(1, b"tag") + VALUES["image"])

    assert kinds.only_kind(b"\x09" + bytes(8) + field(5, one + one)) is None


@settings(max_examples=400, deadline=None)
@given(st.sampled_from([*VALUES.values(), *OTHERS.values()]), st.data())
def test_a_changed_record_is_told_only_as_decoding_tells_it(value, data):
    message = bytearray(payload(value))
    for _ in range(data.draw(st.integers(0, 2))):
        message[data.draw(st.integers(0, len(message) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.sampled_from([len(message), len(message), len(message) - 1, data.draw(st.integers(0, 40))]))

    found = kinds.only_kind(bytes(message[:cut]))

    assert found is None or found.name == decoded(bytes(message[:cut]))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([*VALUES.values()]), st.data())
def test_what_the_telling_bytes_leave_open_does_not_change_the_kind(value, data):
    message = payload(value)
    kind = kinds.only_kind(message)
    bits = np.zeros(len(message), np.uint8)
    bits[: kind.size] = kinds.telling_bits(message, kind)
    bits[len(message) - kind.tail :] = 255
    other = np.frombuffer(data.draw(st.binary(min_size=len(message), max_size=len(message))), np.uint8)
    if bits[10] == 128:
        other = np.where(np.arange(len(message)) == 11, other | 1, other)  # a step does not end with a zero

    changed = (np.frombuffer(message, np.uint8) & bits) | (other & ~bits)

    assert decoded(changed.tobytes()) == kind.name
