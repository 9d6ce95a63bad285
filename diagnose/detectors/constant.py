"""A curve that never changes, and whether the loss has stopped meanwhile."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import fall, finite, longest_tail
from diagnose.run import Series


def constant(
    series: Series,
    loss: Series | None,
    *,
    points: float,
    same: float,
    held: float,
    left: float,
    stalled: float,
    converged: float,
) -> Evidence | Unsure | None:
    """Point at a curve whose values differ by less than ``same`` of their size, for the last share ``held`` of them.

    Where the first values differ, three more must stand, on a level that leaves something to gain.
    Cause ``loss-stalled`` when the loss had less than ``left`` of its fall still to come for ``stalled``
    of the run and ended above ``converged`` of its start; ``loss-falling`` otherwise.
    """
    steps, values = finite(series)
    if len(values) < points:
        return too_few(series, points)
    level = float(values[-1])
    tail = longest_tail(np.abs(values - level) <= same * abs(level))
    if level == 0 or tail < max(points, held * len(values)):
        return None
    if tail < len(values) and (tail < points + 3 or not 0 < level < 0.9):
        return None
    cause = "loss-falling"
    if loss is not None and len(finite(loss)[1]) >= points:
        seen = fall(loss, left)
        high = seen.start <= 0 or seen.end > converged * seen.start
        cause = "loss-stalled" if seen.stalled >= stalled and high else cause
    return Evidence(series.name, int(steps[-tail]), int(steps[-1]), {"level": level}, cause)
