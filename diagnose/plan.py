"""Finds in a run's settings what training was planned to be, under whatever names frameworks and people give it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kb.foreign_yaml import typed

_ASIDE = re.compile(
    r"sched|lr_config|warm.?up|ema|val|test|eval|infer|auxiliary|teacher|discriminator|callback|logger|env|system",
    re.IGNORECASE,
)
_HALF = {"16", "16-mixed", "bf16", "bf16-mixed", "16-true", "bf16-true", "fp16", "fp8", "half", "float16", "bfloat16"}
_FULL = {"32", "32-true", "64", "64-true", "no", "none", "fp32", "float32", "full", "o0"}


@dataclass(frozen=True)
class Plan:
    """What a run was set to do; None where no setting tells. ``told_by`` names the setting behind each field.

    epochs, iterations: how long; learning_rate: the rate before any schedule; classes: how many; optimizer, schedule:
    their names as written; mixed_precision: whether half precision is used.
    """

    epochs: int | None = None
    iterations: int | None = None
    learning_rate: float | None = None
    batch_size: int | None = None
    weight_decay: float | None = None
    classes: int | None = None
    optimizer: str | None = None
    schedule: str | None = None
    mixed_precision: bool | None = None
    seed: int | None = None
    told_by: Mapping[str, str] = field(default_factory=dict)


def plan_of(settings: Mapping[str, Any]) -> Plan:
    """The plan that settings of joined names (``optimizer/lr``) tell.

    Of several settings that could tell the same, the plainest name wins, then the least nested, then the first.
    """
    found: dict[str, Any] = {}
    told: dict[str, str] = {}
    for what, (names, taken) in _FIELDS.items():
        best: tuple[int, int] | None = None
        for name, raw in settings.items():
            parts = [_folded(part) for part in re.split(r"[/.]", name)]
            rank = _rank(parts, names, nested_aside=what not in ("schedule", "classes"))
            value = taken(raw) if rank is not None else None
            if rank is None or value is None:
                continue
            place = (rank, len(parts))
            if best is None or place < best:
                best, found[what], told[what] = place, value, name
    if "classes" not in found and (labels := sum(name.startswith(("labels/", "id2label/")) for name in settings)) > 1:
        found["classes"], told["classes"] = labels, "labels"  # of nnU-Net (with the background), of transformers
    return Plan(**found, told_by=told)


def _folded(part: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", part.lower()).strip("_")


def _rank(parts: list[str], names: tuple[str, ...], *, nested_aside: bool) -> int | None:
    """How plain the name is: its place among ``names``; None when it is none, or stands under something else."""
    above = parts[:-1]
    if nested_aside and any(_ASIDE.search(part) for part in above):
        return None
    for rank, name in enumerate(names):
        inner, _, last = name.rpartition("/")
        if parts[-1] == last and (not inner or inner in above):
            return rank
    return None


def _count(raw: Any) -> int | None:
    """A whole number above zero; -1 and 0 mean "no limit" or "unset" wherever counts are planned."""
    number = _number(raw)
    return int(number) if number is not None and number >= 1 and number == int(number) else None


def _number(raw: Any) -> float | None:
    value = typed(raw) if isinstance(raw, str) else raw
    known = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if known else None


def _positive(raw: Any) -> float | None:
    number = _number(raw)
    return number if number is not None and number >= 0 else None


def _whole(raw: Any) -> int | None:
    number = _number(raw)
    return int(number) if number is not None and number == int(number) else None


def _word(raw: Any) -> str | None:
    known = isinstance(raw, str) and 0 < len(raw) < 80 and raw.lower() not in ("none", "null", "auto", "true", "false")
    return raw if known else None


def _half(raw: Any) -> bool | None:
    if isinstance(raw, bool):
        return raw
    word = str(raw).strip().lower()
    if word in ("true", "false"):
        return word == "true"
    return True if word in _HALF else False if word in _FULL else None


_FIELDS: Mapping[str, tuple[tuple[str, ...], Callable[[Any], Any]]] = {
    "epochs": (
        ("num_train_epochs", "max_epochs", "num_epochs", "n_epochs", "total_epochs", "train_epochs", "epochs",
         "max_epoch", "num_epoch", "n_epoch", "nepochs", "nepoch", "total_epoch", "epoch"), _count,
    ),
    "iterations": (
        ("max_iterations", "max_iters", "max_steps", "total_iters", "total_steps", "train_iters", "train_steps",
         "num_train_steps", "max_train_steps", "num_iterations", "num_iters", "iterations", "n_iters", "max_iter",
         "total_iterations", "max_update", "num_steps"), _count,
    ),
    "learning_rate": (
        ("learning_rate", "base_lr", "initial_lr", "init_lr", "lr0", "lr", "max_lr", "peak_lr", "start_lr",
         "lr_init", "blr"), _positive,
    ),
    "batch_size": (
        ("train_batch_size", "batch_size", "batchsize", "per_device_train_batch_size", "per_gpu_train_batch_size",
         "train_dataloader/batch_size", "samples_per_gpu", "ims_per_batch", "batch_size_per_gpu", "micro_batch_size",
         "batch", "bs"), _count,
    ),
    "weight_decay": (("weight_decay", "wd", "weight_decay_rate", "l2"), _positive),
    "classes": (
        ("num_classes", "n_classes", "number_of_classes", "nb_classes", "num_class", "n_class", "nclass", "nclasses",
         "class_num", "num_labels", "classes", "nc"), _count,
    ),
    "optimizer": (
        ("optimizer", "optim", "opt", "optimizer_type", "optimizer_name", "opt_name", "optimizer/type",
         "optimizer/name", "optimizer/target", "optimizer/class_path", "solver"), _word,
    ),
    "schedule": (
        ("lr_scheduler_type", "lr_scheduler", "scheduler", "lr_schedule", "schedule", "sched", "lr_policy",
         "lr_decay_style", "scheduler_type", "scheduler_name", "scheduler/type", "scheduler/name", "lr_scheduler/type",
         "scheduler/target", "lr_scheduler/name", "lr_config/policy", "param_scheduler/type"), _word,
    ),
    "mixed_precision": (
        ("amp", "use_amp", "mixed_precision", "fp16", "bf16", "use_fp16", "precision", "half", "amp_enabled"), _half,
    ),
    "seed": (("seed", "random_seed", "manual_seed", "manualseed", "rng_seed", "global_seed"), _whole),
}  # fmt: skip
