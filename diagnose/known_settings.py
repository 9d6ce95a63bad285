"""Gives settings the names the checks ask for, whatever a script called them: planned epochs, classes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

NAMES: Mapping[str, tuple[str, ...]] = {
    "planned-epochs": (
        *("epochs", "max_epochs", "max_epoch", "num_epochs", "n_epochs", "num_train_epochs", "nb_epochs", "epoch"),
        *("total_epochs", "train_epochs", "train_cfg/max_epochs", "runner/max_epochs", "trainer/max_epochs"),
        "训练轮数",
    ),
    "planned-iterations": (
        *("max_iters", "max_iter", "max_iterations", "max_steps", "total_steps", "num_iterations", "train_iters"),
        *("max iterations", "total_iters", "iterations", "num_steps", "max_updates", "max_update"),
        *("train_cfg/max_iters", "runner/max_iters", "solver/max_iter", "total_timesteps"),
    ),
    "iterations-per-epoch": ("iterations per epoch", "steps_per_epoch", "iters_per_epoch", "num_iterations_per_epoch"),
    "learning-rate": (
        *("lr", "learning_rate", "base_lr", "lr0", "init_lr", "initial_lr", "max_lr", "start_lr", "blr"),
        *("optimizer/lr", "optim_wrapper/optimizer/lr", "solver/base_lr", "optimizer/learning_rate", "学习率"),
    ),
    "classes": (
        *("num_classes", "n_classes", "nclass", "num_class", "nb_classes", "n_class", "nc", "number_of_classes"),
        *("model/num_classes", "model/decode_head/num_classes", "model/roi_heads/num_classes", "类别数"),
    ),
    "foreground-share": (
        *("foreground_share", "foreground_ratio", "fg_share", "fg_ratio", "positive_share", "positive_rate"),
        *("prevalence", "base_rate", "前景占比", "前景比例"),
    ),
    "positive-weight": ("pos_weight", "positive_weight", "bce_pos_weight", "loss/pos_weight", "criterion/pos_weight"),
    "schedule": (
        *("lr_scheduler", "scheduler", "lr_scheduler_type", "lr_schedule", "sched", "lr_policy", "schedule"),
        *("lr_config/policy", "param_scheduler/type", "scheduler/type", "scheduler/name", "lr_decay_style"),
        "lr_scheduler_name",
    ),
    "optimizer": (
        *("optimizer", "optim", "opt", "optimizer_name", "optimizer/type", "optimizer/name"),
        "optim_wrapper/optimizer/type",
    ),
    "batch-size": (
        *("batch_size", "batchsize", "batch", "train_batch_size", "per_device_train_batch_size", "micro_batch_size"),
        *("train_dataloader/batch_size", "data/samples_per_gpu", "solver/ims_per_batch", "bs", "global_batch_size"),
    ),
    "seed": ("seed", "random_seed", "manual_seed", "randomness/seed"),
    "mixed-precision": ("amp", "fp16", "bf16", "mixed_precision", "use_amp", "half", "precision", "amp/enabled"),
}
NUMBERS = frozenset(
    (
        "planned-epochs",
        "planned-iterations",
        "iterations-per-epoch",
        "learning-rate",
        "classes",
        "batch-size",
        "seed",
        "foreground-share",
        "positive-weight",
    )
)
FRACTIONS = frozenset(("learning-rate", "foreground-share", "positive-weight"))


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name.lower()).strip()


_SPELLED = {_plain(name): (rank, known) for known, names in NAMES.items() for rank, name in enumerate(names)}


def is_known(name: str) -> bool:
    """Whether a setting of this name is one that the checks ask for."""
    return _plain(name) in _SPELLED


def with_known(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings and, under the names of `NAMES`, those among them that are known; a name already there stays.

    Where several names stand for one setting the first in `NAMES` is taken; a number is demanded where one is meant.
    """
    found: dict[str, tuple[int, Any]] = {}
    for name, value in settings.items():
        for spelled in (name, name.split("/", 1)[-1]):  # a section (train/lr) is no part of the name
            rank, known = _SPELLED.get(_plain(spelled), (0, ""))
            meant = _meant(known, value) if known else None
            if meant is not None:
                rank += 100 * (spelled != name)
                found[known] = min(found.get(known, (1 << 30, meant)), (rank, meant), key=lambda one: one[0])
                break
    return {**{known: value for known, (_, value) in found.items()}, **settings}


def as_written(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings without the names that `with_known` added."""
    bare = {name: value for name, value in settings.items() if name not in NAMES}
    told = with_known(bare)
    return {name: value for name, value in settings.items() if name in bare or name not in told}


def _meant(known: str, value: Any) -> Any:
    """The value as the check wants it; None when it is of another kind or says nothing (a maximum of -1)."""
    if known not in NUMBERS:
        return value if value not in ("", None) else None
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    if not math.isfinite(number):
        return None
    if known in ("planned-epochs", "planned-iterations", "classes", "batch-size") and number <= 0:
        return None
    return int(number) if number == int(number) and known not in FRACTIONS else number
