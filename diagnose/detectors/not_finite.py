"""NaN or infinity in a curve, and what came before it."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence
from diagnose.measure import median
from diagnose.run import Series


def not_finite(series: Series, *, recovered: float, run_up: float) -> Evidence | None:
    """Point at non-finite values.

    A curve whose points after the first bad one are again numbers, in at least the share ``recovered``,
    has recovered (cause ``isolated``). Otherwise the cause is ``from-the-start`` when no number came
    before, ``after-a-rise`` when the last level before was ``run_up`` times the usual one, else ``sudden``.
    """
    bad = ~np.isfinite(series.values)
    if not bad.any():
        return None
    where = np.flatnonzero(bad)
    first, last = int(where[0]), int(where[-1])
    facts: dict[str, float | int | str] = {
        "count": len(where),
        "points": len(series),
        "what": "NaN" if np.isnan(series.values[first]) else "Inf",
    }
    healthy_after = float(np.mean(~bad[first:]))
    if healthy_after >= recovered and not bad[-1]:
        cause = "isolated"
    elif first == 0:
        cause = "from-the-start"
    else:
        before = series.values[:first]
        usual = median(np.abs(before[-50:-5])) if len(before) > 10 else median(np.abs(before))
        lead_up = median(np.abs(before[-3:]))
        cause = "after-a-rise" if lead_up >= run_up * max(usual, 1e-12) else "sudden"
    return Evidence(series.name, int(series.steps[first]), int(series.steps[last]), facts, cause)
