"""MLflow's files of one metric each: grouped by their folder, claimed by their first line, doubtful lines counted."""

from __future__ import annotations

import json
import math

import pytest

from diagnose.assemble import assemble
from diagnose.known_settings import as_written
from diagnose.readers import mlflow_database, mlflow_metric
from tests.test_mlflow import trackio
from tests.tracker_logs import points, said


def metric(folder, name, text):
    path = folder / "mlruns" / "0" / "c0ffee" / "metrics" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_a_metric_file_gives_one_series_named_after_it(tmp_path):
    path = metric(
        tmp_path, "train/loss", "1700000000000 0.5 0\n1700000001000 nan 1\n1700000002000 -inf 2 polyps abc123\n"
    )

    (trace,) = mlflow_metric.read(path)

    assert points(trace) == {"train/loss": [(0, "0.5"), (1, "nan"), (2, "-inf")]}
    assert not trace.notes


def test_the_metrics_of_a_folder_are_one_run(tmp_path):
    for name in ("train_loss", "val_dice"):
        metric(tmp_path, name, "1700000000000 0.5 0\n1700000001000 0.25 1\n")

    (run,) = assemble([tmp_path])

    assert [one.name for one in run.series] == ["train_loss", "val_dice"]
    assert run.name == "mlruns/0/c0ffee"


def test_a_metric_file_named_by_itself_is_a_run(tmp_path):
    (run,) = assemble([metric(tmp_path, "train/loss", "1700000000000 0.5 0\n1700000001000 0.25 1\n")])

    assert [one.name for one in run.series] == ["train/loss"]


def test_the_metrics_of_a_run_are_one_run_however_deep_their_names_go_with_parameters_and_tags(tmp_path):
    for name in ("loss", "train/loss", "metrics/a/b"):
        home = metric(tmp_path, name, "1700000000000 0.5 0\n1700000001000 0.25 1\n")
    home = tmp_path / "mlruns" / "0" / "c0ffee"
    (home / "meta.yaml").write_text("run_id: c0ffee\nrun_name: calm-owl\nlifecycle_stage: active\n")
    for name, value in {
        "params/lr": "1e-3",
        "params/net/name": "pvt",
        "tags/mlflow.user": "me",
        "tags/by": "us",
    }.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(value)

    (run,) = assemble([tmp_path])

    assert {one.name for one in run.series} == {"loss", "metrics/a/b", "train/loss"}
    assert as_written(run.settings) == {"lr": 0.001, "net/name": "pvt", "by": "us", "run_name": "calm-owl"}


def test_a_run_deleted_in_mlflow_is_left_out_of_its_file_store_too(tmp_path):
    path = metric(tmp_path, "loss", "1700000000000 0.5 0\n1700000001000 0.25 1\n")
    (tmp_path / "mlruns" / "0" / "c0ffee" / "meta.yaml").write_text("run_id: c0ffee\nlifecycle_stage: deleted\n")

    assert "deleted in MLflow" in said(mlflow_metric.read(path))
    assert not assemble([tmp_path])


def test_metrics_of_a_deleted_run_that_somebody_took_out_of_the_store_are_read(tmp_path):
    (tmp_path / "val_loss").write_text("1700000000000 0.5 0\n1700000001000 0.25 1\n")
    (tmp_path / "meta.yaml").write_text("run_id: c0ffee\nlifecycle_stage: deleted\n")

    (run,) = assemble([tmp_path])

    assert [one.name for one in run.series] == ["val_loss"]
    assert any("deleted in MLflow" in note.what.en for note in run.notes)


def test_lines_of_before_there_were_steps_are_counted(tmp_path):
    path = metric(tmp_path, "loss", "1530000000000 0.5\r\n1530000001000 0.25\r\n")

    (trace,) = mlflow_metric.read(path)

    assert mlflow_metric.sniff(path, path.read_bytes())
    assert points(trace) == {"loss": [(0, "0.5"), (1, "0.25")]}


def test_a_last_line_without_its_end_is_left_out_and_told(tmp_path):
    (trace,) = mlflow_metric.read(metric(tmp_path, "loss", "1700000000000 0.5 9\n1700000001000 0.25 1"))

    assert points(trace) == {"loss": [(9, "0.5")]}
    assert [note.line for note in trace.notes] == [2]


def test_lines_that_are_no_metric_are_counted(tmp_path):
    (trace,) = mlflow_metric.read(metric(tmp_path, "loss", "1700000000000 0.5 0\nhello\n1700000001000 1e5e 1\n"))

    assert points(trace) == {"loss": [(0, "0.5")]}
    assert said([trace]) == "lines that are no metric: 2; skipped"


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        ("1700000000000 0.5 0\n", True),
        ("1700000000000 nan -1\n", True),
        ("1700000000000 0.5\n", False),
        ("0.5 1700000000000 0\n", False),
        ("1700000000000,0.5,0\n", False),
        ("1700000000000 GET 200\n", False),
        ("1700000000000 0.5 0", False),
    ],
)
def test_a_metric_file_is_claimed_by_its_first_line(tmp_path, text, claimed):
    assert mlflow_metric.sniff(tmp_path / "loss", text.encode()) is claimed


def test_a_metric_that_is_not_finite_is_a_point_in_either_store(tmp_path):
    (from_file,) = mlflow_metric.read(metric(tmp_path, "loss", "1700000000000 inf 0\n"))
    (from_database,) = mlflow_database.read(trackio(tmp_path, [("r", "r", 0, json.dumps({"loss": math.inf}))]))

    assert points(from_file) == points(from_database) == {"loss": [(0, "inf")]}
