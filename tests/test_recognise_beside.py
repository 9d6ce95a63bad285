"""What a curve is called beside others: parts give way to a total, means to the plain curve, files tell halves."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from diagnose.run import Run, Series
from tests.test_recognise import RECOGNISER, named, roles


def test_parts_of_a_loss_give_way_to_their_total():
    run = named("train/total_loss", "train/loss_ce", "train/loss_dice", "val_loss")

    assert [one.role for one in run.series] == ["train-loss", "component-loss", "component-loss", "val-loss"]


def test_numbered_losses_are_parts_of_the_total_beside_them():
    run = named("train/Total_loss", "train/Loss1", "train/Loss2")

    assert [one.role for one in run.series] == ["train-loss", "component-loss", "component-loss"]


def test_parts_without_a_total_are_each_a_loss():
    run = named("train/box_loss", "train/cls_loss")

    assert [one.role for one in run.series] == ["train-loss", "train-loss"]


def test_errors_and_distances_are_better_when_lower():
    worse = ("val/mae", "val/hd95", "abs_rel", "sq_rel", "rmse", "fid", "kid", "lpips", "wer", "val/l1", "val/l2")
    better = ("val/dice", "delta1", "val/a1", "psnr", "mcc", "hota", "inception_score")

    assert all(one.lower_is_better and one.role == "metric" for one in named(*worse).series)
    assert not any(one.lower_is_better or one.role != "metric" for one in named(*better).series)


def test_a_running_mean_is_judged_only_where_the_plain_curve_is_missing():
    assert roles("loss", "running_loss", "avg_loss") == ["train-loss", "", ""]
    assert roles("running_loss", "val_running_loss") == ["train-loss", "val-loss"]


def test_a_mean_over_each_epoch_is_a_curve_of_its_own():
    assert roles("train/loss", "train/loss_avg", points={"train/loss": 800}) == ["train-loss", "train-loss"]


def test_losses_and_errors_of_two_players_are_none():
    assert roles("loss_D_real", "errD", "errG", "val/err") == ["", "", "", "metric"]


def test_a_mean_over_classes_is_no_running_mean():
    assert roles("dice", "mean_dice") == ["metric", "metric"]


def test_a_single_value_beside_its_curve_is_a_summary():
    assert roles("loss", "train_loss", points={"train_loss": 1}) == ["train-loss", ""]
    assert roles("loss", "train_loss") == ["train-loss", "train-loss"]
    assert roles("val_loss", "test_loss", points={"test_loss": 1}) == ["val-loss", "val-loss"]


def test_losses_beside_rewards_get_no_verdict():
    assert roles("train/loss", "rollout/ep_rew_mean", "train/learning_rate") == ["", "", "learning-rate"]
    assert roles("loss", "rewards/chosen", "rewards/rejected") == ["train-loss", "", ""]


def test_time_is_that_of_a_step_only_beside_the_time_for_data():
    assert roles("time", "data_time") == ["step-time", "data-time"]
    assert roles("train/time", "train/data_time") == ["step-time", "data-time"]
    assert roles("time", "loss") == ["", "train-loss"]


def test_the_word_of_the_user_is_not_corrected_by_siblings():
    curves = tuple(Series(name, np.arange(9), np.ones(9)) for name in ("loss", "loss_ce"))

    run = RECOGNISER.recognise(Run(Path(), "run", series=curves), {"loss_ce": "train-loss"})

    assert [one.role for one in run.series] == ["train-loss", "train-loss"]


def test_two_runs_with_the_same_names_keep_their_own_points():
    first = Run(Path(), "a", series=(Series("loss", np.arange(9), np.ones(9), source="a"),))
    second = Run(Path(), "b", series=(Series("loss", np.arange(9) + 5, np.zeros(9), source="b"),))

    seen = [RECOGNISER.recognise(run, {}).series[0] for run in (first, second)]

    assert [(one.source, one.steps[0], one.values[0], one.role) for one in seen] == [
        ("a", 0, 1.0, "train-loss"),
        ("b", 5, 0.0, "train-loss"),
    ]


def test_a_name_of_any_length_and_script_is_read():
    for name in ("", " ", "é" * 5000, "a/" * 2000, "İstanbul_loss", "損失", "🙂", "@val", "= epoch", "-"):
        (one,) = named(name).series
        assert one.name == name


def test_the_file_tells_validation_where_the_name_does_not():
    files = ("logs/train_log.csv", "logs/val_log.csv", "logs/eval/metrics.json", "logs/train_val.csv", "logs/run7.csv")
    seen = []
    for file in files:
        curve = Series("loss", np.arange(9), np.ones(9), source=file)
        seen += RECOGNISER.recognise(Run(Path(), "run", series=(curve,)), {}).series

    assert [one.role for one in seen] == ["train-loss", "val-loss", "val-loss", "train-loss", "train-loss"]
    assert {one.name for one in seen} == {"loss"}


def test_a_name_that_says_total_is_the_total_where_no_plain_one_is_logged():
    assert roles("det_total_loss", "det_cls_loss") == ["train-loss", "component-loss"]
    assert roles("a_total_loss", "b_total_loss", "c_loss") == ["train-loss", "train-loss", "train-loss"]
