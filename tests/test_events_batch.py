"""Many files read together give what each gives by itself, damaged ones too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("tensorboard")

from benchmarks.events.generate import records
from diagnose.events.batch import read_many
from diagnose.events.event_file import read_events
from tests.event_logs import VERSION, bits, event

BUFFERS = [1 << 21, 20_000, 300]


def log(steps, *kinds):
    payloads = [event(step, 1.7e9 + step, (kind, f"tag/{kind}", step)) for step in range(steps) for kind in kinds]
    return records([VERSION, *payloads])


GOOD = [
    log(40, "simple", "float"),
    log(0),
    log(3, "histogram", "simple", "text"),
    log(200, "simple"),
    log(25, "double", "image"),
]
BAD = {
    "empty": b"",
    "not events": b"epoch 1: loss 0.5\n" * 20,
    "cut": GOOD[0][:-7],
    "cut in its first record": GOOD[0][:9],
    "flipped": GOOD[0][:500] + b"\xff" + GOOD[0][501:],
    "without a middle": GOOD[3][:300] + GOOD[3][340:],
    "with zeros behind": GOOD[2] + bytes(64),
    "undecodable": GOOD[1] + records([b"\x0f\xff"]) + GOOD[0],
}


def same(found, path):
    alone = read_events(path)
    assert bits(found.columns) == bits(alone.columns)
    assert found.account == alone.account
    assert found.end == alone.end


def written(folder, contents):
    paths = [folder / f"events.out.tfevents.{number}" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths


@pytest.mark.parametrize("buffer", BUFFERS)
@pytest.mark.parametrize("bad", BAD)
def test_a_bad_file_between_good_ones_changes_none_of_them(tmp_path, bad, buffer):
    paths = written(tmp_path, [*GOOD, BAD[bad], *GOOD, BAD[bad]])

    found = list(read_many(paths, buffer=buffer))

    assert len(found) == len(paths)
    for events, path in zip(found, paths, strict=True):
        same(events, path)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([*GOOD, *BAD.values()]), max_size=12), st.sampled_from(BUFFERS))
def test_any_mixture_of_files_is_read_as_if_one_by_one(tmp_path_factory, contents, buffer):
    paths = written(tmp_path_factory.mktemp("logs"), contents)

    found = list(read_many(paths, buffer=buffer))

    assert len(found) == len(paths)
    for events, path in zip(found, paths, strict=True):
        same(events, path)


def test_a_file_that_cannot_be_opened_gives_its_error_and_stops_no_other(tmp_path):
    first, last = written(tmp_path, [GOOD[0], GOOD[3]])

    found = list(read_many([first, tmp_path / "missing", tmp_path, last]))

    assert [type(one).__name__ for one in found] == ["Events", "FileNotFoundError", "IsADirectoryError", "Events"]
    same(found[0], first)
    same(found[3], last)


def test_the_columns_of_one_file_do_not_share_memory_with_those_of_another(tmp_path):
    paths = written(tmp_path, [GOOD[0], GOOD[0]])

    first, second = read_many(paths)
    first.columns["tag/simple"].values[:] = -1

    assert np.array_equal(second.columns["tag/simple"].values, np.arange(40.0))
