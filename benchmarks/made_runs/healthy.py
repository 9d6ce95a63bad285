"""Runs that are well: schedules, optimizers, batch sizes, noise, augmentation, fine-tuning, short and long."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from benchmarks.made_runs.bases import TASKS, base
from benchmarks.made_runs.history import Outcome
from benchmarks.made_runs.recipe import Recipe

SCHEDULES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("constant", {}),
    ("step", {}),
    ("exponential", {}),
    ("poly", {}),
    ("cosine", {}),
    ("restarts", {}),
    ("one-cycle", {}),
    ("plateau", {}),
    ("warm-cosine", {}),
    ("warm-linear", {}),
    ("cosine", {"by_batch": 1}),
    ("restarts", {"cycle": 1 / 7, "times": 2, "by_batch": 1}),
    ("poly", {"by_batch": 1, "power": 2.0}),
    ("exponential", {"by_batch": 1}),
    ("step", {"first": 0.7, "second": 0.9}),
)
TELLS = (
    frozenset({"val", "metric", "lr"}),
    frozenset({"val", "metric", "lr", "grad-norm"}),
    frozenset({"val", "lr"}),
    frozenset({"lr"}),
    frozenset({"val", "metric"}),
    frozenset({"val", "metric", "lr", "grad-norm", "gate", "time"}),
    frozenset({"metric", "lr", "time"}),
)


def healthy(part: str) -> Iterator[Recipe]:
    """At least 160 recipes of a part, named after what is special in them."""
    for at, recipe in enumerate(_all(part)):
        yield dataclasses.replace(recipe, tells=TELLS[at % len(TELLS)])


def _all(part: str) -> Iterator[Recipe]:
    number = 500
    for task in TASKS:
        for kind, numbers in SCHEDULES:
            number += 1
            yield base(part, task, number, schedule=kind, schedule_numbers=tuple(numbers.items()), name=f"{kind}")
    for task in TASKS:
        for name, changes in _special(task):
            number += 1
            yield base(part, task, number, name=name, **changes)
    for at in range(8):  # long, by very cheap steps
        number += 1
        kind = ("sgd", "momentum", "adam", "adamw")[at % 4]
        more = {"batch": 32, "size": 6000, "epochs": 16, "optimizer": kind, "every": (1, 10, 25)[at % 3]}
        yield base(part, "features", number, schedule=("cosine", "constant", "step")[at % 3], name="long", **more)
    for at in range(10):  # gated networks, fine-tuned and not
        number += 1
        if part == "dev":
            more = {"network": "lora-mlp", "pretrained": 120, "frozen": "first.base second.base"}
            task = "features"
        else:
            task, network = (("images", "zero-conv"), ("features", "adaln"))[at % 2]
            more = {"network": network}
        kind = ("adam", "adamw", "rmsprop", "momentum")[at // 2 % 4]
        yield base(part, task, number, optimizer=kind, name="gated", **more)


def _special(task: str) -> Iterator[tuple[str, dict[str, Any]]]:
    shape = {"segmentation": (128, 8), "images": (900, 32), "sequence": (800, 32)}.get(task, (4500, 64))
    size, batch = shape
    yield "short", {"epochs": 5, "every": 0, "batch": batch // 2}
    yield "eight-epochs", {"epochs": 8, "every": 0, "batch": batch * 2 // 3}
    yield "small-batch", {"batch": max(2, batch // 4), "size": size // 2, "every": 1}
    yield "big-batch", {"batch": batch * 2, "epochs": 16}
    yield "label-noise", {"label_noise": 0.15, "every": 1}
    yield "noise-and-constant", {"label_noise": 0.1, "schedule": "constant", "every": 1}
    yield "augmented", {"augment": True}
    yield "dropout", {"dropout": 0.2, "epochs": 18}
    yield "clipped", {"clip": 1.0, "every": 1}
    yield "resumed", {"resume_at": 6, "every": 1}
    yield "resumed-by-epoch", {"resume_at": 8, "every": 0}
    yield "ema", {"ema": 0.98, "save": "full"}
    yield "amp", {"amp": True, "save": "full"}
    yield "decay", {"optimizer": "adamw", "decay": 0.1}
    yield "plain-weights", {"save": "plain", "saves": 3}
    yield "no-checkpoint", {"save": "none"}
    yield "low-rate", {"epochs": 18, "optimizer": "adam", "rate": 1e-3}
    yield "fine-tuned", {"pretrained": 60, "optimizer": "adam", "rate": 1e-3, "epochs": 10}
    if task == "segmentation":
        yield "sum-loss", {"loss": "bce-sum", "optimizer": "adam"}
        yield "sum-loss-constant", {"loss": "bce-sum", "optimizer": "adamw", "schedule": "constant"}
        yield "dice-only", {"loss": "dice", "optimizer": "adam"}
    if task == "images":
        yield "lion", {"optimizer": "lion", "rate": 1e-3}
        yield "adafactor", {"optimizer": "adafactor", "rate": 1e-2}
    if task in ("images", "features"):
        first = {"images": "features.0 stem", "features": "0. enter"}[task]
        yield "frozen-backbone", {"pretrained": 80, "frozen": first, "optimizer": "adam", "epochs": 10}


def well(run: Outcome, recipe: Recipe) -> bool:
    """Whether a recipe of this file really went well; fixed before any of its runs was diagnosed.

    It learnt (a fifth of the first loss, or less where it was fine-tuned or its loss has a floor; always more than
    nothing), its merit is within a tenth of its best, honest validation loss is at most a twentieth of the progress
    above its least, and nothing was lost on the way.
    """
    if run["nonfinite_share"] or run["nonfinite_tensors"]:
        return False
    progress = run["first_loss"] - run["last_loss"]
    enough = {"density": 0.3, "sequence": 0.1 * run["first_loss"]}.get(recipe.task, 0.2 * run["first_loss"])
    if recipe.pretrained:
        enough = 0.05 * run["first_loss"]
    fell = run["val_first"] - run["val_least"]
    kept = run["val_last"] - run["val_least"] <= max(0.05 * (run["first_loss"] - run["val_least"]), 0.02 * fell)
    best = run["merit_best"]
    good = run["merit_last"] >= best - 0.05
    above = {"segmentation": 0.3, "images": 0.4, "sequence": 0.2, "features": 0.4}.get(recipe.task, -1.0)
    return bool(progress > enough and kept and good and best > above)
