"""Histories kept in YAML, in every shape scripts leave them; settings and results in YAML are none."""

from __future__ import annotations

import pytest

from diagnose.assemble import survey
from diagnose.readers import yaml_history

LOSS, DICE = [0.75, 0.5, 0.25], [0.125, 0.25, 0.5]


def runs(tmp_path, text, name="history.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    found = survey([path]).runs
    notes = " ".join(note.what.en for run in found for note in run.notes)
    return [{one.name: (one.steps.tolist(), one.values.tolist()) for one in run.series} for run in found], notes


def by_epoch(line):
    return "".join(line.format(n=n, a=a, b=b) for n, (a, b) in enumerate(zip(LOSS, DICE, strict=True), 1))


SHAPES = {
    "a list of records": by_epoch("- epoch: {n}\n  loss: {a}\n  dice: {b}\n"),
    "records on a line": by_epoch("- {{epoch: {n}, loss: {a}, dice: {b}}}\n"),
    "records by epoch": by_epoch("epoch_{n}:\n  loss: {a}\n  dice: {b}\n"),
    "records by number": by_epoch("{n}:\n  loss: {a}\n  dice: {b}\n"),
    "a document an epoch": by_epoch("---\nepoch: {n}\nloss: {a}\ndice: {b}\n"),
    "lists by name": f"epoch: [1, 2, 3]\nloss: {LOSS}\ndice:\n- 0.125\n- 0.25\n- 0.5\n",
    "below settings": f"model: unet\nlr: 0.1\nhistory:\n  epoch: [1, 2, 3]\n  loss: {LOSS}\n  dice: {DICE}\n",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_losses_and_scores_are_read_in_every_shape(tmp_path, shape):
    [found], _ = runs(tmp_path, SHAPES[shape])

    assert found == {"loss": ([1, 2, 3], LOSS), "dice": ([1, 2, 3], DICE)}


def test_a_history_that_ends_within_a_record_is_read_up_to_there(tmp_path):
    [found], notes = runs(tmp_path, SHAPES["a list of records"] + "- {epoch: 4, loss: [")

    assert found["loss"][1] == LOSS
    assert "not valid YAML" in notes
    assert "what stands before it is read" in notes


@pytest.mark.parametrize(
    "text",
    [
        "img_size: [352, 352]\nloss_weights: [1.0, 0.4, 0.3]\nmean: [0.5, 0.5, 0.5]\nlr: [0.1, 0.01, 0.001]\n",
        "parameters:\n  lr:\n    values: [0.1, 0.01, 0.001]\n  loss:\n    values: [dice, bce]\n",
        "losses:\n- dice\n- bce\n- iou\n",
        "loss: 0.5\ndice: 0.75\n",
        "lr0: 0.01\nbox: 0.05\niou_t: 0.2\n",
        "iou_thresholds: [0.5, 0.75, 0.9]\n",
    ],
)
def test_settings_and_results_in_yaml_are_no_history(tmp_path, text):
    path = tmp_path / "unet.yaml"

    assert not yaml_history.sniff(path, text.encode())
    assert runs(tmp_path, text, "unet.yaml") == ([], "")
