"""JSON that is broken, cut short or no log at all: what can be read is, and the rest is refused with a reason."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.readers import jsonl_log
from tests.test_jsonl_log import SAME, TWO, points, read, rows, said


def test_a_broken_line_is_skipped_and_named(tmp_path):
    traces = read(tmp_path, '{"step": 1, "loss": 0.9}\nTraceback\n{"step": 2, "lo\n{"step": 3, "loss": 0.5}\n')

    assert points(traces[0]) == {"loss": [(1, 0.9), (3, 0.5)]}
    assert said(traces) == "2: lines that are not JSON objects: 2; skipped"


def test_a_last_line_that_was_being_written_is_no_damage(tmp_path):
    traces = read(tmp_path, rows(*TWO) + '{"epoch": 3, "lo')

    assert points(traces[0]) == {"loss": [(1, 0.9), (2, 0.5)]}
    assert said(traces) == "3: the last record is cut short; 2 read"


@pytest.mark.parametrize("shape", ["a state of the Hugging Face Trainer", "a pretty history of lists", "a pretty list"])
def test_a_document_cut_short_is_read_as_far_as_it_goes(tmp_path, shape):
    text = SAME[shape]
    assert isinstance(text, str)
    traces = read(tmp_path, text[: text.rindex("0.5")])

    assert points(traces[0])["loss"][0] == (1, 0.9)
    assert "cut short" in said(traces)


def test_a_clock_that_goes_back_begins_another_run_and_names_the_line(tmp_path):
    first, second = read(tmp_path, rows(*({"iteration": at, "total_loss": 1.0} for at in (19, 39, 59, 19, 39))))

    assert points(first) == {"total_loss": [(19, 1.0), (39, 1.0), (59, 1.0)]}
    assert points(second) == {"total_loss": [(19, 1.0), (39, 1.0)]}
    assert said([second]) == "4: iteration goes back from 59 to 19: a new run starts here"


def test_a_log_after_its_first_record_is_a_log(tmp_path):
    (trace,) = read(tmp_path, rows({"epoch": 0, "train_loss": 0.9}))

    assert points(trace) == {"train_loss": [(0, 0.9)]}


NO_LOGS = {
    "": "empty",
    "{}": "no training history",
    "[]": "no training history",
    "null": "no training history",
    '{"model": "unet", "lr": 0.1, "layers": ["a", "b"]}': "a result, not a log",
    '{"model": "unet", "lr": 0.1, "bs": 8, "mean": [0.5, 0.4], "size": [256, 256]}': "a result, not a log",
    '{\n "model": "unet",\n "lr": 0.1\n}': "no training history",
    '{"images": [{"id": 1}, {"id": 2}], "annotations": [{"id": 1, "area": 9.5}]}': "no training history",
    '{"accuracy": 0.9, "loss": 0.1}': "a result, not a log",
    rows(*({"image": f"{at}.png", "label": at} for at in range(5))): "a list of things ('image')",
    '{"history": ' * 400 + "{}" + "}" * 400: "no training history",
    "[" * 100_000: "",
    '{"a":' * 100_000: "",
    '{"step": 1, "a": ' + "[" * 100_000 + "]" * 100_000 + "}\n": "nested too deeply",
    '{"epoch": ': "no",
    '{"a": "' + 'x\\"' * 200_000: "not valid JSON",
}


@pytest.mark.parametrize(("text", "why"), NO_LOGS.items(), ids=[key[:20] for key in NO_LOGS])
def test_a_file_that_is_no_log_gives_no_series_and_the_reason(tmp_path, text, why):
    traces = read(tmp_path, text)

    assert not any(trace.series for trace in traces)
    assert why in said(traces)
    assert said(traces)


def test_a_single_line_of_many_megabytes_is_read(tmp_path):
    text = json.dumps({"loss": [0.5] * 500_000, "val_loss": [0.25] * 500_000})
    (trace,) = read(tmp_path, text)

    assert {one.name: len(one) for one in trace.series} == {"loss": 500_000, "val_loss": 500_000}


SNIFFS = [
    ("log.json", '{"epoch": 1}\n', True),
    ("log.json", "{\n  ", True),
    ("log.jsonl", '\n\n {"epoch": 1}\n', True),
    ("log.json", "[1, 2", True),
    ("log.txt", '{"epoch": 1, "loss": 0.5}\n{"epoch": 2', True),
    ("None.log", '{"epoch": 1, "loss": 0.5}\r\n', True),
    ("log.txt", '{"epoch": 1, "lo', True),
    ("log.txt", "{'loss': 0.5, 'epoch': 1}\n", False),
    ("log.txt", "{ begin\n", False),
    ("log.txt", "[12:00:01] epoch 1\n", False),
    ("notebook.ipynb", '{\n "cells": []\n}\n', False),
    ("log.json", "epoch,loss\n", False),
    ("log.json", "", False),
    ("log.json", "{\0\0", False),
]


@pytest.mark.parametrize(("name", "text", "claimed"), SNIFFS)
def test_a_file_is_claimed_by_what_is_in_it(name, text, claimed):
    assert jsonl_log.sniff(Path(name), text.encode()) is claimed


numbers = st.floats() | st.none() | st.integers() | st.booleans() | st.text("xyz ", max_size=3)  # "1" is a number too


@settings(max_examples=40, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(["loss", "lr", "val/loss"]), numbers), min_size=1, max_size=8))
def test_whatever_numbers_are_written_come_back(tmp_path_factory, made):
    text = rows(*({"step": at, **one} for at, one in enumerate(made)))
    expected: dict[str, list[tuple[int, float]]] = {}
    for at, one in enumerate(made):
        for name, value in one.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                expected.setdefault(name, []).append((at, float(value)))

    found = read(tmp_path_factory.mktemp("made"), text)

    assert repr({key: one for trace in found for key, one in points(trace).items()}) == repr(expected) or _sparse(
        expected
    )


def _sparse(expected: dict[str, list[tuple[int, float]]]) -> bool:
    """NaN at regular places is read as not logged, and that is tested elsewhere."""
    return any(sum(math.isnan(value) for _, value in cells) * 2 >= len(cells) for cells in expected.values())


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(numbers, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=4), inner), max_leaves=20)
)
def test_any_json_is_read_or_refused_with_a_reason(tmp_path_factory, made):
    found = read(tmp_path_factory.mktemp("made"), json.dumps(made))

    assert all(trace.series or trace.notes for trace in found)
