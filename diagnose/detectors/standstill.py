"""A score that rose at first, far from the best it could be, and has not moved since."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import blocks, finite, median
from diagnose.run import Series


def standstill(
    metric: Series,
    rate: Series | None,
    *,
    points: float,
    gain: float,
    left: float,
    stalled: float,
    ceiling: float,
    vanished: float,
    lost: float,
) -> Evidence | Unsure | None:
    """Point at the last share ``stalled`` of the run, in which ``metric`` gained less than ``left`` of all it gained.

    The metric must be one of a scale from 0 to 1 (or 100), have risen by ``gain`` of it, and stand below
    ``ceiling``; one that lost a share ``lost`` of what it had gained fell and does not stand. Cause ``rate-spent``
    when the learning rate lay below ``vanished`` of its peak meanwhile.
    """
    steps, values = finite(metric)
    if metric.lower_is_better:
        return None
    if len(values) < points:
        return too_few(metric, points)
    scale = 100.0 if float(values.max()) > 1.5 else 1.0
    curve = blocks(metric, 20)
    levels = curve.levels / scale
    rise = float(levels.max() - levels[0])
    if not gain <= rise <= 1 or float(levels.max()) >= ceiling or float(levels.min()) < 0:
        return None
    reached = np.maximum.accumulate(levels) >= levels.max() - left * rise - curve.noise / scale / 4
    at = int(np.argmax(reached))
    since, last = float(curve.steps[at]), float(curve.steps[-1])
    if last - since < stalled * (last - float(curve.steps[0])):
        return None
    level = median(levels[at:])
    if level < levels.max() - lost * rise:
        return None
    facts = {"level": level * scale, "best": float(levels.max()) * scale}
    return Evidence(metric.name, int(since), int(steps[-1]), facts, _cause(rate, since, vanished))


def _cause(rate: Series | None, since: float, vanished: float) -> str:
    if rate is None:
        return ""
    steps, values = finite(rate)
    behind = values[steps >= since]
    return "rate-spent" if len(behind) and median(behind) < vanished * float(values.max()) else ""
