"""An overlap or detection score that stays at zero."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import blocks, finite, longest_tail
from diagnose.run import Series


def zero_metric(
    metric: Series,
    loss: Series | None,
    *,
    points: float,
    nearly: float,
    share: float,
    loss_fall: float,
    learnt: float,
) -> Evidence | Unsure | None:
    """Point at the tail in which ``metric`` is at most ``nearly``: at least ``points`` scores and ``share`` of them.

    Causes: ``not-finite`` (the loss ended without a number), ``collapsed`` (the score had been at ``learnt``, which
    the guesses of an untrained network do not reach), ``all-background`` (the loss fell by ``loss_fall`` of its size
    all the same), ``not-learning`` (it did not). A score that is better when lower is not looked at.
    """
    steps, values = finite(metric)
    if metric.lower_is_better:
        return None
    if len(values) < points:
        return too_few(metric, points)
    tail = longest_tail(np.abs(values) <= nearly)
    if tail < points or tail < share * len(values):
        return None
    first = len(values) - tail
    cause = ""
    scale = 100.0 if float(values.max()) > 1.5 else 1.0
    if loss is not None and len(loss) and not np.isfinite(loss.values[-1]):
        cause = "not-finite"
    elif first > 0 and float(np.max(values[:first])) >= learnt * scale:
        cause = "collapsed"
    elif loss is not None and len(finite(loss)[1]) >= points:
        levels = blocks(loss, 10).levels
        progress = (levels[0] - levels.min()) / max(abs(levels[0]), abs(levels.min()), 1e-12)
        cause = "all-background" if progress >= loss_fall else "not-learning"
    facts = {"count": tail, "points": len(values), "highest": float(values[first:].max())}
    return Evidence(metric.name, int(steps[first]), int(steps[-1]), facts, cause)
