"""A speed that has dropped since the early part of the run and has not come back."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import blocks, finite, median
from diagnose.run import Series


def drift(
    speed: Series, *, points: float, skip: float, drop: float, noise: float, sudden: float
) -> Evidence | Unsure | None:
    """Point at the stretch since when ``speed`` is lower by a share ``drop``, to the end of the run.

    The early level is that of the fifth that follows the first share ``skip``; all of the last fifth must lie
    below it, by ``noise`` times the spread of the early blocks as well. Causes: ``at-once`` (a share ``sudden`` of the
    drop lies between two neighbouring blocks), ``slowly``.
    """
    steps, values = finite(speed)
    if len(values) < points:
        return too_few(speed, points)
    curve = blocks(speed, 20)
    begin, width = int(skip * len(curve)), max(2, len(curve) // 5)
    opening, ending = curve.levels[begin : begin + width], curve.levels[-width:]
    early, late = median(opening), median(ending)
    lost = early - float(ending.max())
    if not np.isfinite(lost) or early <= 0 or lost < max(drop * early, noise * float(np.ptp(opening))):
        return None
    falls = np.minimum(curve.levels[begin:-2], early) - np.median(
        np.lib.stride_tricks.sliding_window_view(curve.levels[begin + 1 :], 2), axis=-1
    )
    at = begin + 1 + int(np.argmax(falls))
    facts = {"early": early, "late": late, "drop": (early - late) / early * 100}
    cause = "at-once" if falls.max() >= sudden * (early - late) else "slowly"
    return Evidence(speed.name, int(curve.steps[at]), int(steps[-1]), facts, cause)
