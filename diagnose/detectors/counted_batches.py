"""Batch norm's count of batches held against the optimizer's count of steps, and against what its statistics became."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from diagnose.finding import Evidence, Fact, Unsure
from diagnose.measure import median
from diagnose.resting import same
from diagnose.run import Checkpoint, Curve
from kb.text import Text

_COUNTER = "num_batches_tracked"
Counts = Mapping[str, float]


def counted_batches(
    checkpoints: tuple[Checkpoint, ...], *, more: float, most: float, less: float, near: float, enough: float
) -> Evidence | Unsure | None:
    """Compare how far both counts went between two checkpoints, or from zero to the only one.

    Then look whether statistics of ``enough`` batches still are, in the median channel, within ``near`` of the zero and
    one they began with: ``momentum-tiny``.

    Other causes: ``never-updated`` (no batch at all), ``eval-left-on`` (fewer than ``less`` per step),
    ``updated-in-validation`` (between ``more`` and ``most`` per step; told from two files only, as a pretrained model
    brings its count along).
    """
    counted = _compared(checkpoints, more, most, less)
    slow = _slow(checkpoints, near, enough)
    return counted if isinstance(counted, Evidence) else slow or counted


def _compared(checkpoints: tuple[Checkpoint, ...], more: float, most: float, less: float) -> Evidence | Unsure | None:
    known = [(one, _batches(one), _steps(one, less)) for one in checkpoints]
    read = [(one, batches, steps) for one, batches, steps in known if batches and steps]
    if not read:
        return Unsure(
            Text(
                "no checkpoint holds batch norm and an optimizer that counts steps",
                "没有同时含有批归一化和计步优化器的检查点",
            )
        )
    last, batches, steps = read[-1]
    if not any(batches.values()):
        return _evidence(_first(batches), 0, steps, 0, last, "never-updated") if _untouched(last, batches) else None
    for earlier, counted, begun in reversed(read[:-1]):
        gone = {layer: count - counted[layer] for layer, count in batches.items() if layer in counted}
        moving = {layer: count for layer, count in gone.items() if count > 0}
        if begun < steps and moving and min(gone.values()) >= 0:
            return _judged(moving, steps - begun, earlier.step or 0, last, (less, more, most))
        if begun < steps and not moving and _stale(earlier, last):
            return None
    seen = {layer: count for layer, count in batches.items() if count > 0}
    return _judged(seen, steps, 0, last, (less, 0.0, 0.0))


def _judged(
    counts: Counts, steps: float, begun: int, last: Checkpoint, limits: tuple[float, float, float]
) -> Evidence | None:
    less, more, most = limits
    layer = sorted(counts, key=lambda one: counts[one])[len(counts) // 2]
    ratio = counts[layer] / steps
    if ratio < less:
        return _evidence(layer, counts[layer], steps, begun, last, "eval-left-on")
    if more < ratio < most:
        return _evidence(layer, counts[layer], steps, begun, last, "updated-in-validation")
    return None


def _evidence(layer: str, counted: float, steps: float, begun: int, last: Checkpoint, cause: str) -> Evidence:
    return Evidence(layer, begun, last.step, {"counted": counted, "steps": f"{steps:.0f}", "more": ""}, cause)


def _slow(checkpoints: tuple[Checkpoint, ...], near: float, enough: float) -> Evidence | None:
    """Statistics that have hardly left where they began; their distance grows as 1 - (1 - momentum) ** batches."""
    last = next((one for one in reversed(checkpoints) if _batches(one)), None)
    if last is None:
        return None
    counts = {layer: count for layer, count in _batches(last).items() if count >= enough}
    variances = _channels(last, (f"{layer}.running_var" for layer in counts))
    means = _channels(last, (f"{layer}.running_mean" for layer in counts))
    if not len(variances) or not len(means) or not variances.min() > 0:
        return None
    gone = median(np.abs(np.log(variances)))
    if not 0 < gone <= near or median(np.abs(means)) > near:
        return None
    layer = _first(counts)
    momentum = -math.expm1(math.log1p(-min(gone, 0.99)) / counts[layer])
    steps = _steps(last, 0.0)
    facts: dict[str, Fact] = {
        "counted": counts[layer],
        "steps": "?" if steps is None else f"{steps:.0f}",
        "momentum": momentum,
        "more": f", momentum ≈ {momentum:.0e}",
    }
    return Evidence(layer, 0, last.step, facts, "momentum-tiny")


def _channels(checkpoint: Checkpoint, names: Iterable[str]) -> Curve:
    """What is known of the channels of these statistics: all of them, or some from all over, in a row."""
    found = [checkpoint.tensors[name] for name in names if name in checkpoint.tensors]
    return np.concatenate([np.asarray(one.values or one.sample, np.float64) for one in found] or [np.empty(0)])


def _batches(checkpoint: Checkpoint) -> dict[str, float]:
    """How many batches each batch-norm layer has counted."""
    return {
        name.removesuffix("." + _COUNTER): tensor.maximum
        for name, tensor in checkpoint.tensors.items()
        if name.endswith("." + _COUNTER) and tensor.numel == 1 and tensor.maximum >= 0
    }


def _steps(checkpoint: Checkpoint, less: float) -> float | None:
    """The steps the optimizer took; None when parameters differ in it (several optimizers) or none counts."""
    entries = checkpoint.optimizer.state.values() if checkpoint.optimizer else ()
    steps = [step for entry in entries if isinstance(step := entry.get("step"), (int, float))]
    return max(steps) if steps and min(steps) >= less * max(steps) and max(steps) > 1 else None


def _stale(earlier: Checkpoint, last: Checkpoint) -> bool:
    """Whether the same weights were saved twice, so that the counts tell nothing of the training."""
    return all(name in last.tensors and same(one, last.tensors[name]) for name, one in earlier.tensors.items())


def _untouched(checkpoint: Checkpoint, batches: Counts) -> bool:
    """Whether the means are still zero: converted models come with statistics and a count of zero."""
    means = [checkpoint.tensors.get(f"{layer}.running_mean") for layer in batches]
    return all(mean is not None and mean.zeros == mean.numel for mean in means)


def _first(batches: Counts) -> str:
    return next(iter(batches))
