"""Files that are alike are read as rows of one pattern, and give what each gives by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("tensorboard")

from benchmarks.events.generate import records
from diagnose.events import alike
from diagnose.events.batch import read_many
from tests.event_logs import VERSION, event
from tests.test_events_batch import same, written


def log(seed, steps=30, order=("a", "b", "a", "longer"), kinds=("simple",)):
    """A log whose numbers are its own and whose records are those of every other seed."""
    random = np.random.default_rng(seed)
    payloads = [
        event(step, 1.7e9 + seed + step, *((kind, f"{tag}/{kind}", random.random()) for kind in kinds))
        for step in range(120, 120 + steps)  # 128 takes a byte more
        for tag in order
    ]
    return records([VERSION, *payloads])


@pytest.fixture(autouse=True)
def _eager(monkeypatch):
    monkeypatch.setattr(alike, "WORTH_LEARNING", 2)


@pytest.fixture
def fitted(monkeypatch):
    """How many files were read by a pattern."""
    counted = []
    whole = alike.Pattern.read

    def read(self, block, starts):
        counted.append(len(starts))
        return whole(self, block, starts)

    monkeypatch.setattr(alike.Pattern, "read", read)
    return counted


@pytest.mark.parametrize("kinds", [("simple",), ("float", "double"), ("simple", "simple")])
def test_logs_of_a_sweep_are_read_by_one_pattern(kinds, tmp_path, fitted):
    paths = written(tmp_path, [log(seed, kinds=kinds) for seed in range(20)])

    for events, path in zip(read_many(paths), paths, strict=True):
        same(events, path)

    assert sum(fitted) == 20


def test_logs_of_several_kinds_and_sizes_are_told_apart(tmp_path, fitted):
    kinds = [{"steps": 30}, {"steps": 31}, {"order": ("a", "a", "b", "longer")}, {"order": ("c", "b", "c", "longer")}]
    paths = written(tmp_path, [log(seed, **kinds[seed % 4]) for seed in range(40)])

    for events, path in zip(read_many(paths, buffer=40_000), paths, strict=True):
        same(events, path)

    assert sum(fitted) > 30


def test_a_log_with_anything_but_numbers_is_left_to_the_general_way(tmp_path, fitted):
    paths = written(tmp_path, [log(seed, kinds=("simple", "histogram")) for seed in range(9)])

    for events, path in zip(read_many(paths), paths, strict=True):
        same(events, path)

    assert fitted == []


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damage_in_one_of_many_alike_is_seen_and_costs_no_other(tmp_path_factory, data):
    logs = [bytearray(log(seed, steps=12)) for seed in range(8)]
    for which in data.draw(st.lists(st.integers(0, 7), max_size=3, unique=True)):
        at = data.draw(st.integers(0, len(logs[which]) - 1))
        logs[which][at] ^= data.draw(st.integers(1, 255))
    paths = written(tmp_path_factory.mktemp("logs"), [bytes(one) for one in logs])

    for events, path in zip(read_many(paths), paths, strict=True):
        same(events, path)
