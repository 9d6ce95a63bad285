"""Single moments at which a curve jumps far above itself, and how it comes back."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import blocks, finite
from diagnose.run import Curve, Series

_BEFORE = 10  # points a spike must tower over


def spikes(
    loss: Series,
    rate: Series | None,
    *,
    points: float,
    height: float,
    noise: float,
    rare: float,
    soon: float,
    late: float,
    grown: float,
) -> Evidence | Unsure | None:
    """Point at upward jumps; downward ones are progress.

    A spike rises above every one of the ten points before it, by a share ``height`` of the whole descent of
    the curve and by ``noise`` times the usual distance of a point from the curve. When more than a share
    ``rare`` of the points are of that kind, the curve is rough and has no spikes; a jump at which ``rate``
    grew by ``grown`` is its doing. Causes by the slowest return to what was usual before: ``returns-at-once``
    (within ``soon`` points), ``returns-slowly``, ``stays-up`` (not within a share ``late`` of the run).
    """
    steps, values = finite(loss)
    if len(values) < points:
        return too_few(loss, points)
    curve = blocks(loss)
    need = max(height * float(np.ptp(curve.levels)), noise * curve.noise)
    before = np.lib.stride_tricks.sliding_window_view(values, _BEFORE)[:-1].max(axis=-1)
    rises = np.flatnonzero(values[_BEFORE:] - before > need) + _BEFORE if need > 0 else np.empty(0, int)
    starts = rises[np.diff(rises, prepend=-_BEFORE) >= _BEFORE] if len(rises) else rises
    starts = np.array([at for at in starts if not _planned(rate, int(steps[at - 1]), int(steps[at]), grown)], int)
    if len(starts) == 0 or len(rises) > max(1.0, rare * len(values)):
        return None
    backs = [_back(values, int(at), need, int(late * len(values))) for at in starts]
    worst = int(np.argmax(backs))
    slowest, at = backs[worst], int(starts[worst])
    peak = at + int(np.argmax(values[at : at + _BEFORE]))
    cause = "returns-at-once" if slowest <= soon else "returns-slowly" if slowest < late * len(values) else "stays-up"
    facts = {"count": len(starts), "peak": float(values[peak]), "at": int(steps[peak]), "usual": float(before[at - _BEFORE])}
    return Evidence(loss.name, int(steps[at]), int(steps[-1]), facts, cause)
