"""A schedule that had come down and jumped back up, and not as a planned restart."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import changes, finite, median
from diagnose.run import Curve, Series, Steps


def jump(
    rate: Series, *, points: float, factor: float, regained: float, bottom: float, even: float
) -> Evidence | Unsure | None:
    """Point at the place where ``rate`` grew by ``factor`` at once, to at least ``regained`` of its earlier peak.

    It must have come down before, so a warm-up is none, and stay up for the next values, so two groups logged
    under one name are none. Restarts are planned: from below ``bottom`` of the peak, or in a series whose
    periods are alike, or grow by one whole factor, to within ``even`` and the grid of the log.
    """
    steps, values = finite(rate)
    if len(values) < points:
        return too_few(rate, points)
    peak = np.maximum.accumulate(values)[:-1]
    before, after = values[:-1], values[1:]
    high = (after >= factor * before) & (before <= peak / factor) & (after >= regained * peak) & (peak > 0)
    jumps = np.flatnonzero(high)
    if _in_series(steps, jumps, even):
        return None
    found = [int(at) for at in jumps if before[at] > bottom * peak[at] and _lasts(values, int(at), factor)]
    if not found:
        return None
    at = found[0]
    facts = {"before": float(values[at]), "after": float(values[at + 1]), "count": len(found)}
    return Evidence(rate.name, int(steps[at + 1]), int(steps[-1]), facts)


def _lasts(values: Curve, at: int, factor: float) -> bool:
    return float(values[at + 1 : at + 4].min()) >= factor * float(values[at])


def _in_series(steps: Steps, jumps: np.ndarray, even: float) -> bool:
    """Whether several jumps come at equal distances, or at distances that grow by a whole factor each time."""
    if len(jumps) < 2:
        return False
    grid = median(changes(steps))
    periods = changes(np.concatenate((steps[:1], steps[jumps + 1]))).astype(float)
    if np.ptp(periods) <= max(even * float(np.mean(periods)), 1.5 * grid):
        return True
    factor = max(1.0, float(np.round(median(periods[1:] / np.maximum(periods[:-1], 1.0)))))
    off = np.abs(periods[1:] - factor * periods[:-1])
    return bool(np.all(off <= np.maximum(even * factor * periods[:-1], 1.5 * grid)))
