"""A curve that goes on at another level where the run was resumed, or where its steps or its clock make a gap."""

from __future__ import annotations

import numpy as np

from diagnose.breaks import breaks
from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import changes, finite, median, quantiles
from diagnose.run import Curve, Series, Steps

_SIDE = 20  # points looked at on either side of a break


def level_shift(
    loss: Series,
    rate: Series | None,
    *,
    points: float,
    gap: float,
    pause: float,
    part: float,
    noise: float,
    grown: float,
) -> Evidence | Unsure | None:
    """Point at the break at which ``loss`` jumped furthest: by ``part`` of its range and ``noise`` times its unrest.

    Breaks are the places where a resumed run was joined, where the steps leave out ``gap`` times their usual
    distance, and where the clock stood for ``pause`` times the usual time between two points. Causes of a rise:
    ``scheduler-not-restored`` (the learning rate grew by ``grown`` there), ``weights-not-restored`` (it began where
    the run had begun), ``optimizer-not-restored`` (it came back to its old level). A fall that is taken back later is
    ``data-repeated``; one that lasts is progress.
    """
    steps, values = finite(loss)
    if len(values) < points:
        return too_few(loss, points)
    shifts = [(at, *_shift(values, at)) for at in breaks(loss, steps, gap, pause)]
    if not shifts:
        return None
    low, high = quantiles(values, 0.02, 0.98)
    span = high - low
    big = [(at, rise, own) for at, rise, own in shifts if abs(rise) >= max(part * span, noise * own)]
    for at, rise, _ in sorted(big, key=lambda one: -abs(one[1])):
        cause = _risen(values, at, rise, rate, steps, grown) if rise > 0 else _fallen(values, at, rise)
        if rise < 0 and not cause:
            continue
        before = median(values[max(0, at - _SIDE) : at])
        facts = {"before": before, "after": before + rise, "step": int(steps[at])}
        return Evidence(loss.name, int(steps[at - 1]), int(steps[-1]), facts, cause)
    return None


def _shift(values: Curve, at: int) -> tuple[float, float]:
    """How much higher the curve goes on than it was about to, and its unrest: the spread of a level of five points."""
    before, after = values[max(0, at - _SIDE) : at], values[at : at + 5]
    x = np.arange(len(before))
    tilt = median(changes(before)) if len(before) > 5 else 0.0
    level = median(before - tilt * (x - len(before) + 1))
    own = median(np.abs(changes(values[max(0, at - _SIDE) : at + _SIDE]))) * 1.4826 / np.sqrt(2)
    return median(after) - level, own


def _risen(values: Curve, at: int, rise: float, rate: Series | None, steps: Steps, grown: float) -> str:
    if rate is not None:
        own, rates = finite(rate)
        before, after = rates[own < steps[at]], rates[own >= steps[at]]
        if len(before) and len(after) and float(after[:3].max()) >= grown * float(before[-1]):
            return "scheduler-not-restored"
    start = median(values[:3])
    level = median(values[max(0, at - _SIDE) : at])
    if start > level and abs(float(values[at]) - start) <= 0.2 * (start - level):
        return "weights-not-restored"
    return "optimizer-not-restored" if float(values[at + 1 :].min()) <= level + rise / 3 else ""


def _fallen(values: Curve, at: int, rise: float) -> str:
    level = median(values[max(0, at - _SIDE) : at])
    later = values[at + 5 :]
    width = min(5, len(later))
    if width < 3:
        return ""
    smooth = np.convolve(later, np.ones(width) / width, mode="valid")
    return "data-repeated" if float(smooth.max()) >= level + rise / 3 else ""
