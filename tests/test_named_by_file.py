"""Files that say what they hold by their name alone, and curves kept point by point: all get names, steps and runs."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from diagnose.assemble import survey

Curves = dict[str, list[tuple[int, float]]]
THREE: list[tuple[int, float]] = [(0, 0.9), (1, 0.5), (2, 0.4)]


def runs(tmp_path: Path, name: str, text: str) -> list[Curves]:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return [
        {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in run.series}
        for run in survey([path]).runs
    ]


NUMBERS = {
    "a number a line": "0.9\n0.5\n0.4\n",
    "as numpy writes them": "9.000000000000000222e-01\n5.000000000000000000e-01\n4.000000000000000222e-01\n",
    "line ends put before": "\n0.9\n0.5\n0.4",
    "epoch and number": "0 0.9\n1 0.5\n2 0.4\n",
    "epoch: number": "0: 0.9\n1: 0.5\n2: 0.4\n",
    "a list": "[0.9, 0.5, 0.4]",
}


@pytest.mark.parametrize("form", NUMBERS)
def test_a_text_of_nothing_but_numbers_is_the_curve_it_is_called_after(tmp_path, form):
    (run,) = runs(tmp_path, "val_loss.txt", NUMBERS[form])

    assert {name: [(step, round(value, 12)) for step, value in points] for name, points in run.items()} == {
        "val_loss": THREE
    }


def test_a_first_column_that_counts_is_the_step(tmp_path):
    assert runs(tmp_path, "loss_epoch.txt", "10\t0.9\n20\t0.5\n30\t0.4\n") == [
        {"loss_epoch": [(10, 0.9), (20, 0.5), (30, 0.4)]}
    ]


def test_neptune_s_step_time_and_value_without_a_header_are_told_apart(tmp_path):
    rows = "".join(f"{step}.0,{1700000000000 + step},{value}\n" for step, value in THREE)
    path = tmp_path / "train_loss.csv"
    path.write_text(rows)

    (run,) = survey([path]).runs

    assert [(one.name, one.steps.tolist(), one.wall is not None) for one in run.series] == [
        ("train_loss", [0, 1, 2], True)
    ]


def test_value_is_called_after_the_file_that_holds_nothing_else(tmp_path):
    rows = "".join(f"{1700000000 + step},{step},{value}\n" for step, value in THREE)

    assert runs(tmp_path, "val_dice.csv", "Wall time,Step,Value\n" + rows) == [{"val_dice": THREE}]


def test_train_and_val_in_a_file_of_losses_are_losses(tmp_path):
    assert runs(tmp_path, "loss.csv", "epoch,train,val\n0,0.9,1.5\n1,0.5,1.0\n") == [
        {"train/loss": [(0, 0.9), (1, 0.5)], "val/loss": [(0, 1.5), (1, 1.0)]}
    ]


POINTS = {
    "numbers": [0.9, 0.5, 0.4],
    "pairs": [[0, 0.9], [1, 0.5], [2, 0.4]],
    "points of a chart": [{"x": step, "y": value} for step, value in THREE],
    "by step": {str(step): value for step, value in THREE},
}


@pytest.mark.parametrize("form", POINTS)
def test_json_of_points_alone_is_the_curve_it_is_called_after(tmp_path, form):
    assert runs(tmp_path, "train_loss.json", json.dumps(POINTS[form])) == [{"train_loss": THREE}]


SIDE_BY_SIDE = {
    "Sacred": {
        name: {
            "steps": [0, 10],
            "timestamps": ["2024-05-06T10:00:00.5", "2024-05-06T10:00:09"],
            "values": [{"dtype": "float64", "py/object": "numpy.float64", "value": value} for value in values],
        }
        for name, values in (("loss", (0.9, 0.5)), ("val.dice", (0.1, 0.2)))
    },
    "ClearML": {
        "loss": {"loss": {"name": "loss", "x": [0, 10], "y": [0.9, 0.5]}},
        "val.dice": {"x": [0, 10], "y": [0.1, 0.2]},
    },
    "Plotly": [
        {"name": "loss", "type": "scatter", "x": [0, 10], "y": [0.9, 0.5]},
        {"name": "val.dice", "type": "scatter", "x": [0, 10], "y": [0.1, 0.2]},
    ],
    "a data frame": {"columns": ["step", "loss", "val.dice"], "index": [0, 1], "data": [[0, 0.9, 0.1], [10, 0.5, 0.2]]},
}


@pytest.mark.parametrize("form", SIDE_BY_SIDE)
def test_a_list_of_steps_beside_one_of_values_is_one_curve(tmp_path, form):
    (run,) = runs(tmp_path, "metrics.json", json.dumps(SIDE_BY_SIDE[form]))

    loss = "loss/loss" if form == "ClearML" else "loss"
    assert run == {loss: [(0, 0.9), (10, 0.5)], "val.dice": [(0, 0.1), (10, 0.2)]}


def test_sacred_s_times_are_kept(tmp_path):
    path = tmp_path / "metrics.json"
    path.write_text(json.dumps(SIDE_BY_SIDE["Sacred"]))

    (run,) = survey([path]).runs

    assert [one.wall.tolist() for one in run.series if one.wall is not None] == [[1714989600.5, 1714989609.0]] * 2


FOLDS = {
    "by name": {"fold_0": {"loss": [0.9, 0.5]}, "fold_1": {"loss": [0.8, 0.4]}},
    "in a list": [{"fold": 0, "loss": [0.9, 0.5]}, {"fold": 1, "loss": [0.8, 0.4]}],
    "in halves": {"seed1": {"train": {"loss": [0.9, 0.5]}}, "seed2": {"train": {"loss": [0.8, 0.4]}}},
}


@pytest.mark.parametrize("form", FOLDS)
def test_each_fold_in_a_file_is_a_run(tmp_path, form):
    name = "train/loss" if form == "in halves" else "loss"

    assert runs(tmp_path, "history.json", json.dumps(FOLDS[form])) == [
        {name: [(0, 0.9), (1, 0.5)]},
        {name: [(0, 0.8), (1, 0.4)]},
    ]


def test_scores_by_class_in_every_record_are_no_runs(tmp_path):
    records = [{"epoch": epoch, "dice": [0.5, 0.1 * epoch]} for epoch in (1, 2)]

    assert runs(tmp_path, "history.json", json.dumps(records)) == [
        {"dice/1": [(1, 0.5), (2, 0.5)], "dice/2": [(1, 0.1), (2, 0.2)]}
    ]


def test_a_history_that_python_printed_is_read(tmp_path):
    text = "{'loss': [0.9, np.float32(0.5), nan], 'val_loss': [1.0, None, 0.6]}"

    (run,) = runs(tmp_path, "history.txt", text)

    assert repr(run) == repr({"loss": [(0, 0.9), (1, 0.5), (2, math.nan)], "val_loss": [(0, 1.0), (2, 0.6)]})


@pytest.mark.parametrize("bad", ["nan", "NaN", '"nan"', "-nan", "np.float32(nan)", '"tensor(nan)"'])
def test_a_loss_that_is_not_a_number_is_kept_however_it_is_spelled(tmp_path, bad):
    lines = [f'{{"step": {step}, "loss": {value}}}\n' for step, value in enumerate((0.9, bad, 0.4))]

    (run,) = runs(tmp_path, "log.jsonl", "".join(lines))

    assert repr(run["loss"]) == repr([(0, 0.9), (1, math.nan), (2, 0.4)])


def test_words_within_strings_stay_as_they_are(tmp_path):
    lines = ['{"step": 1, "loss": 0.9, "note": "a, nan, [inf"}\n', '{"step": 2, "loss": nan, "note": ": nan"}\n']

    (run,) = runs(tmp_path, "log.jsonl", "".join(lines))

    assert repr(run) == repr({"loss": [(1, 0.9), (2, math.nan)]})


def test_numbers_that_python_spelled_are_numbers_where_the_name_is_a_measure(tmp_path):
    record = '{{"step": {}, "loss": "tensor(0.5, device=\'cuda:0\')", "dice": "81.5%", "tag": "(0.5)"}}\n'

    (run,) = runs(tmp_path, "log.jsonl", record.format(1) + record.format(2))

    assert run == {"loss": [(1, 0.5), (2, 0.5)], "dice": [(1, 81.5), (2, 81.5)]}


NO_CURVES = {
    "boxes": ("loss_0001.txt", "0 0.5 0.5 0.1 0.1\n1 0.2 0.2 0.1 0.3\n2 0.3 0.4 0.1 0.2\n"),
    "labels of a file whose name says nothing": ("case_7.txt", "0.1\n0.2\n0.3\n"),
    "two numbers": ("loss.txt", "0.5\n0.4\n"),
    "numbers and words": ("loss.txt", "0.5\n0.4\nfor a rainy day 7\n"),
    "a list of settings": ("weights.json", "[0.1, 0.2, 0.7]"),
    "points of an outline": ("outline.json", json.dumps([{"x": 1, "y": 2}, {"x": 3, "y": 4}])),
    "data in a frame": ("table.json", json.dumps({"columns": ["a", "b"], "data": [[1, 2], [3, 4]]})),
}


@pytest.mark.parametrize("form", NO_CURVES)
def test_numbers_that_nothing_names_are_no_curve(tmp_path, form):
    assert runs(tmp_path, *NO_CURVES[form]) == []


def test_a_column_that_has_a_name_keeps_it(tmp_path):
    assert runs(tmp_path, "loss.csv", "epoch,total\n1,0.9\n2,0.5\n") == [{"total": [(1, 0.9), (2, 0.5)]}]
    assert runs(tmp_path, "val_loss.csv", "epoch,train,val\n1,0.9\n2,0.5\n")[0].keys() == {"train"}


def test_data_sets_in_a_file_called_after_a_score_have_that_score(tmp_path):
    assert runs(tmp_path, "dice.csv", "epoch,Kvasir,CVC-300,time\n1,0.5,0.25,9\n2,0.75,0.5,9\n") == [
        {"Kvasir/dice": [(1, 0.5), (2, 0.75)], "CVC-300/dice": [(1, 0.25), (2, 0.5)], "time": [(1, 9), (2, 9)]}
    ]


def test_parts_in_a_file_of_losses_are_losses(tmp_path):
    (run,) = runs(tmp_path, "loss_log.csv", "iter,seg,edge\n20,0.5,0.25\n40,0.25,0.125\n")

    assert run.keys() == {"seg/loss", "edge/loss"}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("dice_unet.csv", "epoch,Kvasir,ETIS\n1,0.5,0.25\n2,0.75,0.5\n"),
        ("dice.csv", "epoch,Kvasir,iou\n1,0.5,0.25\n2,0.75,0.5\n"),
        ("loss.csv", "epoch,seg,lr\n1,0.5,0.25\n2,0.75,0.5\n"),
    ],
)
def test_columns_keep_their_names_where_another_word_may_explain_them(tmp_path, file, text):
    assert list(runs(tmp_path, file, text)[0]) == text.splitlines()[0].split(",")[1:]


def test_a_map_without_a_step_is_none(tmp_path):
    assert runs(tmp_path, "map.csv", "x,y\n1,0.5\n2,0.75\n") == []
