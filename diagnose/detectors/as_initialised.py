"""Weight matrices that still are what their initialisation drew, in a network that was trained."""

from __future__ import annotations

import math

from diagnose.finding import Evidence, Fact, Unsure
from diagnose.fingerprint import Print, least_update, untouched
from diagnose.membership import gradient
from diagnose.resting import rate, resting, weights, why
from diagnose.run import Checkpoint, Optimizer
from kb.text import Text

_RESOLUTION = 2.0**-24  # of float32: a step below that share of a weight moves nothing


def as_initialised(
    checkpoints: tuple[Checkpoint, ...], *, least: float, least_normal: float, surprise: float, share: float
) -> list[Evidence] | Unsure:
    """Look at the last checkpoint alone; one finding a cause.

    ``least`` and ``least_normal`` elements are needed to recognise even and normal draws, ``surprise`` as in
    `fingerprint.untouched`. Causes: ``closed-gate``, ``not-in-optimizer``, ``no-gradient``, ``zero-gradient``,
    ``lr-vanished``, ``frozen-random`` (matrices ahead of all trained ones, or ``share`` of the model),
    ``idle-inside`` (the classifier of a backbone), ``unknown``, and ``normal`` where only its spread tells. A matrix
    for which gradients are remembered counts as trained.
    """
    last = next((one for one in reversed(checkpoints) if one.tensors), None)
    order = weights(last) if last else []
    if last is None or not order:
        return Unsure(Text("no tensor is named like a weight matrix", "没有名称像权重矩阵的张量"))
    large = [name for name in order if last.tensors[name].numel >= least]
    if not large:
        return Unsure(
            Text(f"no weight matrix has {least:.0f} elements or more", f"没有一个权重矩阵达到 {least:.0f} 个元素")
        )
    shown = {name: untouched(last.tensors[name], least, least_normal, surprise) for name in large}
    prints = {name: one for name, one in shown.items() if one and not _learns(name, last.optimizer)}
    if all(shown.values()) and not _others_learnt(last, prints):
        return Unsure(
            Text(
                "every large matrix still looks like its initialisation: saved before training, or hardly trained",
                "每个大矩阵都还是初始化的样子：保存于训练之前，或几乎没有训练",
            )
        )
    if not prints:
        return []
    causes = _causes(order, prints, last, share)
    found = []
    for cause in dict.fromkeys(causes.values()):
        names = [name for name in prints if causes[name] == cause]
        found.append(_evidence(names, prints, last, cause, surprise))
    return found


def _causes(order: list[str], prints: dict[str, Print], last: Checkpoint, share: float) -> dict[str, str]:
    alone = len(prints) == 1
    kinds = resting(order, list(prints), last.tensors, math.inf if alone else share)
    causes = {}
    for name, seen in prints.items():
        told = why(name, last, rate(name, last), _RESOLUTION)
        if seen.kind == "normal" and told in ("unknown", "lr-vanished"):
            told = "normal"
        elif kinds[name] == "on-purpose" and told in ("not-in-optimizer", "no-gradient", "unknown"):
            told = "idle-inside" if alone and name != order[0] else "frozen-random"
        causes[name] = told
    return causes


def _evidence(names: list[str], prints: dict[str, Print], last: Checkpoint, cause: str, surprise: float) -> Evidence:
    largest = max(names, key=lambda name: last.tensors[name].numel)
    seen, tensor = prints[largest], last.tensors[largest]
    facts: dict[str, Fact] = {
        "count": len(names),
        "edge": seen.size,
        "largest": tensor.absmax,
        "elements": tensor.numel,
        "smallest_update": least_update(tensor.numel, seen.size, surprise),
        "file": last.path.name,
    }
    return Evidence(largest, 0, last.step, facts, cause)


def _others_learnt(last: Checkpoint, prints: dict[str, Print]) -> bool:
    """Whether something too small to be recognised was trained: its gradients are remembered, or a norm left 1."""
    return any(
        _learns(name, last.optimizer) or (len(tensor.shape) == 1 and tensor.minimum < tensor.maximum)
        for name, tensor in last.tensors.items()
        if name.rpartition(".")[2] == "weight" and name not in prints
    )


def _learns(name: str, optimizer: Optimizer | None) -> bool:
    """Whether the optimizer remembers gradients for it and has a rate to follow them with."""
    place = optimizer.slot_of(name) if optimizer and name not in optimizer.uncertain else None
    if place is None:
        return False
    ended = place[0].lr == 0 and place[0].numbers.get("initial_lr", 0.0) > 0
    return (ended or not place[0].lr <= 0) and _gradient(name, optimizer) > 0


def _gradient(name: str, optimizer: Optimizer | None) -> float:
    """The largest gradient the optimizer remembers for it, in any of its figures; NaN when it remembers none."""
    place = optimizer.slot_of(name) if optimizer and name not in optimizer.uncertain else None
    return gradient(place, optimizer) if optimizer and place else math.nan
