"""What a user is told of an event file: its series, and a note for whatever is missing from them."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from benchmarks.events.generate import event, records
from diagnose.events import crc32c
from diagnose.events.event_file import read_events
from diagnose.readers import tensorboard

VERSION = b"\x09\x00\x00\x00\x40\xfc\x54\xd9\x41\x1a\x0dbrain.Event:2"
NAME = "events.out.tfevents.1700000000.host.1.0"


SIZE = 42  # bytes of a record of `scalars` with a step from 1 to 127


def scalars(steps):
    number = b"\x0a\x04loss\x15" + np.float32(0.5).tobytes()
    return [event(1.7e9 + step, step, number) for step in range(steps)]


def histogram(step):
    return event(1.7e9, step, b"\x0a\x01w\x2a\x09\x09" + bytes(8))


def notes(folder, data, name=NAME):
    path = folder / name
    path.write_bytes(data)
    traces = tensorboard.read(path)
    assert [trace.path for trace in traces] == [path]
    assert all(note.path == str(path) for note in traces[0].notes)
    return [note.what.en for note in traces[0].notes]


def test_series_hold_float64_values_and_times_and_int64_steps_in_file_order(tmp_path):
    path = tmp_path / NAME
    path.write_bytes(records([VERSION, *scalars(3), *scalars(2)]))

    (trace,) = tensorboard.read(path)

    (series,) = trace.series
    assert (series.name, series.source, trace.format) == ("loss", str(path), "tensorboard")
    assert series.steps.tolist() == [0, 1, 2, 0, 1]
    assert series.steps.dtype == np.int64
    assert series.values.dtype == series.wall.dtype == np.float64
    assert trace.notes == ()


SAID = {
    "whole": (records([VERSION, *scalars(9)]), []),
    "empty": (b"", ["the file is empty (0 bytes)"]),
    "only a version": (records([VERSION]), ["holds no scalars"]),
    "only pictures": (
        records([VERSION, histogram(1), histogram(2), event(1.7e9, 1, b"\x0a\x01p\x22\x02\x08\x01")]),
        ["holds no scalars, only 2 histograms, 1 image"],
    ),
    "pictures beside scalars": (records([VERSION, histogram(1), *scalars(3)]), []),
    "cut short": (
        records([VERSION, *scalars(9)])[:-1],
        ["last record cut short; 9 read (the run may still be writing)"],
    ),
    "no events at all": (
        b"no events " * 10,
        [
            "not one TensorBoard record was found in its 100 bytes",
            "bytes 0 to 100 (100 bytes): unreadable and skipped",
        ],
    ),
    "zeros behind": (
        records([VERSION, *scalars(2)]) + bytes(100),
        ["bytes 122 to 222 (100 bytes): unreadable and skipped"],
    ),
    "undecodable": (
        records([VERSION, b"\xff\xff", *scalars(2)]),
        ["bytes 40 to 58 (18 bytes): a record that holds no event, left out"],
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_the_user_is_told_what_is_odd_and_nothing_else(case, tmp_path):
    data, expected = SAID[case]

    found = notes(tmp_path, data)

    assert found == expected


def test_a_bad_checksum_is_told_with_its_place(tmp_path):
    data = bytearray(records([VERSION, *scalars(9)]))
    data[-5] ^= 1

    found = notes(tmp_path, bytes(data))

    assert found == [
        f"bytes {len(data) - SIZE} to {len(data)} ({SIZE} bytes): a record whose checksum does not fit, left out"
    ]


def test_many_damaged_records_share_one_note(tmp_path):
    data = bytearray(records([VERSION, *scalars(400)]))
    begin = len(records([VERSION, *scalars(2)]))
    for at in range(begin, begin + SIZE * 50, SIZE):
        data[at + SIZE - 6] ^= 1  # a byte of the value

    found = notes(tmp_path, bytes(data))

    place = f"50 records, {SIZE * 50} bytes in all, between byte {begin} and {begin + SIZE * 50}"
    assert found == [f"{place}: a record whose checksum does not fit, left out"]


def test_every_note_is_told_in_chinese_too(tmp_path):
    for number, (data, _) in enumerate(SAID.values()):
        path = tmp_path / f"{number}.tfevents"
        path.write_bytes(data)
        for trace in tensorboard.read(path):
            for note in trace.notes:
                assert any("\u4e00" <= letter <= "\u9fff" for letter in note.what.zh)


@pytest.mark.parametrize("name", [NAME, "events.out.tfevents.1.host.v2", "old.tfevents"])
def test_a_file_with_the_name_of_an_event_file_is_claimed_whatever_it_holds(name):
    assert tensorboard.sniff(Path(name), b"garbage")
    assert tensorboard.sniff(Path(name), b"")


def test_a_file_with_another_name_is_claimed_by_its_first_record(tmp_path):
    data = records([VERSION, *scalars(3)])

    assert tensorboard.sniff(Path("renamed.bin"), data)
    assert notes(tmp_path, data, "renamed.bin") == []


@pytest.mark.parametrize(
    "head",
    [b"", b"short", bytes(100), b"epoch,loss\n1,0.5\n", records([b"\x0a\x10tf.train.Example"]), records([b""])],
)
def test_files_of_other_kinds_are_not_claimed(head):
    assert not tensorboard.sniff(Path("train.tfrecord"), head)


def test_memory_is_bounded_by_the_buffer_not_by_the_size_of_a_record(tmp_path, monkeypatch):
    monkeypatch.setattr("diagnose.events.event_file.HUGE", 1 << 20)
    monkeypatch.setattr("diagnose.events.event_file.keep_memory", lambda _: None)  # an array nobody touches
    picture = b"\x09" + bytes(24 << 20)
    length = len(picture).to_bytes(8, "little")
    first, second = (crc32c.mask(crc32c.crc(part)).to_bytes(4, "little") for part in (length, picture))
    path = tmp_path / NAME
    path.write_bytes(records([VERSION, *scalars(3)]) + length + first + picture + second + records(scalars(2)))
    del picture

    tracemalloc.start()
    found = read_events(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 20 << 20
    assert found.account.huge.count == 1
    assert len(found.columns["loss"].steps) == 5
