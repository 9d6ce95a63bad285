"""Lists within lists: losses by batch and epoch, parts of losses, scores of classes; and what they are not."""

from __future__ import annotations

import json
import pickle

import pytest

from diagnose.assemble import survey

BATCHES = [[round(1 - epoch / 10 - at / 100, 2) for at in range(5)] for epoch in range(4)]
FLAT = [one for epoch in BATCHES for one in epoch]
DICE = [0.5, 0.6, 0.7, 0.8]


def values(path):
    return {one.name: one.values.tolist() for run in survey([path]).runs for one in run.series}


def said(path):
    return " ".join(note.what.en for run in survey([path]).runs for note in run.notes)


@pytest.mark.parametrize("last", [5, 3])
def test_losses_by_batch_and_epoch_follow_each_other(tmp_path, last):
    path = tmp_path / "history.json"
    path.write_text(json.dumps({"train_losses": [*BATCHES[:3], BATCHES[3][:last]], "val_dice": DICE}))

    assert values(path) == {"train_losses": FLAT[: 15 + last], "val_dice": DICE}
    assert "batches of one epoch after the other" in said(path)


def test_a_nested_list_without_a_name_is_called_after_its_file(tmp_path):
    (tmp_path / "train_loss.json").write_text(json.dumps(BATCHES))
    (tmp_path / "boxes.json").write_text(json.dumps(BATCHES))

    assert values(tmp_path / "train_loss.json") == {"train_loss": FLAT}
    assert values(tmp_path / "boxes.json") == {}


def test_the_few_numbers_of_each_epoch_are_curves_by_their_place(tmp_path):
    path = tmp_path / "history.json"
    losses = [[1, 0.6, 0.4], [0.8, 0.5, 0.3], [0.7, 0.4, 0.3], [0.6, 0.4, 0.2]]
    path.write_text(json.dumps({"losses": losses, "val_dice": DICE}))

    assert values(path) == {
        "val_dice": DICE,
        **{f"losses/{at + 1}": [row[at] for row in losses] for at in range(3)},
    }


def test_points_matrices_and_weights_are_left_as_they_are(tmp_path):
    path = tmp_path / "history.json"
    path.write_text(
        json.dumps(
            {"loss": [[10, 0.5], [20, 0.4], [30, 0.3]], "confusion": [[3, 4], [1, 2]], "loss_weights": [[3, 2], [1, 4]]}
        )
    )
    [run] = survey([path]).runs

    assert [(one.name, one.steps.tolist(), one.values.tolist()) for one in run.series] == [
        ("loss", [10, 20, 30], [0.5, 0.4, 0.3])
    ]


def test_nested_lists_of_torch_and_pickle_are_read_alike(tmp_path):
    for name, what in {
        "history.pkl": {"train_loss": BATCHES, "val_dice": DICE},
        "losses.pkl": BATCHES,
        "train_val_loss.pkl": [FLAT, FLAT[::-1]],
    }.items():
        (tmp_path / name).write_bytes(pickle.dumps(what))

    assert values(tmp_path / "history.pkl") == {"train_loss": FLAT, "val_dice": DICE}
    assert values(tmp_path / "losses.pkl") == {"losses": FLAT}
    assert set(values(tmp_path / "train_val_loss.pkl")) == {"train_val_loss.0", "train_val_loss.1"}
