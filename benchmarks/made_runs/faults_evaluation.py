"""Validation that says what is not so: wrong masks, thresholds, formulas, stale weights, batch norm in a wrong mode."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator

import torch
from torch import nn

from benchmarks.made_runs.bases import base
from benchmarks.made_runs.fault import Fault, Variant, fact
from benchmarks.made_runs.meddling import Meddle, Numbers
from benchmarks.made_runs.recipe import Recipe
from benchmarks.made_runs.tasks import Data
from benchmarks.made_runs.train import Training


class Masks255(Meddle):
    """Masks are 0 and 255, and the score multiplies them as if they were 0 and 1."""

    def data(self, data: Data, recipe: Recipe) -> Data:
        del recipe
        data.y, data.val_y = data.y * 255, data.val_y * 255
        return data

    @torch.no_grad()
    def report(self, training: Training, numbers: Numbers) -> Numbers:
        found = (training.network(training.data.val_x) > 0).float().flatten(1)
        true = training.data.val_y.flatten(1)
        shared = (found * true).sum(1)
        dice = (2 * shared + 1) / (found.sum(1) + true.sum(1) + 1)
        return {**numbers, "dice": dice.mean().item(), "iou": (shared / (found.sum(1) + 1)).mean().item()}


class Swapped(Meddle):
    """Dice and IoU stand under each other's name."""

    def report(self, training: Training, numbers: Numbers) -> Numbers:
        del training
        return {**numbers, "dice": numbers["iou"], "iou": numbers["dice"]}


class Truncated(Meddle):
    """The chance is cast to an integer before it is compared, so that everything is background."""

    @torch.no_grad()
    def report(self, training: Training, numbers: Numbers) -> Numbers:
        found = torch.sigmoid(training.network(training.data.val_x)).int().flatten(1)
        true = training.data.val_y.int().flatten(1)
        shared = (found & true).sum(1).double()
        dice = 2 * shared / (found.sum(1) + true.sum(1)).clamp(min=1)
        return {**numbers, "dice": dice.mean().item(), "iou": (dice / (2 - dice)).mean().item()}


class Stale(Meddle):
    """Validation runs on a copy of the network that was made once."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        self.copy: nn.Module | None = None

    def judged(self, training: Training) -> nn.Module:
        if training.epoch <= self.epoch or self.copy is None:
            self.copy = copy.deepcopy(training.network)
        return self.copy.eval()


class Cached(Meddle):
    """Validation scores predictions that were kept from an early epoch, but computes the loss anew."""

    def report(self, training: Training, numbers: Numbers) -> Numbers:
        if training.epoch <= 2:
            self.kept = {name: value for name, value in numbers.items() if name != "val_loss"}
        return {**numbers, **self.kept}


class NeverAveraged(Meddle):
    """The average is never updated, and validation runs on it."""

    def pace(self, training: Training) -> float:
        del training
        return 1.0

    def judged(self, training: Training) -> nn.Module:
        return training.ema.eval()


class SlowAverage(Meddle):
    """A decay made for a million steps, without a warm-up, in a run of a few hundred."""

    def __init__(self, pace: float) -> None:
        self.keeps = pace

    def pace(self, training: Training) -> float:
        del training
        return self.keeps


class EvalFromTheStart(Meddle):
    """train() is never called after the network was put into eval mode, so that batch norm counts nothing."""

    def mode(self, training: Training) -> None:
        training.network.eval()


class EvalLeftOn(Meddle):
    """train() is called once, before the first epoch, and not again after the first validation."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs

    def mode(self, training: Training) -> None:
        training.network.train(training.epoch <= self.epochs)


class TrainInValidation(Meddle):
    """eval() is missing: validation batches update the running statistics."""

    @torch.no_grad()
    def judged(self, training: Training) -> nn.Module:
        training.network.train()
        for images in training.data.val_x.split(training.recipe.batch):
            training.network(images)
        return training.network.eval()


class SlowStatistics(Meddle):
    """Batch norm's momentum means the share of the new in torch; who takes it for the share kept writes 0.0001."""

    def network(self, network: nn.Module) -> None:
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.momentum = 1e-4


def _masks(part: str) -> Iterator[Variant]:
    for at in range(4):
        yield Variant(base(part, "segmentation", 900 + at, loss="bce", optimizer="adam"), Masks255())


def _swapped(part: str) -> Iterator[Variant]:
    for at in range(4):
        yield Variant(base(part, "segmentation", 910 + at, optimizer=("adam", "adamw")[at % 2]), Swapped())


def _truncated(part: str) -> Iterator[Variant]:
    for at in range(4):
        yield Variant(base(part, "segmentation", 920 + at, optimizer=("adam", "adamw")[at % 2]), Truncated())


def _stale(part: str) -> Iterator[Variant]:
    for at in range(5):
        task = {"dev": ("images", "segmentation", "features"), "eval": ("features", "sequence", "segmentation")}[part][
            at % 3
        ]
        more = {"loss": "bce+dice", "optimizer": "adam"} if task == "segmentation" else {}
        recipe = base(part, task, 930 + at, **more)
        yield Variant(recipe, Stale({"dev": 1, "eval": 2}[part]) if at % 2 == 0 else Cached())


def _never(part: str) -> Iterator[Variant]:
    for at in range(4):
        recipe = base(part, ("images", "features")[at % 2], 950 + at, save=("full", "lightning")[at % 2])
        yield Variant(dataclasses.replace(recipe, ema=0.99), NeverAveraged())


def _slow(part: str) -> Iterator[Variant]:
    for at in range(4):
        recipe = base(part, ("features", "images", "sequence", "segmentation")[at], 960 + at, ema=0.99, saves=3)
        pace = {"dev": (0.99995, 0.9998), "eval": (0.9999, 0.99998)}[part][at % 2]
        yield Variant(dataclasses.replace(recipe, save=("full", "mmengine")[at % 2]), SlowAverage(pace))


def _with_norm(part: str, start: int) -> Iterator[Recipe]:
    for at in range(4):
        kind = {"dev": ("adam", "adamw", "momentum", "rmsprop"), "eval": ("adamw", "adam", "rmsprop", "adam")}[part][at]
        task = ("images", "segmentation")[at % 2]
        kind = "adam" if kind == "momentum" else kind  # SGD does not count its steps
        yield base(part, task, start + at, optimizer=kind, save=("full", "lightning", "mmengine", "hf")[at], saves=2)


FAULTS = [
    Fault("masks-0-255", ("metric-impossible",), "log", "a logged Dice above one or a loss below zero",
          lambda run, _: run["said_most"] > 1 or run["least_loss"] < 0, _masks,
          ("loss-diverging", "metric-plateau", "still-improving", "overfitting", "lr-too-high", "loss-spikes",
           "loss-oscillating", "grad-norm-exploding", "fp16-overflow-risk"),
          {"metric-impossible": ("above", "below", "masks-0-255")}),
    Fault("scores-swapped", ("metric-impossible",), "log", "logged Dice is below logged IoU although it cannot be",
          lambda run, _: run["said_last"] < run["merit_last"] - 0.01, _swapped),
    Fault("chance-truncated", ("metric-stuck-at-zero",), "log", "logged Dice stays below 0.02, honest Dice above 0.2",
          lambda run, _: run["said_most"] < 0.02 and run["merit_last"] > 0.2, _truncated,
          ("metric-constant",), {"metric-stuck-at-zero": ("threshold", "all-background")}),
    Fault("validates-stale-weights", ("metric-constant",), "log",
          "the logged metric is bit for bit the same from the third epoch on, the honest one is not",
          lambda run, _: run["said_constant"] == 1 and run["merit_last"] > run["said_last"] + 0.02,
          _stale,
          ("loss-plateau", "overfitting", "metric-plateau", "metric-stuck-at-zero", "val-below-train"),
          {"metric-constant": ("loss-falling", "stale-weights", "cached")}),
    Fault("validates-an-average-never-updated", ("metric-constant", "ema-stale"), "both",
          "the average is as far from the network as the network has travelled",
          fact("ema_lag", 0.9), _never,
          ("weights-unchanged", "metric-stuck-at-zero", "metric-plateau", "overfitting", "loss-plateau",
           "layer-untrained"),
          {"metric-constant": ("loss-falling", "stale-weights"), "ema-stale": ("never-updated",)}),
    Fault("average-too-slow", ("ema-stale",), "checkpoint",
          "the average lags by more than a quarter of the squared distance the network has travelled",
          fact("ema_lag", 0.25), _slow, ("layer-untrained",),
          {"ema-stale": ("too-slow",)}),
    Fault("norm-never-updated", ("bn-stats-suspect",), "checkpoint", "batch norm counted no batch",
          lambda run, _: run["batches_a_step"] == 0, lambda part: (Variant(one, EvalFromTheStart()) for one in
          _with_norm(part, 970)), ("layer-untrained",), {"bn-stats-suspect": ("never-updated",)}),
    Fault("norm-left-in-eval", ("bn-stats-suspect",), "checkpoint", "batch norm counted less than half of the steps",
          lambda run, _: 0 < run["batches_a_step"] < 0.5,
          lambda part: (Variant(one, EvalLeftOn({"dev": 1, "eval": 3}[part]))
          for one in _with_norm(part, 980)), ("loss-spikes", "loss-diverging", "log-discontinuity", "overfitting"),
          {"bn-stats-suspect": ("eval-left-on",)}),
    Fault("norm-updated-in-validation", ("bn-stats-suspect",), "checkpoint",
          "batch norm counted a tenth more batches than there were steps",
          lambda run, _: run["batches_a_step"] > 1.1, lambda part: (Variant(one, TrainInValidation()) for one in
          _with_norm(part, 990)), (), {"bn-stats-suspect": ("updated-in-validation",)}),
    Fault("norm-momentum-tiny", ("bn-stats-suspect",), "checkpoint",
          "merit lower than the twin's by a tenth: running statistics are still near zero and one",
          lambda run, twin: twin["merit_last"] - run["merit_last"] > 0.1, lambda part: (Variant(one, SlowStatistics())
          for one in _with_norm(part, 1000)), ("metric-constant", "metric-stuck-at-zero", "overfitting",
          "metric-plateau", "still-improving", "loss-plateau"), {"bn-stats-suspect": ("momentum-tiny",)}),
]  # fmt: skip
