"""Files and resumes: what was not saved, not restored, saved under other names, or should never be opened."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.made_runs.bases import base
from benchmarks.made_runs.fault import Fault, Variant, fact
from benchmarks.made_runs.meddling import Meddle
from benchmarks.made_runs.recipe import Recipe
from benchmarks.made_runs.tasks import Data
from benchmarks.made_runs.train import Training

TASKS = {
    "dev": ("images", "features", "segmentation", "sequence"),
    "eval": ("sequence", "segmentation", "features", "images"),
}


class OptimizerLost(Meddle):
    """A resume that restores the weights and builds the optimizer anew."""

    def restored(self, training: Training, state: dict[str, Any]) -> dict[str, Any]:
        training.history.facts["optimizer_lost"] = 1.0
        return {name: value for name, value in state.items() if name != "optimizer"}


class HeadLost(Meddle):
    """A resume with strict=False: the keys of the last layers did not fit, and they start anew."""

    def restored(self, training: Training, state: dict[str, Any]) -> dict[str, Any]:
        torch.manual_seed(training.recipe.seed + 1)
        for name in list(state["model"])[-6:]:
            if state["model"][name].ndim > 1:
                state["model"][name] = torch.randn_like(state["model"][name]) * state["model"][name].std()
        return {"model": state["model"], **{name: state[name] for name in state if name != "model"}}


class AlwaysTheFirst(Meddle):
    """The file is written again and again, with the weights of the first time."""

    def saved(self, training: Training, state: dict[str, Any]) -> object:
        if not hasattr(self, "first"):
            self.first = copy.deepcopy(state)
        training.history.facts["saved_again"] = 1.0
        return {**state, "model": self.first["model"], **({"optimizer": self.first["optimizer"]} if self._both else {})}

    _both = True


class Renamed(Meddle):
    """Later files name the tensors otherwise: through DataParallel, torch.compile, or old names of norms."""

    def __init__(self, how: str) -> None:
        self.how = how
        self.files = 0

    def saved(self, training: Training, state: dict[str, Any]) -> object:
        self.files += 1
        training.history.facts["renamed"] = 1.0
        if self.files == 1:
            return state
        return {**state, "model": {self.how + name: value for name, value in state["model"].items()}}


class Greeting:
    """What a pickle can do to whoever loads it; here it would only say its name."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        import os

        return os.system, ("true",)


class Command(Meddle):
    """The file holds an object that runs a command when it is unpickled."""

    def __init__(self, where: str) -> None:
        self.where = where

    def saved(self, training: Training, state: dict[str, Any]) -> object:
        training.history.facts["unsafe"] = 1.0
        return {**state, self.where: Greeting()}


class Overflowing(Meddle):
    """A layer's gradient passes through half precision far out of its range, so that step after step is skipped."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def network(self, network: nn.Module) -> None:
        network.register_forward_hook(self._narrow)

    def _narrow(self, module: nn.Module, given: object, output: Tensor) -> Tensor:
        del given
        if module.training and output.requires_grad:
            output.register_hook(lambda grad: (grad * self.factor).half().float() / self.factor)
        return output


class Unscaled(Meddle):
    """Inputs are raw numbers of a 16-bit image, and the running variance is what half precision cannot hold."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def data(self, data: Data, recipe: Recipe) -> Data:
        del recipe
        data.x, data.val_x = data.x * self.factor, data.val_x * self.factor
        return data


def _each(part: str, start: int, count: int = 4, **changes: Any) -> Iterator[tuple[int, Recipe]]:
    for at in range(count):
        kind = {"dev": ("adam", "adamw", "adam", "adamw"), "eval": ("adamw", "adam", "adamw", "adam")}[part][at]
        more = {"optimizer": kind, "save": ("full", "lightning", "mmengine", "full")[at], "saves": 2, "every": 1}
        yield at, base(part, TASKS[part][at], start + at, **{**more, **changes})


def _optimizer_lost(part: str) -> Iterator[Variant]:
    for at, recipe in _each(part, 1100):
        yield Variant(dataclasses.replace(recipe, resume_at=int(recipe.epochs * (0.6, 0.75)[at % 2])), OptimizerLost())


def _head_lost(part: str) -> Iterator[Variant]:
    for at, recipe in _each(part, 1110, schedule="constant"):
        yield Variant(dataclasses.replace(recipe, resume_at=int(recipe.epochs * (0.5, 0.65)[at % 2])), HeadLost())


def _first(part: str) -> Iterator[Variant]:
    for _, recipe in _each(part, 1120, saves=3):
        yield Variant(recipe, AlwaysTheFirst())


def _renamed(part: str) -> Iterator[Variant]:
    for at, recipe in _each(part, 1130, save="full"):
        how = {
            "dev": ("module.", "module.", "model.", "module."),
            "eval": ("_orig_mod.", "module.", "_orig_mod.", "net."),
        }
        word = "wrapper-prefix" if how[part][at] in ("module.", "_orig_mod.") else "common-prefix"
        yield Variant(recipe, Renamed(how[part][at]), causes={"checkpoint-key-mismatch": (word,)})


def _unsafe(part: str) -> Iterator[Variant]:
    for _, recipe in _each(part, 1140, 3, save="full"):  # a module pickled whole runs nothing: it is told, not alarmed
        yield Variant(recipe, Command({"dev": "config", "eval": "hyper_parameters"}[part]))


def _collapsed(part: str) -> Iterator[Variant]:
    for _, recipe in _each(part, 1150, amp=True):
        yield Variant(recipe, Overflowing({"dev": 1e12, "eval": 1e14}[part]))


def _unscaled(part: str) -> Iterator[Variant]:
    for at in range(4):
        recipe = base(part, ("images", "segmentation")[at % 2], 1160 + at, optimizer="adam", save="full")
        yield Variant(recipe, Unscaled({"dev": 4e3, "eval": 2e4}[part]))


FAULTS = [
    Fault("optimizer-lost-at-resume", ("optimizer-state-mismatch", "log-discontinuity"), "both",
          "the optimizer's state was not restored", fact("optimizer_lost"), _optimizer_lost,
          ("loss-spikes", "lr-reset", "bn-stats-suspect"),
          {"optimizer-state-mismatch": ("lost",), "log-discontinuity": ("optimizer-not-restored",)}),
    Fault("head-lost-at-resume", ("log-discontinuity", "loss-spikes"), "log",
          "the loss after the resume is back where less than half of the progress was made",
          lambda run, twin: run["loss_after_resume"] - run["loss_before_resume"]
          > 0.5 * (twin["first_loss"] - run["loss_before_resume"]), _head_lost,
          ("loss-diverging", "optimizer-state-mismatch", "loss-oscillating", "grad-norm-exploding"),
          {"log-discontinuity": ("weights-not-restored", "state-not-restored")}),
    Fault("file-never-updated", ("weights-unchanged",), "checkpoint", "later files hold the weights of the first",
          fact("saved_again"), _first, ("optimizer-state-mismatch", "layer-untrained", "lr-vanished",
          "gate-unchanged", "gate-stuck-at-zero"), {"weights-unchanged": ("stale-file",)}),
    Fault("tensors-renamed", ("checkpoint-key-mismatch",), "checkpoint", "later files name the tensors otherwise",
          fact("renamed"), _renamed, ("optimizer-missing-params",)),
    Fault("file-runs-a-command", ("checkpoint-unsafe",), "checkpoint", "the pickle calls more than containers need",
          fact("unsafe"), _unsafe, ("layer-untrained",)),
    Fault("loss-scale-collapsed", ("grad-scaler-collapsed",), "both", "the loss scale ended below one",
          lambda run, _: run["loss_scale"] < 1, _collapsed,
          ("loss-not-decreasing", "loss-plateau", "layer-untrained", "optimizer-state-mismatch", "bn-stats-suspect",
           "weights-unchanged", "metric-stuck-at-zero", "metric-constant", "grad-norm-vanishing", "still-improving",
           "gate-stuck-at-zero", "gate-unchanged", "lr-stepped-per-batch"),
          # the gradients fit again once the scale is low enough: which word is true the growth tracker tells
          {"grad-scaler-collapsed": ("overflowing", "holding")}),
    Fault("inputs-unscaled", ("fp16-overflow-risk",), "checkpoint", "a tensor beyond half of what float16 holds",
          fact("absmax", 65504 / 2), _unscaled, ("bn-stats-suspect", "dead-filters", "overfitting"),
          {"fp16-overflow-risk": ("running-statistics",)}),
]  # fmt: skip
