"""A learning rate that is next to nothing for a large part of the run."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import finite
from diagnose.run import Series


def vanished(rate: Series, *, points: float, floor: float, share: float, swing: float) -> Evidence | Unsure | None:
    """Point at the tail in which ``rate`` stays below ``floor`` of its peak for ``share`` of the run.

    Causes: ``zero-throughout`` (it was never above zero), ``compounding-decay`` (it keeps shrinking, by
    more than ``swing`` within the tail), ``ended-early`` (it sits at its floor).
    """
    steps, values = finite(rate)
    if len(values) < points:
        return too_few(rate, points)
    peak = float(np.abs(values).max())
    if peak == 0:
        facts = {"peak": 0.0, "end": 0.0, "share": 100.0}
        return Evidence(rate.name, int(steps[0]), int(steps[-1]), facts, "zero-throughout")
    above = np.flatnonzero(np.abs(values) >= floor * peak)
    begin = int(above[-1]) + 1
    span = float(steps[-1] - steps[0])
    tail = float(steps[-1] - steps[begin]) / span if begin < len(values) and span > 0 else 0.0
    if tail < share:
        return None
    last = abs(float(values[-1]))
    shrinks = last == 0 or abs(float(values[begin])) / last > swing
    facts = {"peak": peak, "end": float(values[-1]), "share": tail * 100}
    moving = shrinks and len(np.unique(values[begin:])) > len(values[begin:]) // 4
    return Evidence(
        rate.name, int(steps[begin]), int(steps[-1]), facts, "compounding-decay" if moving else "ended-early"
    )
