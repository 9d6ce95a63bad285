"""Mistakes in the data: labels, inputs, order, sizes, and a validation set that is easier than it should be."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.made_runs.bases import base
from benchmarks.made_runs.fault import Fault, Variant, stuck, worse
from benchmarks.made_runs.history import Outcome
from benchmarks.made_runs.meddling import Meddle
from benchmarks.made_runs.recipe import Recipe
from benchmarks.made_runs.tasks import Data
from benchmarks.made_runs.train import Training

LARGE = {"images": {"size": 1100, "epochs": 8}, "features": {"size": 6000, "epochs": 8}, "sequence": {"size": 900}}


class Shuffled(Meddle):
    """Targets belong to other examples: the list of files and the list of labels were sorted differently."""

    def __init__(self, *, both: bool) -> None:
        self.both = both

    def data(self, data: Data, recipe: Recipe) -> Data:
        data.y = data.y[torch.randperm(len(data.y))]
        if recipe.task == "sequence":
            data.y = data.y[:, torch.randperm(data.y.shape[1])]
        if self.both:
            data.val_y = data.val_y.roll(1, 0)
        return data


class ConstantLabels(Meddle):
    """Every training target is the same: a column read wrong, a mask folder that is empty."""

    def data(self, data: Data, recipe: Recipe) -> Data:
        del recipe
        data.y = torch.zeros_like(data.y)
        return data


class Blank(Meddle):
    """Inputs hold nothing: divided by 255 twice and cast, or a failed read that gives zeros."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def data(self, data: Data, recipe: Recipe) -> Data:
        del recipe
        data.x, data.val_x = data.x * self.factor, data.val_x * self.factor
        return data


class Sorted(Meddle):
    """Examples come sorted by class, and nothing shuffles them."""

    def order(self, training: Training, order: Tensor) -> Tensor:
        del order
        return torch.argsort(
            training.data.y.flatten(1).float().mean(1) if training.data.y.ndim > 1 else training.data.y
        )


class Small(Meddle):
    """Polyps of a few pixels, and a loss that background alone makes small."""

    def __init__(self, width: int) -> None:
        self.width = width

    def data(self, data: Data, recipe: Recipe) -> Data:
        del recipe
        data.x, data.y = self._shrunk(data.x, data.y)
        data.val_x, data.val_y = self._shrunk(data.val_x, data.val_y)
        return data

    def _shrunk(self, x: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
        small = -functional.max_pool2d(-masks, self.width, 1, self.width // 2)
        kept = small.flatten(1).sum(1) > 0
        return x[kept], small[kept]


class EasyValidation(Meddle):
    """Validation examples are training examples."""

    def data(self, data: Data, recipe: Recipe) -> Data:
        data.val_x, data.val_y = data.x[: recipe.validation], data.y[: recipe.validation]
        return data


def _shuffled(part: str) -> Iterator[Variant]:
    tasks = {"dev": ("images", "features", "sequence"), "eval": ("features", "sequence", "images")}[part]
    for at in range(5):
        task = tasks[at % 3]
        yield Variant(base(part, task, 600 + at, **LARGE[task]), Shuffled(both=(at + (part == "eval")) % 2 == 1))


def _constant(part: str) -> Iterator[Variant]:
    for at in range(5):
        task = ("images", "features", "segmentation")[at % 3]
        zero = ("metric-stuck-at-zero",) if task == "segmentation" else ()
        symptoms = ("metric-constant", "overfitting", *zero)
        yield Variant(base(part, task, 620 + at, every=0), ConstantLabels(), symptoms=symptoms)


def _blank(part: str) -> Iterator[Variant]:
    for at in range(4):
        factor = {"dev": (0.0, 1e-5), "eval": (1e-6, 0.0)}[part][at % 2]
        yield Variant(base(part, ("features", "images")[at % 2], 640 + at, optimizer="momentum"), Blank(factor))


def _sorted(part: str) -> Iterator[Variant]:
    for at in range(4):
        recipe = base(part, ("features", "images")[at % 2], 660 + at, every=1, schedule="constant", epochs=12)
        yield Variant(dataclasses.replace(recipe, optimizer="momentum", rate=0.05), Sorted())


def _overfit(part: str) -> Iterator[Variant]:
    sizes = {"dev": (60, 40, 120, 16, 80, 50), "eval": (100, 60, 80, 20, 50, 120)}[part]
    for at in range(6):
        task = ("features", "images", "sequence", "segmentation", "density", "features")[at]
        sound = base(part, task, 680 + at, optimizer="adam", schedule=("constant", "cosine")[at % 2])
        small = dataclasses.replace(sound, size=sizes[at], batch=8, epochs=60, every=(0, 1)[at % 2])
        yield Variant(small, twin=sound)


def _small(part: str) -> Iterator[Variant]:
    for at in range(5):
        kind, rate = (("momentum", 0.01), ("adam", 1e-3), ("sgd", 0.1))[at % 3]
        recipe = base(part, "segmentation", 700 + at, loss="bce", optimizer=kind, epochs=10)
        width = {"dev": (5, 7), "eval": (7, 5)}[part][at % 2]
        yield Variant(dataclasses.replace(recipe, rate=rate), Small(width))


def _easy(part: str) -> Iterator[Variant]:
    for at in range(5):
        task = ("features", "images")[at % 2]
        recipe = base(part, task, 720 + at, optimizer="adam", every=0)
        if part == "dev":
            yield Variant(dataclasses.replace(recipe, dropout=0.5), EasyValidation(), twin=recipe)
        else:
            yield Variant(dataclasses.replace(recipe, label_noise=0.35), Meddle(), twin=recipe)


def overfitted(run: Outcome, twin: Outcome) -> bool:
    """Validation loss ended a twentieth above its least while training loss went on down."""
    del twin
    least, last = run["val_least"], run["val_last"]
    return last - least > 0.05 * max(abs(least), 0.2 * abs(run["val_first"])) and run["last_loss"] < least


def kind_of_overfitting(run: Outcome) -> Mapping[str, tuple[str, ...]]:
    """Calibration when the metric kept its best to a fiftieth, memorising when it lost more."""
    kept = run["merit_last"] >= run["merit_best"] - 0.02
    return {"overfitting": ("calibration",) if kept else ("memorising", "overfit")}


_LOST = ("loss-plateau", "metric-plateau", "metric-stuck-at-zero", "metric-constant", "lr-constant", "loss-oscillating")
FAULTS = [
    Fault(
        "labels-shuffled",
        ("loss-not-decreasing",),
        "log",
        "training loss makes less than a fifth of the twin's progress",
        stuck,
        _shuffled,
        (*_LOST, "overfitting", "lr-too-low", "lr-too-high"),
        {"loss-not-decreasing": ("at-chance", "labels")},
    ),
    Fault(
        "labels-constant",
        ("metric-constant", "overfitting"),
        "log",
        "merit lower than the twin's by more than a fifth",
        lambda run, twin: twin["merit_last"] - run["merit_last"] > 0.2,
        _constant,
        (*_LOST, "metric-impossible", "lr-too-high"),
        {"metric-stuck-at-zero": ("all-background", "class-absent")},
    ),
    Fault(
        "inputs-blank",
        ("loss-not-decreasing", "metric-constant"),
        "log",
        "merit lower than the twin's by more than a fifth",
        lambda run, twin: twin["merit_last"] - run["merit_last"] > 0.2,
        _blank,
        (*_LOST, "layer-untrained", "weights-only-decayed", "weights-unchanged", "bn-stats-suspect", "dead-filters",
         "overfitting", "lr-too-high"),
        {"loss-not-decreasing": ("at-chance",)},
    ),
    Fault(
        "order-sorted",
        ("loss-oscillating", "loss-spikes"),
        "log",
        "worse than the twin, which shuffles",
        worse,
        _sorted,
        (*_LOST, "lr-too-high", "loss-diverging", "overfitting", "loss-not-decreasing"),
        {"loss-oscillating": ("epoch-periodic", "order", "data-order")},
    ),
    Fault(
        "training-set-too-small",
        ("overfitting",),
        "log",
        "validation loss ends a twentieth above its least while training loss is below it",
        overfitted,
        _overfit,
        ("lr-constant", "loss-spikes", "val-below-train"),
        kind_of_overfitting,
    ),
    Fault(
        "foreground-too-small",
        ("metric-stuck-at-zero",),
        "log",
        "logged Dice never reaches 0.02 although the training loss falls by a tenth",
        lambda run, _: run["said_most"] < 0.02 and run["last_loss"] < 0.9 * run["first_loss"],
        _small,
        ("metric-constant", "metric-plateau", "loss-plateau", "still-improving"),
        {"metric-stuck-at-zero": ("all-background",)},
    ),
    Fault(
        "validation-easier",
        ("val-below-train",),
        "log",
        "logged validation loss is more than a tenth below the training loss in seven epochs of ten",
        lambda run, _: run["val_below_share"] >= 0.7,
        _easy,
        ("still-improving", "loss-plateau"),
        {"val-below-train": ("leakage", "dropout-or-augmentation", "regularised")},
    ),
]  # fmt: skip
