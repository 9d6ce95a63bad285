"""Lists that numpy and pickle keep, and what of them is a curve; settings in a table; pictures beside a log."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from diagnose.assemble import survey
from tests.built_in import recogniser

Curves = dict[str, list[tuple[int, float]]]
LOSS, DICE = [0.75, 0.5, 0.25], [0.125, 0.25, 0.5]


def read(path: Path) -> list[Curves]:
    return [
        {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in run.series}
        for run in survey([path]).runs
    ]


def kept(tmp_path: Path, name: str, what: object, protocol: int = 4) -> list[Curves]:
    (tmp_path / name).write_bytes(pickle.dumps(what, protocol))
    return read(tmp_path / name)


def at(steps: list[int], values: list[float]) -> list[tuple[int, float]]:
    return list(zip(steps, values, strict=True))


@pytest.mark.parametrize("counter", ["epochs", "step", "iteration"])
def test_a_list_that_counts_gives_the_others_their_steps(tmp_path, counter):
    np.savez(tmp_path / "history.npz", **{counter: [10, 20, 30], "loss": LOSS, "val_dice": DICE})

    assert read(tmp_path / "history.npz") == [{"loss": at([10, 20, 30], LOSS), "val_dice": at([10, 20, 30], DICE)}]


def test_a_list_of_another_length_counts_from_nought(tmp_path):
    np.savez(tmp_path / "history.npz", epochs=[10, 20, 30], loss=LOSS, val_loss=[1.5, 1.25])

    (run,) = read(tmp_path / "history.npz")

    assert run["val_loss"] == [(0, 1.5), (1, 1.25)]


@pytest.mark.parametrize("steps", [[3.0, 2.0, 1.0], [1.0, 1.5, 2.0], [1.0, np.nan, 3.0]])
def test_a_list_called_a_step_that_does_not_count_is_a_curve(tmp_path, steps):
    np.savez(tmp_path / "history.npz", step=steps, loss=LOSS)

    (run,) = read(tmp_path / "history.npz")

    assert run["loss"] == at([0, 1, 2], LOSS)
    assert len(run) == 2


PICKLED = {
    "trainHistoryDict": {"loss": LOSS, "val_dice": DICE},
    "history.p": {"loss": np.array(LOSS), "val_dice": np.array(DICE, np.float32)},
    "metrics.pkl": [{"epoch": at, "loss": LOSS[at], "val_dice": DICE[at]} for at in range(3)],
    "history.pickle": {"epoch": [0, 1, 2], "loss": LOSS, "val_dice": DICE},
}


@pytest.mark.parametrize("name", PICKLED)
def test_a_pickled_history_is_read_whatever_it_is_called(tmp_path, name):
    assert kept(tmp_path, name, PICKLED[name]) == [{"loss": at([0, 1, 2], LOSS), "val_dice": at([0, 1, 2], DICE)}]


def test_dictionaries_within_a_history_name_its_halves(tmp_path):
    halves = {"train": {"loss": LOSS}, "val": {"loss": DICE}, "adam": {"betas": [0.9, 0.999]}}

    assert kept(tmp_path, "history.pkl", halves) == [
        {"train/loss": at([0, 1, 2], LOSS), "val/loss": at([0, 1, 2], DICE)}
    ]


def test_train_and_val_in_a_pickle_of_losses_are_losses(tmp_path):
    assert kept(tmp_path, "losses.pkl", {"train": LOSS, "val": DICE}) == [
        {"train/losses": at([0, 1, 2], LOSS), "val/losses": at([0, 1, 2], DICE)}
    ]


@pytest.mark.parametrize("name", ["features", "embeddings.p", "X_train"])
def test_pickles_of_other_names_are_left_to_their_owner(tmp_path, name):
    assert kept(tmp_path, name, {"a": LOSS}) == []


def test_records_that_count_nothing_are_no_history(tmp_path):
    assert kept(tmp_path, "results.pkl", [{"dice": 0.5, "iou": 0.25}, {"dice": 0.75, "iou": 0.5}]) == []


def test_settings_that_a_table_repeats_in_every_row_are_no_curves(tmp_path):
    path = tmp_path / "progress.csv"
    path.write_text("training_iteration,loss,config/lr,config/wd\n1,0.75,0.0,0.1\n2,0.5,0.0,0.1\n")

    (run,) = survey([path]).runs

    assert [one.name for one in run.series] == ["loss"]
    assert (run.settings["lr"], run.settings["wd"]) == (0.0, 0.1)


def test_a_setting_that_changes_is_a_curve(tmp_path):
    path = tmp_path / "progress.csv"
    path.write_text("training_iteration,loss,config/lr\n1,0.75,0.1\n2,0.5,0.05\n")

    assert [one.name for one in survey([path]).runs[0].series] == ["loss", "config/lr"]


def test_pictures_beside_a_log_are_passed_by(tmp_path):
    (tmp_path / "log.csv").write_text("epoch,loss\n1,0.75\n2,0.5\n")
    (tmp_path / "loss.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    (tmp_path / "BM.txt").write_text("BM epoch 1 loss 0.75\nBM epoch 2 loss 0.5\nBM epoch 3 loss 0.25\n")

    found = survey([tmp_path])

    assert found.strangers == 1
    assert sorted(run.path.name for run in found.runs) in (["BM.txt", "log.csv"], [tmp_path.name])


@pytest.mark.parametrize("name", ["train_loss_list", "val_loss_hist", "epoch_loss_values", "acc_history", "dice_arr"])
def test_how_numbers_were_kept_is_nothing_they_are_of(name):
    assert recogniser().meaning(name).qualifier == ""


def test_what_numbers_are_of_stays():
    assert recogniser().meaning("dice_polyp_list").qualifier == "polyp"
