"""Rules of Amazon SageMaker Debugger, written anew from their published description and default thresholds.

Source: the Amazon SageMaker developer guide, "List of Debugger built-in rules". Rules that need activations or
gradients of single layers cannot be asked of a log; the gradient's norm stands for its mean where it was logged.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.diagnosis.plain import Row
from benchmarks.diagnosis.truths import Finding

Curve = NDArray[np.float64]


def sagemaker(rows: list[Row]) -> list[Finding]:
    """Every rule that fires on a table of curves."""
    loss, val = _column(rows, "loss"), _column(rows, "val_loss")
    rules = {
        "ExplodingTensor": _exploding(loss) or _exploding(val) or _exploding(_column(rows, "grad_norm")),
        "VanishingGradient": _vanishing(_column(rows, "grad_norm")),
        "LossNotDecreasing": _not_decreasing(loss),
        "Overfit": _overfit(rows),
        "Overtraining": _overtraining(loss, val),
        "LowGPUUtilization": _idle(_column(rows, "gpu_util")),
        "StepOutlier": _outlier(_column(rows, "step_time")),
    }
    return [Finding(name) for name, fires in rules.items() if fires]


def _column(rows: list[Row], name: str) -> Curve:
    return np.array([row[name] for row in rows if name in row], dtype=np.float64)


def _exploding(values: Curve) -> bool:
    """Any NaN or infinity."""
    return not bool(np.isfinite(values).all())


def _vanishing(norm: Curve) -> bool:
    """Mean absolute gradient below 1e-7 at a step."""
    return bool((norm < 1e-7).any())


def _not_decreasing(loss: Curve, steps: int = 10, percent: float = 0.1) -> bool:
    """Less than 0.1 percent of decrease over ten steps, anywhere."""
    loss = loss[np.isfinite(loss)]
    if len(loss) <= steps:
        return False
    before, after = loss[:-steps], loss[steps:]
    return bool((before - after < percent / 100 * np.abs(before)).any())


def _overfit(rows: list[Row], ratio: float = 0.1) -> bool:
    """Validation loss more than a tenth above the training loss, once (patience 1)."""
    latest = float("nan")
    for row in rows:
        latest = row.get("loss", latest)
        if "val_loss" in row and row["val_loss"] - latest > ratio * abs(latest):
            return True
    return False


def _overtraining(loss: Curve, val: Curve, delta: float = 0.01) -> bool:
    """No new best by more than 0.01 for five points of training loss, or for ten of validation loss."""
    return _waited(loss, 5, delta) or _waited(val, 10, delta)


def _waited(values: Curve, patience: int, delta: float) -> bool:
    best, waited = np.inf, 0
    for value in values:
        waited = 0 if value < best - delta else waited + 1
        best = min(best, float(value))
        if waited > patience:
            return True
    return False


def _idle(used: Curve) -> bool:
    """The 95th percentile of utilisation is below 70, or the fifth below 10."""
    return len(used) > 0 and bool(np.percentile(used, 95) < 70 or np.percentile(used, 5) < 10)


def _outlier(seconds: Curve) -> bool:
    """A step longer than the mean by three standard deviations."""
    return len(seconds) > 1 and bool((seconds > seconds.mean() + 3 * seconds.std()).any())
