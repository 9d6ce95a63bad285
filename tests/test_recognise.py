"""Real names of curves get the role a person would give them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from diagnose.recognise import split
from diagnose.run import Run, Series
from tests.built_in import recogniser

RECOGNISER = recogniser()

ROLES = {
    "train-loss": [
        "loss",
        "train_loss",
        "train/loss",
        "Train loss",
        "Training Loss",
        "trainLoss",
        "loss/train",
        "epoch_loss",
        "train_loss_epoch",
        "total_loss",
        "训练损失",
        "train/total_loss",
        "losses.total_loss",
        "train_loss_step",
    ],
    "val-loss": [
        "val_loss",
        "valid_loss",
        "validation loss",
        "Validation/Loss",
        "eval_loss",
        "test_loss",
        "val/box_loss",
        "验证损失",
        "loss_val",
        "valLoss",
        "dev/loss",
    ],
    "learning-rate": [
        "lr",
        "train/lr",
        "learning_rate",
        "Learning Rate",
        "lr/pg0",
        "x/lr0",
        "lr-Adam",
        "train_lr",
        "学习率",
        "info/lr",
        "lr_0",
    ],
    "metric": [
        "val/dice",
        "mDice",
        "meanDic",
        "val_iou",
        "metrics/mAP50(B)",
        "metrics/mAP_0.5:0.95",
        "metrics/precision(B)",
        "eval_accuracy",
        "test_acc1",
        "mIoU",
        "Dice Score",
        "val_dice_coef",
        "MAE",
        "平均dice",
        "Test dice_Kvasir",
        "dice CVC-300",
    ],
    "grad-norm": ["grad_norm", "train/grad_norm", "gradient norm", "gnorm"],
    "gate": [
        "attn.gamma",
        "attention/gamma",
        "head.pam.gamma.scale",
        "blocks.0.ls1.gamma",
        "resweight",
        "base.q_proj.lora_B.weight",
        "layer_scale_1.gamma",
    ],
}
NONE = [
    "epoch",
    "step",
    "time",
    "train_samples_per_second_x",
    "bn1.gamma",
    "norm.gamma",
    "loss_scale",
    "best_val_loss",
    "best/dice",
    "focal_gamma_loss_weight",
    "system/memory",
    "dataset",
    "n_parameters",
    "eta_seconds",
    "conv.weight",
    "alpha",
    "train/loss_critic",
    "loss_G",
    "policy_loss",
]


@pytest.mark.parametrize("name, role", [(name, role) for role, names in ROLES.items() for name in names])
def test_a_name_tells_its_role(name, role):
    got, _ = RECOGNISER.role(name)

    assert got == role


@pytest.mark.parametrize("name", NONE)
def test_a_name_that_tells_nothing_gets_no_role(name):
    got, _ = RECOGNISER.role(name)

    assert got not in ROLES


@pytest.mark.parametrize(
    "name, words",
    [
        ("valLoss", ("val", "loss")),
        ("train/box_loss", ("train", "box", "loss")),
        ("mAP50-95(B)", ("m", "ap50", "95", "b")),
        ("训练loss", ("训练", "loss")),
    ],
)
def test_a_name_is_split_into_words(name, words):
    assert split(name) == words


def named(*names: str) -> Run:
    curves = tuple(Series(name, np.arange(3), np.ones(3)) for name in names)
    return RECOGNISER.recognise(Run(Path(), "run", series=curves), {})


def test_every_role_given_says_why_in_both_languages():
    for one in named("train/loss", "lr", "whatever").series:
        assert one.why.en
        assert one.why.zh


def roles(*names: str, points: dict[str, int] | None = None) -> list[str]:
    counts = points or {}
    curves = tuple(Series(name, np.arange(counts.get(name, 9)), np.ones(counts.get(name, 9))) for name in names)
    return [one.role for one in RECOGNISER.recognise(Run(Path(), "run", series=curves), {}).series]


@pytest.mark.parametrize(
    "name, split, quantity, of",
    [
        ("val/dice_Kvasir-SEG", "val", "dice", "Kvasir-SEG"),
        ("metrics/mAP50-95(B)", "", "map", "B"),
        ("pseudo dice class 2", "", "dice", "2"),
        ("lr/pg2", "", "lr", "pg2"),
        ("x/lr0", "", "lr", "lr0"),
        ("lr-AdamW/pg1", "", "lr", "pg1"),
        ("train/val_loss", "val", "loss", ""),
        ("val/box_loss", "val", "loss", "box"),
        ("ETIS集Dice", "", "dice", "ETIS"),
        ("IoU.polyp", "", "iou", "polyp"),
        ("testMeanIoU", "test", "iou", ""),
        ("val_binary_io_u", "val", "iou", ""),
        ("ndcg@10", "", "ndcg", ""),
        ("mIoU_ADE20K", "", "iou", "ADE20K"),
        ("Top-1 (ImageNet)", "", "top", "ImageNet"),
        ("abs_rel", "", "abs rel", ""),
        ("val/sq_rel", "val", "sq rel", ""),
        ("kid", "", "kid", ""),
        ("eval/lpips", "val", "lpips", ""),
        ("FID50k", "", "fid", ""),
        ("val/rmse", "val", "rmse", ""),
        ("rmse_log", "", "rmse", ""),
        ("val_psnr", "val", "psnr", ""),
        ("test/a1", "test", "a1", ""),
        ("delta1", "", "delta1", ""),
        ("val/logloss", "val", "logloss", ""),
        ("val/ece", "val", "ece", ""),
        ("Sm CVC-ClinicDB", "", "sm", "CVC-ClinicDB"),
    ],
)
def test_a_name_tells_split_quantity_and_what_it_is_of(name, split, quantity, of):
    (one,) = named(name).series

    assert (one.split, one.quantity, one.qualifier) == (split, quantity, of)


@pytest.mark.parametrize("name", ["best_dice", "bestValDice", "val/dice_best", "最佳dice", "ema_dice", "loss_std"])
def test_a_best_value_or_average_or_spread_is_no_curve_and_says_what_it_is(name):
    (one,) = named(name).series

    assert one.role == ""
    assert "not the curve itself" in one.why.en


@pytest.mark.parametrize(
    "name", ["feature_map/std", "heat map mean", "acc_steps", "cache_hits", "iou_thres", "map_size_mb_attention"]
)
def test_words_of_metrics_in_another_sense_are_no_metric(name):
    assert roles(name) == [""]
