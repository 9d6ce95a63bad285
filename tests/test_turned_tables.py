"""Tables that lie on their side are read as they stand up; tables of results are not stood up."""

from __future__ import annotations

import pytest

from diagnose.assemble import survey

LOSSES, SCORES = [0.9, 0.7, 0.5, 0.4, 0.3], [0.1, 0.3, 0.5, 0.6, 0.65]
ROWS = f"train_loss,{','.join(map(str, LOSSES))}\nval_dice,{','.join(map(str, SCORES))}\n"


def read(tmp_path, text, name="history.csv"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = survey([tmp_path / name]).runs
    return [{one.name: (one.steps.tolist(), one.values.tolist()) for one in run.series} for run in found]


@pytest.mark.parametrize(
    ("head", "steps"),
    [
        ("epoch,1,2,3,4,5\n", [1, 2, 3, 4, 5]),
        ("metric,Epoch 5,Epoch 10,Epoch 15,Epoch 20,Epoch 25\n", [5, 10, 15, 20, 25]),
        (",0,1,2,3,4\n", [0, 1, 2, 3, 4]),
        ("", [0, 1, 2, 3, 4]),
    ],
)
def test_a_row_for_every_curve_is_read_as_a_column_would_be(tmp_path, head, steps):
    assert read(tmp_path, head + ROWS) == [{"train_loss": (steps, LOSSES), "val_dice": (steps, SCORES)}]


def test_semicolons_and_gaps_are_kept(tmp_path):
    text = "epoch;1;2;3;4;5\nloss;0,9;0,7;0,5;0,4;0,3\nval_dice;;0,3;;0,6;\n"

    assert read(tmp_path, text) == [{"loss": ([1, 2, 3, 4, 5], LOSSES), "val_dice": ([2, 4], [0.3, 0.6])}]


@pytest.mark.parametrize(
    "text",
    [
        "metric,polyp,liver,spleen,aorta,colon\ndice,0.9,0.8,0.7,0.6,0.5\niou,0.8,0.7,0.6,0.5,0.4\n",
        "threshold,0.1,0.2,0.3,0.4,0.5\nprecision,0.5,0.6,0.7,0.8,0.9\nrecall,0.9,0.8,0.7,0.6,0.5\n",
        "dice,0.9,0.8,0.7,0.6,0.5\niou,0.8,0.7,0.6,0.5,0.4\n",  # of five folds
        "fold,1,2,3,4,5\ndice,0.9,0.8,0.7,0.6,0.5\niou,0.8,0.7,0.6,0.5,0.4\n",
        "liver,1,2,3,4,5\nspleen,1,2,3,4,6\n",
    ],
)
def test_results_are_not_stood_up(tmp_path, text):
    assert read(tmp_path, text, "results.csv") == []


def test_a_table_that_stands_is_left_as_it_is(tmp_path):
    text = "epoch,train_loss,val_loss,dice,iou\n1,0.9,0.8,0.1,0.05\n2,0.7,0.6,0.3,0.2\n"

    (run,) = read(tmp_path, text)

    assert run["train_loss"] == ([1, 2], [0.9, 0.7])
