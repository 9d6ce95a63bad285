"""Histories that checkpoints keep beside their weights: read where no log tells of the training, else left alone."""

from __future__ import annotations

import numpy as np
import pytest

from diagnose.assemble import survey
from tests.trained import MODEL, OPTIMIZER, torch

LOSSES = [round(1 / (epoch + 1), 4) for epoch in range(30)]
DICE = [round(epoch / 40, 4) for epoch in range(30)]


def saved(path, epochs=30, **beside):
    path.parent.mkdir(parents=True, exist_ok=True)
    logging = {"train_losses": LOSSES[:epochs], "mean_fg_dice": np.array(DICE[:epochs]), "epoch_start": [1e9] * epochs}
    torch.save({"network_weights": MODEL, "optimizer_state": OPTIMIZER, "logging": logging, **beside}, path)


def curves(path):
    return [{one.name: one.values.tolist() for one in run.series} for run in survey([path]).runs]


def test_the_history_a_checkpoint_keeps_is_the_log_where_there_is_no_other(tmp_path):
    saved(tmp_path / "checkpoint_final.pth")

    (run,) = survey([tmp_path]).runs

    assert curves(tmp_path) == [{"train_losses": LOSSES, "mean_fg_dice": DICE}]
    assert [len(one.tensors) > 0 for one in run.checkpoints] == [True]


def test_of_checkpoints_of_one_training_the_last_tells_its_history(tmp_path):
    for epochs in (10, 20, 30):
        saved(tmp_path / f"checkpoint_{epochs}.pth", epochs)

    (run,) = survey([tmp_path]).runs

    assert curves(tmp_path) == [{"train_losses": LOSSES, "mean_fg_dice": DICE}]
    assert len(run.checkpoints) == 3


def test_scores_of_every_class_are_curves_beside_losses_of_as_many_epochs(tmp_path):
    logging = {"train_losses": LOSSES[:4], "dice_per_class_or_region": [[0.5, 0.25]] * 4, "matrix": [[1.0, 0.0]] * 2}
    saved(tmp_path / "last.pth", logging=logging)

    (run,) = curves(tmp_path)

    assert list(run) == ["train_losses", "dice_per_class_or_region/1", "dice_per_class_or_region/2"]


def test_checkpoints_of_several_trainings_tell_a_history_each(tmp_path):
    saved(tmp_path / "fold_a.pth")
    saved(tmp_path / "fold_b.pth", logging={"train_losses": LOSSES[::-1]})

    assert len(curves(tmp_path)) == 2
    assert [len(run.checkpoints) for run in survey([tmp_path]).runs] == [1, 1]


@pytest.mark.parametrize("place", ["last.pth", "weights/last.pth"])
def test_a_log_beside_a_checkpoint_is_read_instead_of_its_history(tmp_path, place):
    saved(tmp_path / place)
    (tmp_path / "log.csv").write_text("epoch,loss\n" + "".join(f"{at},{1 / at}\n" for at in range(1, 9)))

    (run,) = survey([tmp_path]).runs

    assert [one.name for one in run.series] == ["loss"]
    assert len(run.checkpoints) == 1


@pytest.mark.parametrize(
    "beside",
    [
        {"best_dice": [0.9, 0.8, 0.7] * 5},
        {"dice": [0.9, 0.8, 0.7]},  # of every class
        {"args": {"loss_steps": [0.1] * 20}},
        {"class_loss_weights": [0.5] * 20},
        {"lr": [0.1, 0.01]},
        {"anchors": [float(at) for at in range(18)]},
    ],
)
def test_other_lists_beside_a_model_are_no_history(tmp_path, beside):
    torch.save({"model": MODEL, **beside}, tmp_path / "last.pth")

    assert curves(tmp_path) == [{}]


def test_numbers_in_tensors_of_their_own_are_a_history_too(tmp_path):
    losses = [torch.tensor(0.75), torch.tensor(0.5)]
    torch.save({"train_loss": [0.5, 0.25], "val_loss": losses}, tmp_path / "history.pt")

    assert curves(tmp_path) == [{"train_loss": [0.5, 0.25], "val_loss": [0.75, 0.5]}]
