"""Logs in JSON: every shape trainers save, every number in them, and nothing that is no number."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from diagnose.readers import jsonl_log
from diagnose.run import Trace

inf, nan = math.inf, math.nan


def read(tmp_path: Path, text: str | bytes, name: str = "log.json") -> list[Trace]:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return jsonl_log.read(path)


def points(trace: Trace) -> dict[str, list[tuple[int, float]]]:
    return {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in trace.series}


def said(traces: list[Trace]) -> str:
    return "\n".join(f"{note.line}: {note.what.en}" for trace in traces for note in trace.notes)


def rows(*objects: dict[str, object]) -> str:
    return "".join(json.dumps(one) + "\n" for one in objects)


TWO = [{"epoch": 1, "loss": 0.9}, {"epoch": 2, "loss": 0.5}]
LISTS = {"epoch": [1, 2], "loss": [0.9, 0.5]}
SAME = {
    "an object a line": rows(*TWO),
    "a list": json.dumps(TWO),
    "a pretty list": json.dumps(TWO, indent=2),
    "a list with an object a line": '[\n{"epoch": 1, "loss": 0.9},\n{"epoch": 2, "loss": 0.5}\n]\n',
    "a state of the Hugging Face Trainer": json.dumps(
        {"best_metric": None, "max_steps": 2, "log_history": TWO}, indent=2
    ),
    "a history of lists": json.dumps(LISTS),
    "a pretty history of lists": json.dumps(LISTS, indent=1),
    "a history in a history": json.dumps({"config": {"lr": 0.1}, "history": LISTS}),
    "a frame of pandas": json.dumps({name: {str(at): one for at, one in enumerate(LISTS[name])} for name in LISTS}),
    "an object an epoch": json.dumps({"1": {"loss": 0.9}, "2": {"loss": 0.5}}),
    "an object a named epoch": json.dumps({"epoch_1": {"loss": 0.9}, "epoch_2": {"loss": 0.5}}),
    "pretty objects one after another": "\n".join(json.dumps(one, indent=2) for one in TWO),
    "objects on one line": "".join(json.dumps(one) for one in TWO),
    "carriage returns": rows(*TWO).replace("\n", "\r\n"),
    "a byte order mark": "\ufeff" + rows(*TWO),
    "UTF-16": rows(*TWO).encode("utf-16"),
    "no final newline": rows(*TWO).strip(),
    "blank lines": rows(*TWO).replace("\n", "\n\n"),
    "other things beside": rows(*({**one, "name": "x", "saved": True, "shape": [1, 2], "eta": None} for one in TWO)),
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME.keys())
def test_the_same_two_epochs_are_read_however_they_are_written(tmp_path, text):
    (trace,) = read(tmp_path, text)

    assert points(trace) == {"loss": [(1, 0.9), (2, 0.5)]}
    assert said([trace]) in ("", "None: read as utf-16-le")


def test_mmengine_rows_of_training_and_evaluation_share_a_clock_but_not_their_timings(tmp_path):
    text = rows(
        {"loss": 0.9, "time": 0.3, "iter": 50, "step": 50},
        {"loss": 0.5, "time": 0.3, "iter": 100, "step": 100},
        {"mIoU": 61.5, "time": 0.02, "step": 100},
    )
    (trace,) = read(tmp_path, text)

    assert points(trace) == {
        "loss": [(50, 0.9), (100, 0.5)],
        "time": [(50, 0.3), (100, 0.3)],
        "val/time": [(100, 0.02)],
        "mIoU": [(100, 61.5)],
    }


def test_evaluations_that_count_epochs_stand_at_the_training_step_before_them(tmp_path):
    train = [{"loss": 1.0, "iter": at, "step": at} for at in range(50, 401, 50)]
    text = rows(*train[:4], {"mIoU": 50.0, "step": 1}, *train[4:], {"mIoU": 60.0, "step": 2})
    traces = read(tmp_path, text)

    assert len(traces) == 1
    assert points(traces[0])["mIoU"] == [(200, 50.0), (400, 60.0)]
    assert "5: evaluation rows that count something else: 2" in said(traces)


def test_mmcv_iterations_that_restart_each_epoch_become_global_steps(tmp_path):
    text = '{"env_info": "a machine", "seed": 7}\n' + rows(
        *({"mode": "train", "epoch": 1, "iter": at, "loss": 1.0} for at in (50, 100)),
        {"mode": "val", "epoch": 1, "iter": 30, "mIoU": 0.5},
        *({"mode": "train", "epoch": 2, "iter": at, "loss": 1.0} for at in (50, 100)),
        {"mode": "val", "epoch": 2, "iter": 30, "mIoU": 0.6},
    )
    (trace,) = read(tmp_path, text)

    assert points(trace)["train/loss"] == [(50, 1.0), (100, 1.0), (150, 1.0), (200, 1.0)]
    assert points(trace)["val/mIoU"] == [(100, 0.5), (200, 0.6)]
    assert "starts again every epoch" in said([trace])
    assert trace.settings["seed"] == 7


def test_mmcv_iterations_that_count_on_stay_as_they_are(tmp_path):
    text = rows(
        {"mode": "train", "epoch": 1, "iter": 50, "loss": nan},
        {"mode": "train", "epoch": 1, "iter": 100, "loss": 0.5},
        {"mode": "val", "epoch": 1, "iter": 30, "mIoU": 0.5},
        {"mode": "train", "epoch": 1, "iter": 150, "loss": 0.5},
    )
    (trace,) = read(tmp_path, text)

    assert repr(points(trace)["train/loss"]) == repr([(50, nan), (100, 0.5), (150, 0.5)])
    assert points(trace)["val/mIoU"] == [(100, 0.5)]


def test_rows_of_the_hugging_face_trainer_keep_their_names(tmp_path):
    history = [
        {"loss": 0.9, "grad_norm": 1.5, "learning_rate": 1e-4, "epoch": 0.5, "step": 10},
        {"eval_loss": 0.8, "eval_runtime": 3.0, "epoch": 0.5, "step": 10},
        {"loss": 0.5, "grad_norm": nan, "learning_rate": 5e-5, "epoch": 1.0, "step": 20},
        {"train_runtime": 99.0, "train_loss": 0.7, "epoch": 1.0, "step": 20},
    ]
    (trace,) = read(tmp_path, json.dumps({"log_history": history}, indent=2), "trainer_state.json")

    assert points(trace)["loss"] == [(10, 0.9), (20, 0.5)]
    assert points(trace)["eval_loss"] == [(10, 0.8)]
    assert points(trace)["train_loss"] == [(20, 0.7)]
    assert math.isnan(points(trace)["grad_norm"][1][1])


def test_nested_names_are_joined(tmp_path):
    (trace,) = read(
        tmp_path, rows({"step": 1, "val": {"dice": {"polyp": 0.8}}}, {"step": 2, "val": {"dice": {"polyp": 0.9}}})
    )

    assert points(trace) == {"val/dice/polyp": [(1, 0.8), (2, 0.9)]}


VALUES = {
    "1.5": [1.5],
    "NaN": [nan],
    "Infinity": [inf],
    "-Infinity": [-inf],
    "null": [],
    "true": [],
    '"0.5"': [0.5],
    '"nan"': [nan],
    '"half"': [],
    "[0.5]": [0.5],
    '["a"]': [],
    "{}": [],
    "1" + "0" * 400: [inf],
    "1" + "0" * 5000: [inf],
    "1e999": [inf],
}


@pytest.mark.parametrize(("value", "expected"), VALUES.items(), ids=[key[:12] for key in VALUES])
def test_a_value_is_a_number_or_nothing(tmp_path, value, expected):
    (trace,) = read(tmp_path, f'{{"step": 1, "loss": 2}}\n{{"step": 2, "loss": {value}}}\n')

    assert repr([one for _, one in points(trace)["loss"]]) == repr([2.0, *expected])


def test_lists_of_different_lengths_each_count_from_their_start(tmp_path):
    traces = read(tmp_path, json.dumps({"train": {"loss": [3, 2, 1]}, "val": {"loss": [2.5]}}))

    assert points(traces[0]) == {"train/loss": [(0, 3), (1, 2), (2, 1)], "val/loss": [(0, 2.5)]}
    assert "different lengths (1, 3)" in said(traces)


def test_a_tensorboard_download_is_called_after_its_tag(tmp_path):
    (trace,) = read(tmp_path, "[[1700000000.5, 10, 0.9], [1700000060.5, 20, 0.5]]", "run-a-tag-loss.json")

    assert points(trace) == {"loss": [(10, 0.9), (20, 0.5)]}
    assert trace.series[0].wall.tolist() == [1700000000.5, 1700000060.5]
