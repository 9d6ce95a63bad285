"""Single moments at which a curve jumps far above itself, and how it comes back."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Fact, Unsure, too_few
from diagnose.measure import blocks, finite
from diagnose.run import Curve, Series, Steps

_BEFORE = 10  # points that a spike must tower over


def spikes(
    loss: Series,
    rate: Series | None,
    *,
    points: float,
    height: float,
    noise: float,
    rare: float,
    soon: float,
    brief: float,
    late: float,
    grown: float,
) -> Evidence | Unsure | None:
    """Point at upward jumps of ``loss``; downward ones are progress.

    A spike rises above every one of the ten points before it, by a share ``height`` of the whole range of
    the curve's levels and by ``noise`` times the usual distance of a point from the curve. Where more than a
    share ``rare`` of the points do so the curve is rough and has no spikes; a jump at which ``rate`` grew by
    ``grown`` belongs to the schedule. Causes by the slowest return: ``returns-at-once`` (within ``soon``
    points or a share ``brief`` of them), ``returns-slowly``, ``stays-up`` (not within a share ``late``); none
    where the run ends before that shows.
    """
    steps, values = finite(loss)
    if len(values) < points:
        return too_few(loss, points)
    curve = blocks(loss)
    need = max(height * float(np.ptp(curve.levels)), noise * curve.noise)
    usual = values[:-_BEFORE].copy()
    for back in range(1, _BEFORE):  # ten passes over a long curve take a tenth of the time that windows do
        np.maximum(usual, values[back : back - _BEFORE], out=usual)
    rises = np.flatnonzero(values[_BEFORE:] - usual > need)
    starts = rises[np.diff(rises, prepend=-_BEFORE) >= _BEFORE]
    planned = _grows(rate, steps, grown)
    starts = starts[~planned[starts + _BEFORE]]
    if len(starts) == 0 or len(rises) > max(1.0, rare * len(values)):
        return None
    quick, patience = max(soon, brief * len(values)), max(soon + 1, late * len(values))
    waits = [_wait(values[at + _BEFORE :], float(usual[at]) + need / 4) for at in starts]
    worst = int(np.argmax(waits))
    at = int(starts[worst]) + _BEFORE
    if waits[worst] < patience:
        cause = "returns-at-once" if waits[worst] <= quick else "returns-slowly"
    else:
        cause = "stays-up" if len(values) - at >= patience else ""
    peak = at + int(np.argmax(values[at : at + _BEFORE]))
    facts: dict[str, Fact] = {"count": len(starts), "peak": float(values[peak]), "at": int(steps[peak])}
    facts["usual"] = float(usual[starts[worst]])
    return Evidence(loss.name, int(steps[at]), int(steps[-1]), facts, cause)


def _wait(after: Curve, usual: float) -> float:
    """How many points it takes from the jump until two in a row are as low as usual; infinite if that never comes."""
    calm = after <= usual
    twice = np.flatnonzero(calm[:-1] & calm[1:])
    return float(twice[0]) if len(twice) else float("inf")


def _grows(rate: Series | None, steps: Steps, grown: float) -> np.ndarray:
    """Where ``rate`` grew by ``grown`` within the last three points: bool [n]."""
    if rate is None:
        return np.zeros(len(steps), dtype=bool)
    own, values = finite(rate)
    if len(values) == 0:
        return np.zeros(len(steps), dtype=bool)
    now = values[np.clip(np.searchsorted(own, steps, side="right") - 1, 0, None)]
    before = np.concatenate((now[:1], now[:1], now[:1], now[:-3]))
    return now >= grown * np.abs(before)
