"""A speed that sinks during the run, as a rate or as the time that a step takes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import blocks, finite, median
from diagnose.run import Series
from kb.text import Text


def drift(
    speeds: tuple[Series, ...],
    times: tuple[Series, ...],
    *,
    points: float,
    skip: float,
    drop: float,
    noise: float,
    sudden: float,
) -> list[Evidence] | Unsure | None:
    """Point at the stretch since when a speed is lower by a share ``drop``, to the end of the run.

    ``times`` are read as speeds, and only where no speed was logged. The early level is that of the fifth that follows
    the first share ``skip``; all of the last fifth must lie below it, by ``noise`` times the spread of the early blocks
    as well. Causes: ``at-once`` (a share ``sudden`` of the drop lies between two neighbouring blocks), ``slowly``.
    """
    shown = speeds or times
    if not shown:
        return Unsure(Text("neither speed nor step time was logged", "既没有记录速度，也没有记录每步时间"))
    long = [one for one in shown if len(finite(one)[1]) >= points]
    if not long:
        return too_few(shown[0], points)
    return [seen for one in long if (seen := _slower(one, not speeds, skip, drop, noise, sudden)) is not None]


def _slower(series: Series, takes: bool, skip: float, drop: float, noise: float, sudden: float) -> Evidence | None:
    steps, values = finite(series)
    if takes:
        if float(values.min()) <= 0:
            return None
        series = replace(series, steps=steps, values=1 / values)
    curve = blocks(series, 20)
    begin, width = int(skip * len(curve)), max(2, len(curve) // 5)
    opening, ending = curve.levels[begin : begin + width], curve.levels[-width:]
    early, late = median(opening), median(ending)
    lost = early - float(ending.max())
    if not np.isfinite(lost) or early <= 0 or lost < max(drop * early, noise * float(np.ptp(opening))):
        return None
    falls = np.minimum(curve.levels[begin:-2], early) - (curve.levels[begin + 1 : -1] + curve.levels[begin + 2 :]) / 2
    at = begin + 1 + int(np.argmax(falls))
    shown = (1 / early, 1 / max(late, 1e-300)) if takes else (early, late)
    facts = {"early": shown[0], "late": shown[1], "drop": (early - late) / early * 100}
    cause = "at-once" if falls.max() >= sudden * (early - late) else "slowly"
    return Evidence(series.name, int(curve.steps[at]), int(steps[-1]), facts, cause)
