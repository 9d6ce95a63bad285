"""Checkpoints belong to the run whose log is beside or above them, or to none."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagnose.attach import attached
from diagnose.run import Checkpoint, Run, Trace
from tests.test_assemble import line, series


@pytest.mark.parametrize(
    "folder", ["", "checkpoints", "ckpt", "weights", "Models", "checkpoint-500", "checkpoints/step_10"]
)
def test_checkpoints_belong_to_the_log_beside_or_above_them(folder, tmp_path):
    log = Run(tmp_path / "log.csv", "log.csv", series=(series("loss", line(range(3))),))
    runs = attached([log], [saved(tmp_path / folder / "a.pt", 5)], tmp_path)

    assert [(run.name, len(run.checkpoints)) for run in runs] == [("log.csv", 1)]


@pytest.mark.parametrize("folder", ["other", "data/checkpoints"])
def test_checkpoints_elsewhere_are_a_run_of_their_own(folder, tmp_path):
    log = Run(tmp_path / "log.csv", "log.csv", series=(series("loss", line(range(3))),))
    runs = attached([log], [saved(tmp_path / folder / "a.pt"), saved(tmp_path / folder / "b.pt")], tmp_path)

    assert [(run.name, len(run.checkpoints)) for run in runs] == [("log.csv", 0), (folder, 2)]


def test_checkpoints_prefer_the_run_of_the_event_files(tmp_path):
    one = (series("loss", line(range(3))),)
    logs = [Run(tmp_path, "exp", series=one), Run(tmp_path / "log.csv", "log.csv", series=one)]

    runs = attached(logs, [saved(tmp_path / "a.pt")], tmp_path)

    assert [len(run.checkpoints) for run in runs] == [1, 0]


def test_checkpoints_beside_two_equal_logs_belong_to_neither(tmp_path):
    one = (series("loss", line(range(3))),)
    logs = [Run(tmp_path / "a.csv", "a.csv", series=one), Run(tmp_path / "b.csv", "b.csv", series=one)]

    runs = attached(logs, [saved(tmp_path / "a.pt")], tmp_path)

    assert [len(run.checkpoints) for run in runs] == [0, 0, 1]


def test_checkpoints_go_by_step_and_those_without_one_come_last(tmp_path):
    traces = [
        saved(tmp_path / name, step) for name, step in [("z.pt", 5), ("b.pt", None), ("a.pt", None), ("y.pt", 30)]
    ]
    (run,) = attached([], traces, tmp_path)

    assert [one.path.name for one in run.checkpoints] == ["z.pt", "y.pt", "a.pt", "b.pt"]


def saved(path: Path, step: int | None = None) -> Trace:
    return Trace(path, "torch", checkpoints=(Checkpoint(path, {}, step=step),))
