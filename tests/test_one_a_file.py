"""A file for every epoch: joined where each is a point of one run, left alone where each is a run."""

from __future__ import annotations

import json
from pathlib import Path

from diagnose.assemble import survey

Curves = dict[str, list[tuple[int, float]]]


def runs(tmp_path: Path, files: dict[str, dict[str, float]]) -> list[Curves]:
    for name, record in files.items():
        (tmp_path / name).write_text(json.dumps(record), encoding="utf-8")
    return [
        {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in run.series}
        for run in survey([tmp_path]).runs
    ]


def test_a_file_for_every_epoch_is_one_run_in_order_of_the_epoch(tmp_path):
    files = {f"metrics_epoch_{at}.json": {"epoch": at, "training_loss": 1 / (at + 1)} for at in (0, 1, 3, 9, 10)}

    assert runs(tmp_path, files) == [{"training_loss": [(0, 1.0), (1, 0.5), (3, 0.25), (9, 0.1), (10, 1 / 11)]}]


def test_a_score_that_some_epochs_lack_has_the_steps_of_the_others(tmp_path):
    files = {f"epoch{at}.json": {"epoch": at, "loss": 1 / at, **({"dice": 0.5} if at == 2 else {})} for at in (1, 2, 4)}

    assert runs(tmp_path, files) == [{"loss": [(1, 1.0), (2, 0.5), (4, 0.25)], "dice": [(2, 0.5)]}]


def test_results_of_several_runs_at_the_same_epoch_stay_apart(tmp_path):
    files = {f"fold_{fold}.json": {"epoch": 100, "val_loss": 0.1 * fold} for fold in (1, 2, 3)}

    assert len(runs(tmp_path, files)) == 3


def test_files_of_other_names_stay_apart(tmp_path):
    files = {"unet.json": {"epoch": 1, "loss": 0.5}, "pranet.json": {"epoch": 2, "loss": 0.4}}

    assert len(runs(tmp_path, files)) == 2


def test_logs_of_many_epochs_stay_apart_whatever_their_numbers(tmp_path):
    for number in (1, 2):
        (tmp_path / f"run_{number}.csv").write_text(f"epoch,loss\n1,0.{number}\n2,0.{number + 5}\n")

    assert len(survey([tmp_path]).runs) == 2
