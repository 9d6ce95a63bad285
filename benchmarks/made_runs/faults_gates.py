"""Gates that never open: every cause, in every family of gates, under every optimizer that keeps a state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import nn

from benchmarks.made_runs.bases import base
from benchmarks.made_runs.build import gate_names
from benchmarks.made_runs.fault import Fault, Variant, fact
from benchmarks.made_runs.meddling import Meddle
from benchmarks.made_runs.networks import Switched
from benchmarks.made_runs.recipe import Recipe

SHORT = {"epochs": 6, "saves": 2}
KINDS = {  # task, network and what it needs; the first of each part starts at zero
    "dev": (
        ("segmentation", "unet", {}),
        ("features", "lora-mlp", {"pretrained": 120, "frozen": "first.base second.base"}),
    ),
    "eval": (
        ("segmentation", "gate-unet", {}),
        ("sequence", "rezero-transformer", {}),
        ("images", "zero-conv", {}),
        ("features", "adaln", {}),
    ),
}
OPTIMIZERS = {
    "dev": ("adam", "momentum", "adamw", "rmsprop"),
    "eval": ("adamw", "adam", "rmsprop", "lion", "adafactor", "momentum"),
}
RATE = {"lion": 5e-4, "adafactor": 5e-3, "momentum": 0.05, "rmsprop": 1e-3}


def gated_recipes(part: str, start: int, count: int = 6) -> Iterator[Recipe]:
    """Short runs of gated networks, kinds and optimizers going round."""
    for at in range(count):
        task, network, more = KINDS[part][at % len(KINDS[part])]
        kind = OPTIMIZERS[part][(at + start) % len(OPTIMIZERS[part])]
        changes: dict[str, Any] = {"network": network, **SHORT, **more, "schedule": "constant"}
        recipe = base(part, task, start + at, optimizer="adam", **changes)
        kind = "adamw" if kind == "momentum" and task == "sequence" else kind
        decay = 0.01 if kind == "adamw" else 0.0
        yield _with(recipe, kind, RATE.get(kind, 3e-3), decay)


def _with(recipe: Recipe, kind: str, rate: float, decay: float) -> Recipe:
    import dataclasses

    return dataclasses.replace(recipe, optimizer=kind, rate=rate, decay=decay, save="full")


def gates_of(network: nn.Module) -> list[nn.Parameter]:
    """The gates among the parameters."""
    named = dict(network.named_parameters())
    return [named[name] for name in gate_names(network)]


class LeftOut(Meddle):
    """The optimizer is given everything but the gates."""

    def groups(self, network: nn.Module, recipe: Recipe) -> list[dict[str, Any]]:
        gates = {id(gate) for gate in gates_of(network)}
        (group,) = super().groups(network, recipe)
        return [{"params": [one for one in group["params"] if id(one) not in gates]}]


class Frozen(Meddle):
    """The gates ask for no gradient, and are given to the optimizer all the same."""

    def network(self, network: nn.Module) -> None:
        for gate in gates_of(network):
            gate.requires_grad_(False)

    def groups(self, network: nn.Module, recipe: Recipe) -> list[dict[str, Any]]:
        return [{"params": [one for name, one in network.named_parameters() if not name.startswith(_away(recipe))]}]


class Unused(Meddle):
    """The forward pass leaves the branch and its gate out."""

    def network(self, network: nn.Module) -> None:
        for module in network.modules():
            if isinstance(module, Switched):
                module.wired = False


class Constant(Meddle):
    """What the branch gives is zeros that depend on nothing."""

    def network(self, network: nn.Module) -> None:
        for module in network.modules():
            if isinstance(module, Switched):
                module.constant = True


class RateZero(Meddle):
    """The gates have a group of their own, whose rate is zero."""

    def groups(self, network: nn.Module, recipe: Recipe) -> list[dict[str, Any]]:
        gates = {id(gate) for gate in gates_of(network)}
        (group,) = super().groups(network, recipe)
        rest = [one for one in group["params"] if id(one) not in gates]
        return [{"params": rest}, {"params": gates_of(network), "lr": 0.0}]


class DoubleZero(Meddle):
    """The layer before the gate starts at zero as well: neither ever gets a gradient."""

    def network(self, network: nn.Module) -> None:
        for module in network.modules():
            if isinstance(module, Switched):
                for one in module.last_layer().parameters():
                    nn.init.zeros_(one)


class Decayed(Meddle):
    """Weight decay so strong on the gates that they stay next to nothing."""

    def groups(self, network: nn.Module, recipe: Recipe) -> list[dict[str, Any]]:
        gates = {id(gate) for gate in gates_of(network)}
        (group,) = super().groups(network, recipe)
        rest = [one for one in group["params"] if id(one) not in gates]
        return [{"params": rest}, {"params": gates_of(network), "weight_decay": 0.5 / recipe.rate}]


def _away(recipe: Recipe) -> tuple[str, ...]:
    return tuple(recipe.frozen.split()) or ("\0",)


def _fault(name: str, word: str, meddle: type[Meddle], start: int, also: tuple[str, ...] = ()) -> Fault:
    def variants(part: str) -> Iterator[Variant]:
        for recipe in gated_recipes(part, start):
            if word == "double-zero" and recipe.network in ("zero-conv", "adaln"):
                continue  # relu(0 + 0.1) feeds the zero convolution, and the condition feeds adaLN: no saddle there
            if word == "constant-branch" and recipe.network == "adaln":
                continue
            yield Variant(recipe, meddle())

    also = ("weights-unchanged", "layer-untrained", "weights-only-decayed", "optimizer-missing-params", *also)
    return Fault(
        f"gate-{name}",
        ("gate-stuck-at-zero",),
        "checkpoint",
        "every gate is exactly zero at the end, which its healthy twin's is not",
        fact("gate_at_zero"),
        variants,
        also,
        {"gate-stuck-at-zero": (word,)},
    )


def _unmoved(part: str) -> Iterator[Variant]:
    if part == "dev":
        makers, network = (LeftOut, Frozen, RateZero, LeftOut), "scaled-transformer"
    else:
        makers, network = (Frozen, LeftOut, RateZero, Frozen), "scaled-transformer"
    words = {LeftOut: "not-in-optimizer", Frozen: "no-gradient", RateZero: "lr-vanished"}
    for at, maker in enumerate(makers):
        recipe = base(part, "sequence", 60 + at, network=network, **SHORT, save="full", schedule="constant")
        yield Variant(recipe, maker(), causes={"gate-unchanged": (words[maker],)})


def _decayed(part: str) -> Iterator[Variant]:
    for at, recipe in enumerate(gated_recipes(part, 70, 5)):
        kind = ("adamw", "adamw", "lion", "adamw", "adamw")[at]
        rate = 3e-4 if kind == "lion" else 3e-3
        yield Variant(_with(recipe, kind, rate, 0.01), Decayed())


FAULTS = [
    _fault("left-out", "not-in-optimizer", LeftOut, 0),
    _fault("frozen", "frozen", Frozen, 10),
    _fault("unused", "unused", Unused, 20),
    _fault("rate-zero", "lr-zero", RateZero, 30),
    _fault("double-zero", "double-zero", DoubleZero, 40),
    _fault("constant-branch", "constant-branch", Constant, 50),
    Fault(
        "gate-unmoved",
        ("gate-unchanged",),
        "checkpoint",
        "every gate is bit for bit where it began, which was not zero",
        fact("gate_unmoved"),
        _unmoved,
        ("weights-unchanged", "optimizer-missing-params", "gate-stuck-at-zero", "layer-untrained"),
    ),
    Fault(
        "gate-decayed",
        ("gate-stuck-at-zero", "gate-under-decay"),
        "checkpoint",
        "the largest gate is less than a tenth of the twin's, and decays by half a step",
        lambda run, twin: run["gate_most"] < 0.1 * max(twin.get("gate_most", 1.0), 0.02),
        _decayed,
        (),
        {"gate-stuck-at-zero": ("decayed",)},
    ),
]
