"""A norm that is zero, or next to nothing beside its own peak, to the end of the run."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import blocks, finite, longest_tail, median, quantiles
from diagnose.run import Curve, Series


def died(
    norm: Series, loss: Series | None, *, points: float, floor: float, share: float, coarse: float, solved: float
) -> Evidence | Unsure | None:
    """Point at the last share ``share`` of ``norm``, if it all lies below ``floor`` of the peak.

    Exact zeros that follow values below ``coarse`` of the peak are rounded numbers and no evidence. Causes:
    ``never-any`` (zero from the first value on), ``solved`` (the loss ended below ``solved`` of its start),
    ``cut-off`` (exactly zero), ``sunk``.
    """
    steps, values = finite(norm)
    if len(values) < points:
        return too_few(norm, points)
    peak = float(np.abs(values).max())
    early = np.abs(values[: len(values) // 2])
    if np.any(early > 0):  # an explosion in between is not what the end is held against
        peak = min(peak, 10 * quantiles(early[early > 0], 0.9)[0])
    tail = longest_tail(np.abs(values) <= floor * peak)
    if tail < share * len(values):
        return None
    begin = len(values) - tail
    cause = _cause(values, begin, loss, solved)
    if cause == "cut-off" and median(np.abs(values[max(0, begin - 5) : begin])) < coarse * peak:
        return None
    facts = {"peak": peak, "end": float(values[-1]), "share": tail / len(values) * 100}
    return Evidence(norm.name, int(steps[begin]), int(steps[-1]), facts, cause)


def _cause(values: Curve, begin: int, loss: Series | None, solved: float) -> str:
    if begin == 0:
        return "never-any"
    levels = blocks(loss).levels if loss is not None else np.empty(0)
    if len(levels) > 1 and abs(float(levels[-1])) <= solved * abs(float(levels[0])):
        return "solved"
    return "sunk" if np.any(values[begin:]) else "cut-off"
