"""The checksum of event records against published values, TensorBoard's own and the textbook's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.events import crc32c


def textbook(data):
    state = 0xFFFFFFFF
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = state >> 1 ^ (0x82F63B78 if state & 1 else 0)
    return state ^ 0xFFFFFFFF


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),  # this and the next three: RFC 3720, appendix B.4
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
    ],
)
def test_the_published_values_come_out(data, expected):
    assert crc32c.crc(data) == expected


@pytest.mark.parametrize(
    "size", [1, 3, 4, 289, 290, 291, 1024, 1025, 1029, 3000, 5685, 5686, 11371, 49042, (1 << 20) + 1]
)
def test_every_size_agrees_with_tensorboard(size):
    stub = pytest.importorskip("tensorboard.compat.tensorflow_stub.pywrap_tensorflow")
    data = np.random.default_rng(size).bytes(size)

    found = crc32c.mask(crc32c.crc(data))

    assert found == stub.masked_crc32c(data)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=2500), max_size=8))
def test_pieces_and_many_at_once_give_what_one_by_one_gives(pieces):
    block = np.frombuffer(b"".join(pieces) + b"rest", np.uint8)
    lengths = np.array([len(piece) for piece in pieces], np.int64)
    offsets = np.cumsum(lengths) - lengths

    together = crc32c.crc_of_many(block, offsets, lengths).tolist()
    stream = crc32c.crc_of_stream(pieces)

    assert together == [textbook(piece) for piece in pieces]
    assert stream == textbook(b"".join(pieces))


def test_messages_of_all_short_and_some_long_sizes_are_done_together():
    lengths = np.array([*range(300), 1024, 1025, 2000, 5000, *[49042] * 50, 49040, (1 << 20) + 7])
    offsets = np.arange(len(lengths))[::-1] * 3
    block = np.frombuffer(np.random.default_rng(1).bytes((1 << 20) + 2000), np.uint8)

    found = crc32c.crc_of_many(block, offsets, lengths)

    one_by_one = zip(offsets, lengths, strict=True)
    assert found.tolist() == [crc32c.crc(block[at : at + size].tobytes()) for at, size in one_by_one]


@given(st.binary(min_size=2, max_size=40), st.data())
def test_what_a_byte_adds_depends_only_on_how_many_follow(data, draw):
    at = draw.draw(st.integers(0, len(data) - 2))
    other = draw.draw(st.binary(min_size=2, max_size=2))
    changed = data[:at] + other + data[at + 2 :]
    following = len(data) - at - 2
    table = crc32c.pair_table(following)

    difference = table[int.from_bytes(other, "little")] ^ table[int.from_bytes(data[at : at + 2], "little")]

    assert textbook(changed) == textbook(data) ^ int(difference)


@given(st.lists(st.integers(0, 2**32 - 1), max_size=5))
def test_the_checksums_of_lengths_are_those_of_their_eight_bytes(lengths):
    expected = [crc32c.mask(textbook(length.to_bytes(8, "little"))) for length in lengths]

    found = crc32c.header_crcs(np.array(lengths, np.int64))

    assert found.tolist() == expected


@given(st.integers(0, 2**32 - 1))
def test_unmasking_undoes_masking(value):
    found = crc32c.unmask(np.array([crc32c.mask(value)], np.uint32))

    assert found.tolist() == [value]
