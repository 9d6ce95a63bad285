"""A norm that rose to many times its own usual level and stayed there, or ceased to be a number."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import blocks, finite, longest_tail, median, quantiles
from diagnose.run import Series


def exploded(
    norm: Series, loss: Series | None, *, points: float, times: float, endless: float, risen: float
) -> Evidence | Unsure | None:
    """Point at the stretch in which ``norm`` lies ``times`` above the lower quartile of what went before, to the end.

    One that passed counts when the loss gave back a share ``risen`` of its descent there and did not regain it.
    Causes: ``not-finite`` (the last ``endless`` values or more are inf or NaN), ``with-the-loss`` (the loss gave back
    a share ``risen`` of its descent meanwhile), ``loss-calm``; none when no loss was logged.
    """
    steps, values = finite(norm)
    if len(values) < points:
        return too_few(norm, points)
    broken = longest_tail(~np.isfinite(norm.values))
    if broken >= endless:
        facts = {"usual": median(values), "end": float(norm.values[-1])}
        return Evidence(norm.name, int(norm.steps[-broken]), int(norm.steps[-1]), facts, "not-finite")
    curve = blocks(norm)
    levels = curve.levels
    tail = max(2, len(levels) // 10)
    usual = quantiles(levels[:-tail], 0.25)[0]
    if usual <= 0:
        return None
    if float(levels[-tail:].min()) < times * usual:
        return _passed(norm, loss, times, risen)
    first = int(curve.steps[-longest_tail(levels >= times * usual / 2)])
    facts = {"usual": usual, "end": median(levels[-tail:])}
    return Evidence(norm.name, first, int(steps[-1]), facts, _cause(loss, risen))


def _passed(norm: Series, loss: Series | None, times: float, risen: float) -> Evidence | None:
    """The largest norm, if it stood far above all before it and the loss was never again what it had been."""
    steps, values = finite(norm)
    at = int(np.argmax(values))
    before = values[:at]
    if loss is None or len(before) < 10 or values[at] < times * median(before):
        return None
    curve = blocks(loss)
    earlier, later = curve.levels[curve.steps < steps[at]], curve.levels[curve.steps >= steps[at]]
    if len(earlier) < 2 or len(later) < 2:
        return None
    descent = float(earlier.max() - earlier.min())
    if descent <= 0 or float(later.min() - earlier.min()) < risen * descent:
        return None
    facts = {"usual": median(before), "end": float(values[at])}
    return Evidence(norm.name, int(steps[at]), int(steps[-1]), facts, "with-the-loss")


def _cause(loss: Series | None, risen: float) -> str:
    levels = blocks(loss).levels if loss is not None else np.empty(0)
    if len(levels) < 3:
        return ""
    descent = max(float(levels[: int(np.argmin(levels)) + 1].max() - levels.min()), 1e-12)
    back = float(levels[-max(2, len(levels) // 10) :].min() - levels.min())
    return "with-the-loss" if back >= risen * descent else "loss-calm"
