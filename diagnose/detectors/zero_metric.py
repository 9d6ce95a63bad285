"""An overlap or detection score that stays at zero, or an overlap that hardly leaves it."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import blocks, finite, longest_tail, median
from diagnose.run import Curve, Series
from diagnose.together import OVERLAPS, scale

_DOUBLED = 2.0  # a Dice against masks of 255 lies below; that is impossible, and not two per cent

_OTHERS = 2  # one other class that is found may be the background


def zero_metric(
    metric: Series,
    loss: Series | None,
    others: tuple[Series, ...],
    *,
    points: float,
    nearly: float,
    share: float,
    loss_fall: float,
    learnt: float,
    long: float,
    faint: float,
    risen: float,
) -> Evidence | Unsure | None:
    """Point at the tail in which ``metric`` is at most ``nearly``: at least ``points`` scores and ``share`` of them.

    Of a Dice or IoU with ``long`` scores also at the whole of it, when it never was at ``learnt``, half of its later
    scores are at most ``faint``, its last third lies no more than ``risen`` times its noise above its first, and none
    of the ``others`` (data sets, classes) is at ``learnt``: what one network finds elsewhere is only hard to find here.

    Causes: ``not-finite`` (the loss ended without a number), ``collapsed`` (the score had been at ``learnt``, which
    the guesses of an untrained network do not reach), ``one-class`` (other classes or data sets are found),
    ``all-background`` (the loss fell by ``loss_fall`` of its size all the same), ``not-learning`` (it did not). A score
    that is better when lower is not looked at.
    """
    steps, values = finite(metric)
    if metric.lower_is_better:
        return None
    if len(values) < points:
        return too_few(metric, points)
    tail = longest_tail(np.abs(values) <= nearly)
    if tail < points or tail < share * len(values):
        if not _hardly_leaves_zero(metric, values, others, learnt, long, faint, risen):
            return None
        tail = len(values)
    first = len(values) - tail
    cause = ""
    if loss is not None and len(loss) and not np.isfinite(loss.values[-1]):
        cause = "not-finite"
    elif first > 0 and float(np.max(values[:first])) >= learnt * scale(metric):
        cause = "collapsed"
    elif metric.qualifier and len(_found_elsewhere(metric, others, learnt)) >= _OTHERS:
        cause = "one-class"
    elif loss is not None and len(finite(loss)[1]) >= points:
        levels = blocks(loss, 10).levels
        progress = (levels[0] - levels.min()) / max(abs(levels[0]), abs(levels.min()), 1e-12)
        cause = "all-background" if progress >= loss_fall else "not-learning"
    facts = {"count": tail, "points": len(values), "highest": float(values[first:].max())}
    return Evidence(metric.name, int(steps[first]), int(steps[-1]), facts, cause)


def _hardly_leaves_zero(
    metric: Series,
    values: Curve,
    others: tuple[Series, ...],
    learnt: float,
    long: float,
    faint: float,
    risen: float,
) -> bool:
    if metric.quantity not in OVERLAPS or len(values) < long:
        return False
    whole, third = scale(metric), len(values) // 3
    if whole > 1 and float(values.max()) <= _DOUBLED:
        return False
    if float(values.max()) >= learnt * whole or median(values[len(values) // 2 :]) > faint * whole:
        return False
    if median(values[-third:]) - median(values[:third]) > risen * blocks(metric).noise:
        return False
    return not any(_found(other, learnt) for other in others if other.quantity in OVERLAPS)


def _found_elsewhere(metric: Series, others: tuple[Series, ...], learnt: float) -> set[str]:
    """The other classes or data sets of the same split with an overlap of ``learnt`` or more."""
    rivals = (one for one in others if one.quantity in OVERLAPS and one.split == metric.split)
    return {one.qualifier for one in rivals if one.qualifier not in {"", metric.qualifier} and _found(one, learnt)}


def _found(other: Series, learnt: float) -> bool:
    values = finite(other)[1]
    return len(values) > 0 and median(values[len(values) // 2 :]) >= learnt * scale(other)
