"""Values that the quantity cannot have."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import finite, median
from diagnose.run import Series

# Quantities that are no share: correlations may be negative, decibels and scores of one's own have no upper end.
_NO_SHARE = frozenset(
    ("kappa", "ssim", "bleu", "mota", "cosine similarity", "score", "metric", "key metric", "inception score", "is50k")
)


def out_of_range(
    series: Series, *, points: float, low: float, high: float, percent: float, slack: float
) -> Evidence | Unsure | None:
    """Point at the first and last value outside ``low`` to ``high`` (by more than ``slack``, which covers rounding).

    A curve whose values mostly lie between ``percent`` and 100 is taken as per cent. Distances and errors, which
    are better when lower, have no upper end, and what is no share (a correlation, PSNR) is passed over.
    Causes: ``above`` and ``below``; a lone sentinel of exactly -1 is no value and is passed over.
    """
    steps, values = finite(series)
    if len(values) < points:
        return too_few(series, points)
    if series.lower_is_better or series.quantity in _NO_SHARE:
        return None
    scale = 100.0 if percent <= median(values) <= 100.0 else 1.0
    above = values > high * scale + slack * scale
    below = (values < low * scale - slack * scale) & (values != -1)
    wrong = np.flatnonzero(above | below)
    if len(wrong) == 0:
        return None
    cause = "above" if np.count_nonzero(above) >= np.count_nonzero(below) else "below"
    worst = float(values[above].max() if cause == "above" else values[below].min())
    facts = {"worst": worst, "count": len(wrong), "points": len(values)}
    return Evidence(series.name, int(steps[wrong[0]]), int(steps[wrong[-1]]), facts, cause)
