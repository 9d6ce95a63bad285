"""Damage costs the damaged records and no others, is told with its place, and never raises."""

from __future__ import annotations

import os
import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

pytest.importorskip("tensorboard")

from benchmarks.events.generate import records
from diagnose.events import crc32c
from diagnose.events.event_file import read_events
from diagnose.events.framing import FRAME
from tests.event_logs import VERSION, bits, event

WAYS = [("locked", 1 << 21), ("general", 1 << 21), ("slow", 1 << 21), ("locked", 700), ("general", 64)]


def plain(steps):
    return [event(step, 1.7e9 + step, ("simple", tag, step)) for step in range(steps) for tag in ("loss", "lr", "dice")]


def varied(steps):
    payloads = []
    for step in range(steps):
        payloads.append(event(step, 1.7e9 + step, ("simple", "loss", step), ("double", "lr", 0.1)))
        payloads.append(event(step, 1.7e9 + step, ("float", "dice", step)))
        if step % 9 == 4:
            payloads.append(event(step, 1.7e9 + step, ("histogram", "weights"), ("image", "mask")))
        if step % 13 == 6:
            payloads.append(event(0, 0.0, ("simple", "timeless", step)))
    return payloads


LOGS = {
    name: [records([payload]) for payload in [VERSION, *payloads]]
    for name, payloads in {"plain": plain(150), "varied": varied(60)}.items()
}
every_log = pytest.mark.parametrize("name", LOGS)


def readings(data, ways=WAYS):
    """What every way of reading makes of ``data``; they all have to agree."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "events.out.tfevents.1")
        path.write_bytes(data)
        found = [read_events(path, way=way, buffer=buffer) for way, buffer in ways]
    for other in found[1:]:
        assert bits(other.columns) == bits(found[0].columns)
        assert other.account == found[0].account
        assert other.end == found[0].end
    return found[0]


def told(events):
    """The stretches of the file that the account names."""
    account = events.account
    spans = [*account.gaps.first, *account.damaged.first]
    return spans + ([(account.cut_short, account.size - account.cut_short)] if account.cut_short is not None else [])


def starts(log):
    return np.cumsum([0, *map(len, log)]).tolist()


def whole(log):
    """What the records of ``log``, undamaged, give: one way is enough to compare what all ways have made of damage."""
    return readings(b"".join(log), WAYS[:1])


@every_log
def test_a_file_cut_at_any_byte_gives_all_whole_records(name, tmp_path):
    log = LOGS[name][:20]
    data, ends = b"".join(log), starts(log)
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(data)
    for cut in reversed(range(len(data))):
        os.truncate(path, cut)  # a file that is written over and over waits for the disk

        found = read_events(path)

        records_left = sum(end <= cut for end in ends[1:])
        assert found.account.records == records_left
        assert found.end == ends[records_left]
        assert found.account.cut_short == (None if cut in ends else found.end)
        assert found.account.gaps.count == found.account.damaged.count == 0


@every_log
@pytest.mark.parametrize("part", ["length", "length checksum", "payload", "payload checksum"])
@pytest.mark.parametrize("which", [0, 1, 30, 100, -2, -1])
def test_a_flipped_byte_costs_its_record_only(name, part, which):
    log = LOGS[name]
    which %= len(log)
    offset = {"length": 1, "length checksum": 9, "payload": 17, "payload checksum": len(log[which]) - 2}[part]
    data = bytearray(b"".join(log))
    data[starts(log)[which] + offset] ^= 0x10

    found = readings(bytes(data))

    assert bits(found.columns) == bits(whole(log[:which] + log[which + 1 :]).columns)
    assert found.account.records == len(log) - 1
    assert told(found) == [(starts(log)[which], len(log[which]))]


@every_log
@pytest.mark.parametrize(("at", "size"), [(40, 20), (3000, 20), (3000, 100), (4001, 1), (2000, 4000), (-90, 25)])
def test_lost_bytes_cost_the_records_they_were_in(name, at, size):
    log = LOGS[name]
    at %= sum(map(len, log))
    data = b"".join(log)
    hit = [which for which, start in enumerate(starts(log)[:-1]) if start < at + size and start + len(log[which]) > at]

    found = readings(data[:at] + data[at + size :])

    assert bits(found.columns) == bits(whole([one for which, one in enumerate(log) if which not in hit]).columns)
    assert found.account.records == len(log) - len(hit)
    assert sum(length for _, length in told(found)) == sum(len(log[which]) for which in hit) - size


@every_log
@pytest.mark.parametrize(("at", "size"), [(0, 64), (4096, 1000), (3500, 4096)])
def test_a_zeroed_page_costs_the_records_it_touches(name, at, size):
    log = LOGS[name]
    data = b"".join(log)
    hit = [which for which, start in enumerate(starts(log)[:-1]) if start < at + size and start + len(log[which]) > at]

    found = readings(data[:at] + bytes(size) + data[at + size :])

    assert found.account.records == len(log) - len(hit)
    assert bits(found.columns) == bits(whole([one for which, one in enumerate(log) if which not in hit]).columns)
    assert all(start >= starts(log)[hit[0]] for start, _ in told(found))


def test_the_same_damage_in_many_records_is_seen_in_every_one():
    log = LOGS["plain"]
    data = bytearray(b"".join(log))
    for start, record in list(zip(starts(log), log, strict=False))[1:]:
        data[start + len(record) - 6] ^= 0x40  # a byte of the value

    found = readings(bytes(data))

    assert found.account.damaged.count == len(log) - 1
    assert found.account.damaged.total == sum(map(len, log[1:]))
    assert found.columns == {}


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(sorted(LOGS)),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=12),
)
def test_flipped_bytes_anywhere_leave_the_other_records_alone(name, flips):
    log = LOGS[name]
    data = np.frombuffer(b"".join(log), np.uint8).copy()
    for where, pattern in flips:
        data[int(where * len(data))] ^= pattern
    pieces = [data[start : start + len(record)].tobytes() for start, record in zip(starts(log), log, strict=False)]
    hit = [which for which, record in enumerate(log) if pieces[which] != record]

    found = readings(data.tobytes())

    assert bits(found.columns) == bits(whole([one for which, one in enumerate(log) if which not in hit]).columns)
    assert found.account.records == len(log) - len(hit)
    for which in hit:
        begin = starts(log)[which]
        assert any(start <= begin < start + length for start, length in told(found))


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(sorted(LOGS)),
    st.floats(0, 1),
    st.integers(0, 300),
    st.binary(max_size=60) | st.integers(0, 9000).map(bytes),
)
def test_bytes_taken_out_and_put_in_anywhere_leave_the_other_records_alone(name, where, lost, put_in):
    log = LOGS[name]
    data = b"".join(log)
    at = int(where * len(data))
    assume(lost or put_in)
    changed = data[:at] + put_in + data[at + lost :]
    before = [which for which, start in enumerate(starts(log)[:-1]) if start + len(log[which]) <= at]
    after = [which for which, start in enumerate(starts(log)[:-1]) if start >= at + lost]

    assume(all(log[which] not in changed for which in range(len(before), len(log) - len(after))))

    found = readings(changed)

    assert bits(found.columns) == bits(whole([log[which] for which in [*before, *after]]).columns)
    assert found.account.records == len(before) + len(after)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=600))
def test_random_bytes_are_one_gap_or_a_cut_record(data):
    found = readings(data)

    assert found.columns == {}
    assert sum(length for _, length in told(found)) == len(data)


def test_random_payloads_with_right_checksums_are_accounted_for():
    random = np.random.default_rng(5)
    data = records([random.bytes(int(size)) for size in random.integers(0, 200, 300)] + plain(20))

    found = readings(data)

    assert found.account.undecodable.count > 200
    assert found.account.undecodable.count + found.account.records == 360
    assert len(found.columns["loss"].steps) == 20


@pytest.mark.parametrize("length", [1 << 24, 1 << 30, 1 << 40, (1 << 64) - 1])
@pytest.mark.parametrize("behind", [0, 5, 2000])
def test_a_length_beyond_the_end_costs_no_memory_and_no_later_record(length, behind):
    header = struct.pack("<Q", length)
    header += struct.pack("<I", crc32c.mask(crc32c.crc(header)))
    log = LOGS["plain"]

    found = readings(b"".join([*log[:60], header, bytes(behind), *log[60:]]))
    at_the_end = readings(b"".join([*log, header, bytes(behind)]))

    assert found.account.records == at_the_end.account.records == len(log)
    assert told(found) == [(starts(log)[60], len(header) + behind)]
    assert at_the_end.account.cut_short == at_the_end.end == sum(map(len, log))


def test_a_damaged_record_larger_than_the_buffer_costs_only_itself():
    large = records([event(7, 1.7e9, ("simple", "loss", 7), ("image", "mask"))])
    log = [*LOGS["plain"][:50], large, *LOGS["plain"][50:]]
    data = bytearray(b"".join(log))
    data[starts(log)[50] + 1000] ^= 1

    found = readings(bytes(data))

    assert found.account.damaged.first == [(starts(log)[50], len(large))]
    assert bits(found.columns) == bits(whole(LOGS["plain"]).columns)


@every_log
def test_a_growing_file_is_read_on_from_where_reading_stopped(name, tmp_path):
    log = LOGS[name]
    data = b"".join(log)
    path = tmp_path / "tfevents"
    end, parts = 0, []
    for size in (0, 10, 500, 4000, 4001, 9000, len(data) - 3, len(data)):
        path.write_bytes(data[:size])

        found = read_events(path, start=end)

        parts.append(found)
        end = found.end
    everything = whole(log)
    assert end == len(data)
    assert sum(part.account.records for part in parts) == len(log)
    for tag, column in everything.columns.items():
        pieces = [part.columns[tag].values for part in parts if tag in part.columns]
        assert np.array_equal(np.concatenate(pieces), column.values)


def test_a_file_that_was_replaced_by_a_shorter_one_is_read_from_its_beginning(tmp_path):
    path = tmp_path / "tfevents"
    path.write_bytes(b"".join(LOGS["plain"][:4]))

    found = read_events(path, start=5000)

    assert (found.start, found.end, found.account.records) == (0, path.stat().st_size, 4)


def test_damage_all_over_is_counted_without_a_list_of_every_place(monkeypatch):
    monkeypatch.setattr("diagnose.events.findings._KEPT", 3)
    data = bytearray(b"".join(LOGS["plain"]))
    for start, record in zip(starts(LOGS["plain"]), LOGS["plain"], strict=False):
        data[start + len(record) - FRAME] ^= 1

    found = readings(bytes(data))

    assert found.account.damaged.count == len(LOGS["plain"])
    assert len(found.account.damaged.first) == 3
