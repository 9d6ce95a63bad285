"""A loss that gave back most of what it had gained, and did not regain it."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import Blocks, blocks, finite, median
from diagnose.run import Series


def diverged(
    loss: Series, rate: Series | None, *, points: float, least: float, lost: float, noise: float, grown: float
) -> Evidence | Unsure | None:
    """Point at the stretch from the best level of ``loss`` to its end.

    The curve must first have come down by ``least`` of its size. At the end, over the last tenth, it stays
    above its best by a share ``lost`` of that descent, by ``least`` of its size, and by ``noise`` times the
    usual distance of a point from the curve. Causes by the learning rate between the best level and the
    loss of half the descent: ``rate-grew`` (by ``grown`` or more), ``rate-steady``; none when it was not logged.
    """
    steps, values = finite(loss)
    if len(values) < points:
        return too_few(loss, points)
    curve = blocks(loss)
    best = int(np.argmin(curve.levels))
    low = float(curve.levels[best])
    opening = values[: max(1, min(5, len(values) // 20))]
    start = max(float(curve.levels[0]), median(opening))
    size = max(abs(start), abs(low), 1e-12)
    gained = start - low
    tail = curve.levels[-max(2, len(curve) // 10) :]
    rise = float(tail.min()) - low
    if gained < least * size or rise < max(lost * gained, least * size, noise * curve.noise):
        return None
    facts = {"start": start, "best": low, "end": median(tail), "best_step": int(curve.steps[best])}
    return Evidence(loss.name, int(curve.steps[best]), int(steps[-1]), facts, _cause(rate, curve, best, gained, grown))


def _cause(rate: Series | None, curve: Blocks, best: int, gained: float, grown: float) -> str:
    if rate is None:
        return ""
    steps, values = finite(rate)
    high = np.flatnonzero(curve.levels[best:] >= curve.levels[best] + gained / 2)
    turn = best + int(high[0]) if len(high) else len(curve) - 1
    before = values[steps <= curve.steps[best]]
    between = values[(steps >= curve.steps[best]) & (steps <= curve.steps[turn])]
    if len(before) == 0 or len(between) == 0:
        return ""
    return "rate-grew" if between.max() >= grown * abs(float(before[-1])) else "rate-steady"
