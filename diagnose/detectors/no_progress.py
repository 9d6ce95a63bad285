"""A loss that has not come down since the start."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import blocks, finite
from diagnose.run import Series


def no_progress(
    loss: Series,
    rate: Series | None,
    metric: Series | None,
    settings: Mapping[str, Any],
    *,
    least: float,
    points: float,
    tiny_rate: float,
    chance: float,
    metric_gain: float,
) -> Evidence | Unsure | None:
    """Point at a loss whose best level is less than ``least`` (share of its size) below its first.

    A best level that noise alone may have brought is none.
    A metric that improved by ``metric_gain`` acquits it. Causes: ``rate-zero`` (the learning rate never
    exceeded ``tiny_rate``), ``at-chance`` (within ``chance`` of ln 2, 1, or the logarithm of a class count: that of
    the ``settings``, else a common one).
    """
    steps, values = finite(loss)
    if len(values) < points:
        return too_few(loss, points)
    curve = blocks(loss, 10)
    start = float(curve.levels[0])
    best = float(curve.levels[1:].min())
    size = max(abs(start), abs(best), 1e-12)
    progress = (start - best) / size
    chanced = 4 * curve.noise / np.sqrt(len(values) / len(curve)) if len(values) >= 30 else 0.0  # by luck of ten levels
    ended = start - float(np.median(curve.levels[-3:]))
    if (progress >= least and (start - best > chanced or ended >= least * size)) or np.all(values == 0):
        return None
    if metric is not None and _gain(metric) >= metric_gain:
        return None
    end = float(curve.levels[-1])
    cause = ""
    if rate is not None and len(finite(rate)[1]) and float(np.max(np.abs(finite(rate)[1]))) <= tiny_rate:
        cause = "rate-zero"
    elif at_chance(end, chance, settings.get("classes")):
        cause = "at-chance"
    facts = {"start": start, "end": end, "progress": progress * 100}
    return Evidence(loss.name, int(steps[0]), int(steps[-1]), facts, cause)


def at_chance(level: float, tolerance: float, classes: object = None) -> bool:
    """Whether a loss sits where guessing leaves it: ln 2, 1 (Dice loss), or ln K of the known or of a common K."""
    if (
        isinstance(classes, int | float)
        and classes >= 2
        and abs(level - math.log(classes)) <= tolerance * math.log(classes)
    ):
        return True
    usual = [1.0, *(math.log(k) for k in (2, 3, 4, 5, 10, 20, 21, 100, 1000))]
    return any(abs(level - value) <= tolerance * value for value in usual)


def _gain(metric: Series) -> float:
    """How much the metric improved, in its own units (0 to 1, or per cent scaled down)."""
    levels = blocks(metric, 10).levels
    if len(levels) < 2:
        return 0.0
    scale = 100.0 if np.nanmax(np.abs(levels)) > 1.5 else 1.0
    rise = levels[0] - levels.min() if metric.lower_is_better else levels.max() - levels[0]
    return float(rise) / scale
