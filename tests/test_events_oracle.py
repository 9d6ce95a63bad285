"""What the reader takes from event files is what TensorBoard takes from them, bit for bit, whichever way it reads."""

from __future__ import annotations

import math
import tempfile
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("tensorboard")

from benchmarks.events.generate import event as raw_event
from diagnose.events.event_file import read_events
from tests.event_logs import NUMBERS, OTHERS, bits, event, oracle, write

WAYS = [*product(["locked", "general", "slow"], [1 << 21, 3000])]


def steady(tags, steps, kind="simple"):
    random = np.random.default_rng(len(tags) + steps)
    return [
        event(step, 1.7e9 + step + 0.001 * which, (kind, tag, random.normal()))
        for step in range(steps)
        for which, tag in enumerate(tags)
    ]


def shuffled(count):
    random = np.random.default_rng(3)
    tags = [f"layer_{which:02}/grad_norm" for which in range(40)] + ["loss", "a/rather/long/name", "学习率", ""]
    return [
        event(step, 1.7e9 + step, ("simple", tags[random.integers(len(tags))], random.normal()))
        for step in range(count)
    ]


def between(kinds):
    payloads = []
    for step in range(300):
        payloads += [event(step, 1.7e9 + step, ("simple", tag, step / 7)) for tag in ("loss", "lr")]
        if step % 25 == 3:
            payloads += [event(step, 1.7e9 + step, (kind, f"other/{kind}")) for kind in kinds]
    return payloads


SPECIAL = [math.nan, math.inf, -math.inf, -0.0, 0.0, 1e-45, 3e38, -1.0]
STEPS = [0, 1, 127, 128, 16383, 16384, 2**21, 2**31, 2**32, 2**40, 2**55, 2**56, 2**62, 2**63 - 1, -1, -5, -(2**63)]

FILES = {
    "one tag": steady(["loss"], 3000),
    "five tags": steady(["train/loss", "train/lr", "val/dice", "val/iou", "epoch"], 300),
    "four hundred tags": steady([f"tag/{which}" for which in range(400)], 8),
    "irregular order": shuffled(1500),
    "same tag twice in a step": [
        event(step, 1.7e9 + step, ("simple", "MAE", value)) for step in range(300) for value in (step, step / 2)
    ],
    "same tag twice in an event": [
        event(step, 1.7e9, ("simple", "a", step), ("simple", "b", 1), ("simple", "a", -step)) for step in range(300)
    ],
    "several values": [
        event(step, 1.7e9 + step, *[("simple", f"m{which}", step * which) for which in range(2 + step % 7 // 6)])
        for step in range(400)
    ],
    "number beside an image": [
        event(step, 1.7e9, ("simple", "loss", step), ("image", "picture"), ("double", "lr", 0.1)) for step in range(30)
    ],
    "no finite values": [
        event(step, 1.7e9, ("simple", "loss", SPECIAL[step % 8]), ("double", "x", SPECIAL[step % 7]))
        for step in range(400)
    ],
    "steps of every size": [event(step, 1.7e9, ("simple", "loss", which)) for step in STEPS for which in range(30)],
    "no step": [event(0, 1.7e9 + which, ("simple", "loss", which)) for which in range(300)],
    "no wall time": [event(which, 0.0, ("simple", "loss", which)) for which in range(300)],
    "between pictures": between(["histogram", "image", "audio", "text", "vector", "nothing"]),
    **{f"tensors: {kind}": steady(["a/loss", "b"], 150, kind) for kind in NUMBERS[1:]},
}


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file_gives_what_tensorboard_reads(name, tmp_path):
    path = write(tmp_path / "events.out.tfevents.1", FILES[name])
    expected = bits(oracle(path))

    found = {way: read_events(path, way=way[0], buffer=way[1]) for way in WAYS}

    for way, events in found.items():
        assert bits(events.columns) == expected, way
        assert events.account == found["slow", 1 << 21].account, way
        assert events.account.records == len(FILES[name]) + 1, way
        assert events.end == path.stat().st_size, way


@pytest.mark.parametrize("name", FILES)
def test_looking_bytes_up_in_pairs_changes_nothing(name, tmp_path, monkeypatch):
    path = write(tmp_path / "tfevents", FILES[name])
    expected = read_events(path, way="slow")
    monkeypatch.setattr("diagnose.events.crc32c._PAID", 0)

    found = read_events(path)

    assert bits(found.columns) == bits(expected.columns)
    assert found.account == expected.account


def test_records_larger_than_the_buffer_are_read_and_the_largest_only_checked(tmp_path, monkeypatch):
    picture = event(5, 1.7e9, ("simple", "loss", 5), ("image", "x"), ("simple", "lr", 0.5))
    path = write(tmp_path / "tfevents", [*steady(["loss"], 50), picture, *steady(["loss"], 50)])
    expected = bits(oracle(path))

    looked_into = read_events(path, buffer=1000)
    monkeypatch.setattr("diagnose.events.event_file.HUGE", 2000)
    only_checked = read_events(path, buffer=1000)

    assert bits(looked_into.columns) == expected
    assert looked_into.account.huge.count == 0
    assert len(only_checked.columns["loss"].steps) == 100
    assert only_checked.account.huge.first == [(only_checked.account.huge.first[0].offset, len(picture) + 16)]


def test_a_torch_log_of_old_and_new_style_scalars_gives_what_tensorboard_reads(tmp_path):
    torch_board = pytest.importorskip("torch.utils.tensorboard")
    with torch_board.SummaryWriter(tmp_path / "log") as writer:
        writer.add_hparams({"lr": 0.1, "optimizer": "sgd"}, {"hparam/dice": 0.5}, run_name=".")
        for step in range(200):
            writer.add_scalar("old", 1 / (step + 1), step)
            writer.add_scalar("new", 2 / (step + 1), step, new_style=True)
            writer.add_scalar("double", 1 / 3, step, new_style=True, double_precision=True)
            if step % 50 == 0:
                writer.add_histogram("weights", np.arange(step + 5.0), step)
                writer.add_image("mask", np.zeros((3, 8, 8), np.uint8), step)
                writer.add_text("note", "hello", step)
    for path in sorted((tmp_path / "log").rglob("*tfevents*")):
        expected = bits(oracle(path))

        found = [bits(read_events(path, way=way, buffer=size).columns) for way, size in WAYS]

        assert expected
        assert found == [expected] * len(WAYS)


@pytest.mark.parametrize("way", ["locked", "general", "slow"])
def test_a_signalling_nan_is_read_as_nan_without_a_warning(way, tmp_path):
    number = b"\x0a\x01x\x15" + (0x7FA00000).to_bytes(4, "little")
    half = event(1, 1.7e9, ("half", "y", math.nan)).replace(b"\x80\xfc\x01", b"\x81\xfa\x01")
    path = write(tmp_path / "tfevents", [*[raw_event(1.7e9, step, number) for step in range(50)], half])

    found = read_events(path, way=way)

    assert bits({"x": found.columns["x"]}) == bits({"x": oracle(path)["x"]})
    assert np.isnan(found.columns["x"].values).all()
    assert np.isnan(found.columns["y"].values).all()


def test_bfloat16_is_read_although_tensorboard_does_not(tmp_path):
    values = [1.0, -2.5, 0.0, math.inf]
    payloads = [event(step, 1.7e9, ("bfloat16", "x", value)) for step, value in enumerate(values)]
    path = write(tmp_path / "tfevents", payloads)

    found = read_events(path)

    assert found.columns["x"].values.tolist() == values


def test_a_double_keeps_all_its_bits(tmp_path):
    path = write(tmp_path / "tfevents", [event(step, 1.7e9, ("double", "x", 0.1)) for step in range(20)])

    found = [read_events(path, way=way).columns["x"].values for way in ("locked", "general", "slow")]

    assert [set(values.tolist()) for values in found] == [{0.1}] * 3


def test_metadata_on_the_first_record_only_does_not_split_a_tag(tmp_path):
    messages = pytest.importorskip("tensorboard.compat.proto.event_pb2")
    payloads = steady(["loss"], 60, "float")
    first = messages.Event.FromString(payloads[0])
    first.summary.value[0].metadata.plugin_data.plugin_name = "scalars"
    first.summary.value[0].metadata.display_name = "loss"
    path = write(tmp_path / "tfevents", [first.SerializeToString(), *payloads[1:]])

    found = read_events(path)

    assert bits(found.columns) == bits(oracle(path))
    assert len(found.columns["loss"].steps) == 60


# Random streams: patterns of events, repeated with growing steps, so that every way of reading gets its turn.
values = st.floats(width=32) | st.sampled_from(SPECIAL)
spoken = st.sampled_from(["a", "b", "loss/train", "loss/valid", "dice", "学习率", "x" * 130])
singles = st.tuples(st.sampled_from(NUMBERS), spoken) | st.tuples(st.sampled_from(OTHERS), st.just("other"))
patterns = st.lists(st.lists(singles, min_size=1, max_size=3), min_size=1, max_size=6)
first_steps = st.integers(0, 300) | st.sampled_from(STEPS[:-1])
streams = st.lists(st.tuples(patterns, st.integers(1, 40), first_steps, values), min_size=1, max_size=4)


def payloads_of(stream):
    """Tags carry the kind in their name, so that a tag is all simple values or all tensors, as in real logs."""
    return [
        event(
            min(first + turn, 2**63 - 1), 1.7e9 + turn / 3, *[(kind, f"{kind}/{tag}", value) for kind, tag in singles]
        )
        for pattern, times, first, value in stream
        for turn in range(times)
        for singles in pattern
    ]


@settings(max_examples=60, deadline=None)
@given(streams)
def test_any_stream_gives_what_tensorboard_reads(stream):
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder, "tfevents"), payloads_of(stream))
        expected = bits(oracle(path))

        found = {way: read_events(path, way=way[0], buffer=way[1]) for way in WAYS}

    for way, events in found.items():
        assert bits(events.columns) == expected, way
        assert events.account == found["slow", 1 << 21].account, way
