"""Tables and lists of scores that are results, settings or curves over a threshold, and logs that look like them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from diagnose.assemble import survey


def names(tmp_path: Path, name: str, text: str) -> list[list[str]]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return [[one.name for one in run.series] for run in survey([path]).runs]


SCORES = [0.81, 0.42, 0.93, 0.77]
RESULTS = {
    "a score for each case": ("dice_per_case.json", json.dumps(SCORES)),
    "a score for each image in a text": ("dice_per_image.txt", "\n".join(map(str, SCORES))),
    "a score for each class": ("iou_per_class.json", json.dumps(dict(enumerate(SCORES)))),
    "weights of losses": ("loss_weights.json", "[1.0, 0.5, 0.25]"),
    "thresholds": ("iou_thresholds.json", "[0.5, 0.55, 0.6, 0.65]"),
    "data sets": ("results.csv", "dataset,dice,iou\nKvasir,0.9,0.8\nCVC-300,0.8,0.7\n"),
    "data sets in JSON": ("metrics.json", json.dumps([{"dataset": one, "dice": 0.9} for one in ("Kvasir", "CVC-300")])),
    "models on data sets": (
        "table.csv",
        "method,dataset,dice\n" + "".join(f"m{one},d{two},0.{one}{two}\n" for one in range(3) for two in "12"),
    ),
    "a weight in even steps": ("ablation.csv", "lambda,dice\n0.1,0.7\n0.2,0.8\n0.3,0.75\n0.4,0.7\n"),
    "bins": ("calibration.json", json.dumps({"bins": [0, 0.25, 0.5, 0.75], "acc": SCORES})),
    "a ROC curve": ("roc.csv", "fpr,tpr\n0,0.1\n0.1,0.4\n0.3,0.9\n1,1\n"),
}


@pytest.mark.parametrize("form", RESULTS)
def test_results_are_no_log(tmp_path, form):
    assert names(tmp_path, *RESULTS[form]) == []


LOGS = {
    "scores of data sets by epoch": (
        "results.csv",
        "epoch,dataset,dice\n1,Kvasir,0.9\n1,ETIS,0.8\n2,Kvasir,0.9\n2,ETIS,0.7\n",
    ),
    "rows of halves in turn": ("results.csv", "phase,loss\ntrain,0.9\nval,1.2\ntrain,0.5\nval,0.9\n"),
    "a weight in even steps beside a loss": ("ablation.csv", "lambda,loss\n0.1,0.7\n0.2,0.8\n0.3,0.75\n"),
    "a weight in even steps in a history": ("history.csv", "temperature,dice\n0.1,0.7\n0.2,0.8\n0.3,0.75\n"),
    "a weight in even steps beside a half": ("out.csv", "alpha,val_dice\n0.1,0.7\n0.2,0.8\n0.3,0.75\n"),
    "epsilon and reward": ("out.csv", "epsilon,reward\n0.9,1\n0.8,5\n0.7,3\n"),
    "time in even steps": ("out.csv", "time_elapsed,dice\n0.5,0.7\n1.0,0.8\n1.5,0.75\n"),
    "a list of scores": ("val_dice.json", json.dumps(SCORES)),
}


@pytest.mark.parametrize("form", LOGS)
def test_logs_that_look_like_results_are_read(tmp_path, form):
    assert len(names(tmp_path, *LOGS[form])) == 1
