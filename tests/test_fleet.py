"""A folder of many runs: each is given as soon as it is read, and none is torn apart by that."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from diagnose import files
from diagnose.assemble import Survey, assemble
from diagnose.readers import tensorboard
from tests.test_assemble import csv, events, line, points


def test_a_run_is_given_before_the_folders_behind_it_are_read(tmp_path, monkeypatch):
    for name in "abc":
        csv(tmp_path / name / "log.csv")
    opened, read = [], files.read_file
    monkeypatch.setattr("diagnose.files.read_file", lambda path: opened.append(path) or read(path))

    first = next(Survey([tmp_path]).runs())

    assert first.name == "a/log.csv"
    assert opened == [tmp_path / "a" / "log.csv"]


def test_event_files_read_together_give_the_runs_that_each_gives_alone(tmp_path):
    for at in range(30):
        events(tmp_path / f"run_{at:02d}", 1000 + at, {"loss": line(range(20 + at % 3), at), "acc": line(range(5))})
    (tmp_path / "run_07" / "events.out.tfevents.2000.host.1.1").write_bytes(b"no event")
    csv(tmp_path / "run_09" / "results.csv")

    runs = assemble([tmp_path])

    assert [run.name for run in runs if run.name != "run_09/results.csv"] == [f"run_{at:02d}" for at in range(30)]
    for run in runs:
        (alone,) = [one for one in assemble([run.path]) if len(one.series) == len(run.series)]
        assert points(run) == points(alone)


def test_curves_without_the_file_of_their_writer_are_one_run(tmp_path):
    for name in ("loss_train", "loss_val"):
        events(tmp_path / "exp" / name, 1000, {"loss": line(range(5))})
    events(tmp_path / "other", 1000, {"loss": line(range(5))})

    runs = assemble([tmp_path])

    assert {run.name: sorted(points(run)) for run in runs} == {
        "exp": ["loss/train", "loss/val"],
        "other": ["loss"],
    }


@pytest.mark.parametrize("inner", ["checkpoints", "validation", "checkpoint-50", "files", "loss_val"])
def test_a_folder_that_serves_the_one_above_is_found_with_it(inner, tmp_path):
    events(tmp_path / "exp", 1000, {"loss": line(range(5))})
    events(tmp_path / "exp" / inner, 1000, {"loss": line(range(5))})
    csv(tmp_path / "exp" / "zz" / "log.csv")

    units = list(Survey([tmp_path])._walk.units(tmp_path))

    assert [[str(file.parent.relative_to(tmp_path)) for file in unit.files] for unit in units] == [
        ["exp", str(Path("exp") / inner)],
        [str(Path("exp") / "zz")],
    ]


@pytest.mark.parametrize("folder", ["run_00", "train", "loss_val", "a/validation", "b/acc_x", "1700000000.123", "."])
def test_a_file_that_stands_alone_is_the_run_that_it_would_be_in_company(folder, tmp_path, monkeypatch):
    events(tmp_path / "logs" / folder, 1000, {"loss": [*line(range(9)), *line(range(4, 6))], "mdice": [(0, -1.0)]})
    events(tmp_path / "logs" / "zz" / folder, 1000, {"loss": line(range(5))})

    (*alone,) = Survey([tmp_path / "logs"]).runs()
    monkeypatch.setattr("diagnose.assemble.stands_alone", lambda _: None)
    (*together,) = Survey([tmp_path / "logs"]).runs()

    assert [said(run) for run in alone] == [said(run) for run in together]


def said(run):
    """A run without its points, and these by name."""
    return replace(run, series=()), [one.name for one in run.series], points(run)


def test_curves_logged_together_share_their_steps(tmp_path):
    for at in range(30):
        events(tmp_path / f"run_{at:02d}", 1000 + at, {"loss": line(range(20)), "acc": line(range(20))})

    shared = [len({id(one.steps) for one in run.series}) for run in assemble([tmp_path])]

    assert shared.count(1) > 20  # all but those that the pattern was learned from


def test_runs_of_a_sweep_share_their_steps_and_one_with_other_steps_keeps_its_own(tmp_path):
    for at in range(60):
        events(tmp_path / f"run_{at:02d}", 1000 + at, {"loss": line(range(at == 50, 20 + (at == 50)), at)})

    runs = assemble([tmp_path])

    assert [int(run.series[0].steps[0]) for run in runs] == [int(at == 50) for at in range(60)]
    assert len({id(run.series[0].steps) for run in runs[30:]}) == 2


@pytest.mark.parametrize("spare", [0, 1, 19])
def test_a_score_of_minus_one_is_left_out_wherever_it_stands(spare, tmp_path):
    values = [(step, -1.0 if step == spare else 0.5) for step in range(20)]
    events(tmp_path, 1000, {"mdice": values, "lr": values})

    (run,) = assemble([tmp_path])

    assert {one.name: len(one) for one in run.series} == {"mdice": 19, "lr": 20}


def test_a_fault_of_ours_in_reading_many_is_named_and_costs_one_file(tmp_path, monkeypatch):
    paths = [events(tmp_path / name, 1000, {"loss": line(range(5))}) for name in "abc"]
    whole = tensorboard.trace_of

    def broken(source, read):
        if source == str(paths[1]):
            raise ZeroDivisionError
        return whole(source, read)

    monkeypatch.setattr(tensorboard, "trace_of", broken)
    going = Survey([tmp_path])

    assert [run.name for run in going.runs()] == ["a", "c"]
    assert ["our bug" in note.what.en for note in going.unread] == [True]


def test_a_growing_event_file_is_read_on_and_its_cut_end_kept_for_later(tmp_path):
    path = events(tmp_path, 1000, {"loss": line(range(300))})
    data = path.read_bytes()
    cuts = [0, 700, 701, 5000, len(data) - 1, len(data)]
    start, steps = 0, []
    for cut in itertools.islice(cuts, 1, None):
        path.write_bytes(data[:cut])
        traces, start = tensorboard.read_on(path, start)
        steps += [step for trace in traces for one in trace.series for step in one.steps.tolist()]

    assert steps == list(range(300))
    assert start == len(data)
