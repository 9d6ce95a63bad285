"""The polyp family's log of scores: several data sets, several measures, older scripts, and what is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagnose.readers import polyp_log

HEAD = "[2024-05-06 07:08:09 AM-train.py-INFO:"


def read(tmp_path, *lines):
    path = tmp_path / "train_log.log"
    path.write_text("".join(f"{HEAD}{line}]\n" for line in lines), encoding="utf-8")
    return [{one.name: (one.steps.tolist(), one.values.tolist()) for one in run.series} for run in polyp_log.read(path)]


@pytest.mark.parametrize(
    "line",
    [
        "epoch: {n}, dataset: Kvasir, dice: 0.{n}, iou: 0.0{n}",
        "epoch: {n}, dataset: Kvasir, dice: 0.{n},iou:0.0{n}",
        "epoch {n}, dataset Kvasir, dice 0.{n}, iou 0.0{n}",
    ],
)
def test_every_measure_of_a_data_set_is_a_curve_of_its_own(tmp_path, line):
    [found] = read(tmp_path, *(line.format(n=n) for n in (1, 2)))

    assert found == {"dice Kvasir": ([1, 2], [0.1, 0.2]), "iou Kvasir": ([1, 2], [0.01, 0.02])}


def test_a_script_with_one_unnamed_test_set_is_read(tmp_path):
    [found] = read(tmp_path, "epoch: 1, dice: 0.5", "####best:0.5", "epoch: 2, dice: 0.75")

    assert found == {"dice": ([1, 2], [0.5, 0.75])}


def test_training_and_validation_of_one_epoch_keep_their_sides(tmp_path):
    [found] = read(tmp_path, "Train epoch: 1, loss: 0.5, dice: 0.25", "Val epoch: 1, loss: 0.75, dice: 0.125")

    assert found == {
        "train/loss": ([1], [0.5]),
        "train/dice": ([1], [0.25]),
        "val/loss": ([1], [0.75]),
        "val/dice": ([1], [0.125]),
    }


def test_a_last_epoch_without_all_its_data_sets_starts_no_run(tmp_path):
    lines = [f"epoch: {n}, dataset: {name}, dice: 0.{n}" for n in (1, 2, 3) for name in ("CVC-300", "Kvasir")]

    [found] = read(tmp_path, *lines[:-1])

    assert found == {"dice CVC-300": ([1, 2, 3], [0.1, 0.2, 0.3]), "dice Kvasir": ([1, 2], [0.1, 0.2])}


def test_a_screen_of_warnings_called_like_a_log_is_not_claimed():
    assert not polyp_log.sniff(Path("train_log.log"), b"socket.send() raised exception.-INFO\n" * 9)


def test_losses_and_rates_of_an_epoch_beside_the_data_sets_are_read(tmp_path):
    lines = ("epoch: {n}, dataset: Kvasir, dice: 0.{n}", "epoch: {n}, train loss: 1.{n}, lr: 0.00{n}, Val_Loss: 2.{n}")
    [found] = read(tmp_path, *(line.format(n=n) for n in (1, 2) for line in lines))

    assert found == {
        "dice Kvasir": ([1, 2], [0.1, 0.2]),
        "train loss": ([1, 2], [1.1, 1.2]),
        "lr": ([1, 2], [0.001, 0.002]),
        "Val_Loss": ([1, 2], [2.1, 2.2]),
    }


def test_what_else_is_said_of_an_epoch_is_no_score(tmp_path):
    [found] = read(tmp_path, "epoch: 1, dataset: Kvasir, dice: 0.5", "epoch: 1, time: 31.5", "epoch: 1, best dice: 0.6")

    assert found == {"dice Kvasir": ([1], [0.5])}
