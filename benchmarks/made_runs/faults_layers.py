"""Layers that are not trained: left out, unused, without gradient, frozen by mistake, killed by decay."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from torch import nn

from benchmarks.made_runs.bases import base
from benchmarks.made_runs.build import trained_parameters
from benchmarks.made_runs.fault import Fault, Variant, fact, worse
from benchmarks.made_runs.meddling import Meddle
from benchmarks.made_runs.objectives import Parts
from benchmarks.made_runs.recipe import Recipe
from benchmarks.made_runs.train import Training

TASKS = {
    "dev": ("images", "features", "segmentation", "sequence"),
    "eval": ("features", "segmentation", "images", "sequence"),
}
HEADS = ("classifier", "fc", "head", "leave")
BACKBONES = {
    "unet": ("enter", "down1"),
    "gate-unet": ("enter", "down1"),
    "cnn": ("features",),
    "resnet": ("stem", "layer1", "down"),
    "mlp": ("0", "2"),
    "normed-mlp": ("enter", "inner"),
    "scaled-transformer": ("blocks", "token"),
    "rezero-transformer": ("blocks", "token"),
}


class HeadReplaced(Meddle):
    """The optimizer was built before the head was replaced, and trains the head that is gone."""

    def built(self, training: Training) -> None:
        for name, module in training.network.named_children():
            if name in HEADS:
                module.reset_parameters()
                fresh = type(module)(*_shape(module))
                setattr(training.network, name, fresh)


class OnlyKernels(Meddle):
    """The optimizer is given the weights of the layers one thinks of; biases and norms are left out."""

    def groups(self, network: nn.Module, recipe: Recipe) -> list[dict[str, Any]]:
        del recipe
        return [{"params": [one for _, one in trained_parameters(network) if one.ndim > 1]}]


class UnusedLayer(Meddle):
    """A layer that is built and never called."""

    def __init__(self, width: int) -> None:
        self.width = width

    def network(self, network: nn.Module) -> None:
        _host(network).auxiliary = nn.Linear(self.width, 2 * self.width)


class WeightZero(UnusedLayer):
    """An auxiliary head whose loss is multiplied by zero: gradients of exactly zero, and decay all the same."""

    def loss(self, training: Training, parts: Parts) -> Parts:
        parts = dict(parts)
        for one in _host(training.network).auxiliary.parameters():
            parts["loss"] = parts["loss"] + 0.0 * one.sum()
        return parts


class FrozenBackbone(Meddle):
    """The backbone is frozen as if it had been trained before; it was not."""

    def network(self, network: nn.Module) -> None:
        for one in _backbone(network):
            one.requires_grad_(False)


class BackboneRateZero(Meddle):
    """The backbone has a group of its own, whose rate is zero."""

    def groups(self, network: nn.Module, recipe: Recipe) -> list[dict[str, Any]]:
        del recipe
        inside = {id(one) for one in _backbone(network)}
        rest = [one for _, one in trained_parameters(network) if id(one) not in inside]
        return [{"params": rest}, {"params": _backbone(network), "lr": 0.0}]


def _host(network: nn.Module) -> nn.Module:
    """Where another layer can hang: whatever hangs on a Sequential itself is called by it."""
    return network[0] if isinstance(network, nn.Sequential) else network


def _backbone(network: nn.Module) -> list[nn.Parameter]:
    heads = next(names for names in BACKBONES.values() if all(hasattr(network, name) for name in names))
    begins = tuple(f"{name}." for name in heads)
    return [one for name, one in network.named_parameters() if name.startswith(begins)]


def _shape(module: nn.Module) -> tuple[int, ...]:
    if isinstance(module, nn.Linear):
        return module.in_features, module.out_features
    return module.in_channels, module.out_channels, 1


def _each(part: str, start: int, **changes: Any) -> Iterator[Recipe]:
    for at in range(5):
        kind = {
            "dev": ("adam", "adamw", "adam", "adamw", "momentum"),
            "eval": ("adamw", "adam", "rmsprop", "adamw", "adam"),
        }[part][at]
        save = ("full", "lightning", "mmengine", "hf", "full")[at]
        recipe = base(part, TASKS[part][at % 4], start + at, **{"optimizer": kind, "save": save, "saves": 2, **changes})
        yield dataclasses.replace(recipe, epochs=max(5, recipe.epochs // 2))


def _replaced(part: str) -> Iterator[Variant]:
    for recipe in _each(part, 1020):
        if recipe.network != "mlp":
            yield Variant(recipe, HeadReplaced())


def _kernels(part: str) -> Iterator[Variant]:
    for recipe in _each(part, 1030):
        yield Variant(recipe, OnlyKernels())


def _unused(part: str) -> Iterator[Variant]:
    for recipe in _each(part, 1040):
        yield Variant(recipe, UnusedLayer({"dev": 24, "eval": 40}[part]))


def _zero_loss(part: str) -> Iterator[Variant]:
    for recipe in _each(part, 1050, optimizer="adamw"):
        decay = {"dev": 0.1, "eval": 0.05}[part]
        yield Variant(dataclasses.replace(recipe, decay=decay), WeightZero({"dev": 24, "eval": 40}[part]))


def _frozen(part: str) -> Iterator[Variant]:
    for recipe in _each(part, 1060):
        yield Variant(recipe, FrozenBackbone())


def _rate_zero(part: str) -> Iterator[Variant]:
    for recipe in _each(part, 1070, schedule="constant"):  # a cosine would lift the rate from zero to its floor
        yield Variant(recipe, BackboneRateZero())


def _killed(part: str) -> Iterator[Variant]:
    """Decay made for another rate: filters shrink to nothing."""
    for at in range(4):
        sound = base(part, "images", 1080 + at, optimizer=("sgd", "momentum")[at % 2], save="full", schedule="constant")
        decay = {"dev": (1.0, 0.4), "eval": (0.8, 0.5)}[part][at % 2]
        yield Variant(dataclasses.replace(sound, rate=0.1 if at % 2 == 0 else 0.03, decay=decay), twin=sound)


# Words of causes follow what a saved state can prove. The slots of a head that is gone stay in the optimizer without a
# state: from the file nobody can tell that from a head in use that gets no gradient. A closed gate in front of what was
# asked for is as true a cause as the one that closed it.
_ALONG = ("layer-untrained", "weights-unchanged", "weights-only-decayed", "optimizer-missing-params", "gate-unchanged",
          "gate-stuck-at-zero", "still-improving", "loss-plateau", "metric-plateau", "loss-not-decreasing",
          "metric-stuck-at-zero", "metric-constant")  # fmt: skip
FAULTS = [
    Fault("head-built-after-the-optimizer", ("optimizer-missing-params", "layer-untrained", "weights-unchanged"),
          "checkpoint", "parameters that the optimizer does not hold", fact("missing"), _replaced, _ALONG,
          {"optimizer-missing-params": ("added-later",), "weights-unchanged": ("not-in-optimizer", "no-gradient"),
           "layer-untrained": ("not-in-optimizer", "no-gradient")}),
    Fault("biases-and-norms-left-out", ("optimizer-missing-params", "weights-unchanged"), "checkpoint",
          "parameters that the optimizer does not hold", fact("missing"), _kernels, _ALONG,
          {"optimizer-missing-params": ("scattered",), "weights-unchanged": ("not-in-optimizer", "closed-gate")}),
    Fault("layer-never-called", ("layer-untrained", "weights-unchanged"), "checkpoint",
          "the layer is bit for bit what it was at first", fact("unmoved"), _unused, _ALONG,
          {"weights-unchanged": ("no-gradient",), "layer-untrained": ("no-gradient",)}),
    Fault("layer-without-gradient", ("weights-only-decayed",), "checkpoint",
          "decay was applied to a layer whose gradient is zero", lambda run, _: run["steps"] > 20, _zero_loss, _ALONG,
          {"weights-only-decayed": ("zero-gradient",)}),
    Fault("backbone-frozen-untrained", ("layer-untrained", "weights-unchanged", "optimizer-missing-params"),
          "checkpoint", "frozen tensors that are still random, and worse than the twin",
          lambda run, twin: run["unmoved"] >= 1 and worse(run, twin), _frozen, _ALONG,
          {"layer-untrained": ("frozen-random",), "weights-unchanged": ("frozen-on-purpose", "not-in-optimizer"),
           "optimizer-missing-params": ("frozen-on-purpose",)}),
    Fault("backbone-rate-zero", ("weights-unchanged", "layer-untrained", "lr-vanished"), "checkpoint",
          "tensors of a group with rate zero that never moved, and worse than the twin",
          lambda run, twin: run["unmoved"] >= 1 and worse(run, twin), _rate_zero, _ALONG,
          {"weights-unchanged": ("lr-vanished",), "lr-vanished": ("zero-throughout",),
           "layer-untrained": ("lr-vanished",)}),
    Fault("decay-kills-filters", ("dead-filters",), "checkpoint",
          "merit lower than the twin's by a tenth",
          lambda run, twin: twin["merit_last"] - run["merit_last"] > 0.1, _killed,
          (*_ALONG, "loss-plateau", "lr-constant", "loss-diverging")),
]  # fmt: skip
