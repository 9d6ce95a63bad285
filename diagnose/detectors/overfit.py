"""Validation loss up from its best while training loss goes on down."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import at_steps, blocks, changes, filled_in, finite, median, medians
from diagnose.run import Curve, Series

_MANY = 1000


def overfit(
    val: Series,
    train: Series | None,
    metric: Series | None,
    *,
    points: float,
    rise: float,
    given_back: float,
    noise: float,
    train_fall: float,
    metric_loss: float,
) -> Evidence | Unsure | None:
    """Point at the stretch from the best validation loss to the end.

    The last level must lie ``rise`` (share of the best), a share ``given_back`` of the whole descent and ``noise``
    times the curve's own jitter above the best, while training fell by ``train_fall`` of its size over the same
    stretch. When the metric is still within ``metric_loss`` of its best (points of a share, else a share of the
    best) the cause is ``calibration``, else ``memorising``.
    """
    steps, values = finite(val)
    if len(values) < points:
        return too_few(val, points)
    if filled_in(values):
        return None
    wall = val.wall[np.isfinite(val.values)] if val.wall is not None else None
    if len(values) > _MANY:  # the best of a hundred thousand noisy values is luck; that of a thousand levels is not
        curve = blocks(val, _MANY)
        steps, values, wall = curve.steps.astype(np.int64), curve.levels, None
    width = max(1, min(5, len(values) // 5))
    smooth = _running_median(values, width)
    best = int(np.argmin(smooth))
    end = float(np.mean(smooth[-width:]))
    low = float(smooth[best])
    size = max(abs(low), 0.02 * float(np.ptp(smooth)), 1e-12)
    jitter = median(np.abs(changes(values))) if len(values) > 2 else 0.0
    risen, gained = (end - low) / size, float(smooth[: best + 1].max()) - low
    wide = max(width, len(values) // 10)
    chanced = 5 * 1.2533 * blocks(val).noise * np.sqrt(2 / wide)  # the lowest of many medians is low by luck, too
    late = median(values[-wide:]) - median(values[max(0, best - wide // 2) : best + wide // 2 + 1])
    if best >= len(values) - width or risen < rise or end - low < max(given_back * gained, noise * jitter):
        return None
    if len(values) >= 30 and late < chanced:
        return None
    if train is not None:
        beside = at_steps(train, steps, wall)
        then, now = float(beside[best]), median(beside[-width:])
        if not then - now >= train_fall * max(abs(then), 1e-12):
            return None
    facts = {"best": low, "end": end, "rise": risen * 100, "best_step": int(steps[best])}
    cause = _cause(metric, metric_loss)
    return Evidence(val.name, int(steps[best]), int(steps[-1]), facts, cause)


def _cause(metric: Series | None, metric_loss: float) -> str:
    if metric is None or len(finite(metric)[1]) < 3:
        return ""
    shown = blocks(metric, _MANY).levels if len(metric) > _MANY else finite(metric)[1]
    values = shown * (-1 if metric.lower_is_better else 1)
    width = max(1, min(5, len(values) // 5))
    smooth = _running_median(values, width)
    lost = float(smooth.max() - np.mean(smooth[-width:]))
    best = float(smooth.max())
    size = 1.0 if 0 <= best <= 1 else abs(best)  # of a score that is a share, points are what counts
    return "calibration" if lost <= metric_loss * size else "memorising"


def _running_median(values: Curve, width: int) -> Curve:
    before, behind = np.full(width // 2, values[0]), np.full(width - 1 - width // 2, values[-1])
    padded = np.concatenate((before, values, behind))
    return medians(padded, np.arange(len(values)), np.arange(width, len(padded) + 1))
