"""Logs in JSON and tables as trainers beyond the common few write them: what is a point, what a clock, what neither."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from diagnose.assemble import survey
from diagnose.readers import csv_log, jsonl_log

COCO = [0.4, 0.6, 0.45, 0.2, 0.4, 0.6, 0.3, 0.5, 0.5, 0.3, 0.5, 0.7]


def lines(*records: dict) -> str:
    return "".join(json.dumps(one) + "\n" for one in records)


def read(tmp_path: Path, name: str, text: str) -> list[dict[str, list[tuple[int, float]]]]:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    reader = csv_log if path.suffix in (".csv", ".tsv") else jsonl_log
    return [points(trace.series) for trace in reader.read(path)]


def points(series) -> dict[str, list[tuple[int, float]]]:
    return {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in series}


def said(path: Path) -> str:
    reader = csv_log if path.suffix == ".csv" else jsonl_log
    return "\n".join(note.what.en for trace in reader.read(path) for note in trace.notes)


CLOCKED = {  # the record's own words for the step, all of them before step 10 and 20
    "LLaMA-Factory": {"current_steps": 10, "total_steps": 939, "lr": 1e-4},
    "Ray Tune": {"training_iteration": 10, "done": False, "trial_id": "ab12"},
    "ms-swift": {"global_step/max_steps": "10/939", "percentage": "1.06%"},
    "fairseq": {"epoch": "1", "num_updates": "10", "loss": "0.9"},
    "Lightning": {"trainer/global_step": 10, "epoch": 0},
}


@pytest.mark.parametrize("name", CLOCKED)
def test_a_trainer_s_own_word_for_the_step_is_the_clock(tmp_path, name):
    first = {"loss": 0.9, **CLOCKED[name]}
    second = json.loads(json.dumps(first).replace("10", "20").replace("0.9", "0.5"))

    (run,) = read(tmp_path, "log.jsonl", lines(first, second))

    assert run["loss"] == [(10, 0.9), (20, 0.5)]


def test_settings_within_a_record_are_no_curves(tmp_path):
    path = tmp_path / "result.json"
    path.write_text(lines(*({"loss": 0.5, "training_iteration": at, "config": {"lr": 0.1}} for at in (1, 2))))

    (trace,) = jsonl_log.read(path)

    assert points(trace.series) == {"loss": [(1, 0.5), (2, 0.5)]}
    assert trace.settings == {"lr": 0.1}


def test_coco_s_twelve_numbers_get_their_names(tmp_path):
    (run,) = read(tmp_path, "log.txt", lines(*({"epoch": at, "test_coco_eval_bbox": COCO} for at in (0, 1))))

    assert run["test_coco_eval_bbox/AP"] == [(0, 0.4), (1, 0.4)]
    assert run["test_coco_eval_bbox/ARl"] == [(0, 0.7), (1, 0.7)]
    assert len(run) == 12


def test_scores_by_class_are_numbered_and_other_lists_are_no_curves(tmp_path):
    record = {"dice": [0.5, 0.75], "image_size": [352, 352], "lr": [0.01]}

    (run,) = read(tmp_path, "log.jsonl", lines({"step": 1, **record}, {"step": 2, **record}))

    assert {name: values[0] for name, values in run.items()} == {
        "dice/1": (1, 0.5),
        "dice/2": (1, 0.75),
        "lr": (1, 0.01),
    }


def test_lists_of_steps_and_values_keep_their_steps(tmp_path):
    document = {"train_loss": [[0, 0.9], [100, 0.5], [200, 0.4]], "val_dice": [[100, 0.5], [200, 0.6]]}

    (run,) = read(tmp_path, "history.json", json.dumps(document))

    assert run == {"train_loss": [(0, 0.9), (100, 0.5), (200, 0.4)], "val_dice": [(100, 0.5), (200, 0.6)]}


def test_beside_a_history_a_list_of_another_length_is_a_setting(tmp_path):
    document = {"loss": [0.9, 0.5, 0.4], "val_loss": [0.8, 0.6], "crop": [352, 352, 3, 1], "seconds": [9.0, 8.0, 8.5]}

    (run,) = read(tmp_path, "history.json", json.dumps(document))

    assert set(run) == {"loss", "val_loss", "seconds"}


ABSENT = {  # how two evaluations say that there are no small objects
    "COCO": ("coco/bbox_mAP_s", -1.0, []),
    "detectron2": ("bbox/APs", math.nan, [math.nan, math.nan]),
}


@pytest.mark.parametrize("name", ABSENT)
def test_a_score_that_could_not_be_measured_is_no_score_of_minus_one(tmp_path, name):
    key, value, expected = ABSENT[name]

    (run,) = read(tmp_path, "metrics.json", lines(*({"iteration": at, "loss": 1.0, key: value} for at in (9, 19))))

    assert repr([one for _, one in run.get(key, [])]) == repr(expected)


def test_minus_one_is_kept_where_it_is_a_value(tmp_path):
    (run,) = read(tmp_path, "log.csv", "epoch,loss,reward,mcc\n1,-1,-1,-1\n2,-2,1,-0.5\n")

    assert run == {"loss": [(1, -1), (2, -2)], "reward": [(1, -1), (2, 1)], "mcc": [(1, -1), (2, -0.5)]}


def test_what_was_taken_for_not_measured_is_said(tmp_path):
    (tmp_path / "log.csv").write_text("epoch,loss,dice\n1,0.9,-1\n2,0.5,0.5\n")

    assert "cells of -1 mean 'not measured' here and are left out: 1 (in dice)" in said(tmp_path / "log.csv")


def test_a_chart_downloaded_from_wandb_holds_each_run_once(tmp_path):
    head = '"Step","a - loss","a - loss__MIN","a - loss__MAX","b - loss","b - loss__MIN","b - loss__MAX"\n'
    text = head + '"0","0.9","0.9","0.9","0.8","0.8","0.8"\n"10","0.5","0.5","0.5","0.4","0.4","0.4"\n'

    first, second = read(tmp_path, "wandb_export.csv", text)

    assert (first, second) == ({"loss": [(0, 0.9), (10, 0.5)]}, {"loss": [(0, 0.8), (10, 0.4)]})


def test_episodes_as_a_gym_monitor_writes_them_are_a_log(tmp_path):
    (run,) = read(tmp_path, "monitor.csv", '#{"t_start": 1.7e9}\nr,l,t\n21.0,21,0.5\n15.0,15,0.6\n')

    assert run["r"] == [(0, 21.0), (1, 15.0)]


@pytest.mark.parametrize(("name", "read_out"), [("losses.csv", True), ("train_log.csv", True), ("points.csv", False)])
def test_a_table_without_a_header_is_a_log_when_its_file_says_so(tmp_path, name, read_out):
    (run,) = read(tmp_path, name, "1,0.9\n2,0.5\n3,0.4\n")

    assert bool(run) is read_out


COLUMNS = {
    "blanks": "epoch loss dice\n1 0.9 0.5\n2 0.5 0.6\n3 nan 0.7\n",
    "set in columns": "epoch    loss    dice\n1        0.9     0.5\n2        0.5     0.6\n3        nan     0.7\n",
    "right-aligned": "  epoch   loss   dice\n      1    0.9    0.5\n      2    0.5    0.6\n      3    nan    0.7\n",
    "bars": "| epoch | loss | dice |\n|---|---|---|\n| 1 | 0.9 | 0.5 |\n| 2 | 0.5 | 0.6 |\n| 3 | nan | 0.7 |\n",
    "a rule": "epoch | loss | dice\n------+------+-----\n1 | 0.9 | 0.5\n2 | 0.5 | 0.6\n3 | nan | 0.7\n",
}


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("file", ["history.csv", "losses.txt"])
def test_a_table_set_in_columns_is_read(tmp_path, name, file):
    path = tmp_path / file
    path.write_text(COLUMNS[name], encoding="utf-8")

    (run,) = survey([path]).runs

    assert run.sources[0].format == "csv"
    assert repr(points(run.series)) == repr(
        {"loss": [(1, 0.9), (2, 0.5), (3, math.nan)], "dice": [(1, 0.5), (2, 0.6), (3, 0.7)]}
    )


def test_columns_with_blanks_in_their_names_are_told_by_the_gaps(tmp_path):
    text = "epoch   Train Loss   Val Loss\n1       0.9          0.8\n2       0.5          0.6\n3       0.4   0.5\n"

    (run,) = read(tmp_path, "log.csv", text)

    assert run == {"Train Loss": [(1, 0.9), (2, 0.5), (3, 0.4)], "Val Loss": [(1, 0.8), (2, 0.6), (3, 0.5)]}


def test_results_of_yolov7_that_start_over_are_another_run(tmp_path):
    path = tmp_path / "results.txt"
    numbers = " 0.5" * 13
    path.write_text("".join(f"   {epoch}/99   6.36G{numbers}\n" for epoch in (0, 1, 2, 0, 1)), encoding="utf-8")

    runs = survey([path]).runs

    assert [run.series[0].steps.tolist() for run in runs] == [[0, 1, 2], [0, 1]]
    assert len(runs[0].series) == 13


@pytest.mark.parametrize("cell", ["nan", "inf", "-inf", "1e308", "-1e308"])
def test_a_counter_of_anything_but_numbers_is_looked_at_without_a_warning(tmp_path, cell):
    (run,) = read(tmp_path, "log.csv", f"epoch,step,loss\n1,{cell},0.9\n2,{cell},0.5\n3,-{cell.lstrip('-')},0.4\n")

    assert [value for _, value in run["loss"]] == [0.9, 0.5, 0.4]


def test_a_score_of_minus_one_is_left_out_of_a_text_log_too(tmp_path):
    (tmp_path / "log.txt").write_text(
        "".join(f"step: {at} loss: 0.5 mAP_s: {-1 if at < 3 else 0.5}\n" for at in range(6))
    )

    (run,) = survey([tmp_path / "log.txt"]).runs

    assert points(run.series)["mAP_s"] == [(3, 0.5), (4, 0.5), (5, 0.5)]
    assert any("'not measured'; 3 points left out" in note.what.en for note in run.notes)
