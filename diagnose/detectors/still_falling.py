"""A loss that was clearly on its way down when the run ended."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import blocks, changes, finite, median
from diagnose.run import Series


def still_falling(
    loss: Series,
    val: Series | None,
    rate: Series | None,
    *,
    points: float,
    last: float,
    part: float,
    noise: float,
    going: float,
    high: float,
) -> Evidence | Unsure | None:
    """Point at the last share ``last`` of the run, in which ``loss`` fell by ``part`` of its whole descent.

    The fall must also be ``noise`` times the sharpest bend within that stretch, a share ``going`` of it must
    lie in the later half, and the curve must end at its best. A validation loss that no longer falls (by half
    of ``part`` of its own descent) says the opposite; one that does fall speaks for a training loss whose noise hides
    it. Causes by the last learning rate: ``rate-left`` (above
    ``high`` of its peak), ``rate-spent``; none when it was not logged.
    """
    steps, values = finite(loss)
    if len(values) < points:
        return too_few(loss, points)
    shown, (fell, since) = loss, _fall(loss, last, noise, going)
    if val is not None and len(finite(val)[1]) >= points:
        also = _fall(val, last, 0, 0)[0]
        if also < part / 2:
            return None
        if fell < part and also >= part and _recent(loss, last) >= part:
            shown, (fell, since) = val, _fall(val, last, noise, going)
    if fell < part:
        return None
    facts = {"fell": fell * 100, "end": float(blocks(shown).levels[-1])}
    return Evidence(shown.name, since, int(steps[-1]), facts, _cause(rate, high))


def _recent(series: Series, last: float) -> float:
    """How far the median of the last stretch lies below that of the one before it, as a share of the whole descent."""
    levels = blocks(series, 20).levels
    width = max(1, round(last * len(levels)))
    whole = float(np.ptp(levels))
    return (median(levels[-2 * width : -width]) - median(levels[-width:])) / whole if whole > 0 else 0.0


def _fall(series: Series, last: float, noise: float, going: float) -> tuple[float, int]:
    """The share of the whole descent that lies in the last stretch, and where that begins; 0 for none.

    Of a few values the stretch is longer than asked for; the share is then that of so much less.
    """
    curve = blocks(series, 20)
    begin = len(curve) - 1 - max(2, round(last * (len(curve) - 1)))
    opening = finite(series)[1][: max(1, len(finite(series)[1]) // 100)]
    whole = max(median(opening), float(curve.levels.max())) - float(curve.levels.min())
    tail = curve.levels[begin:]
    fell = float(tail[0] - tail[-1])
    wander = float(np.abs(changes(changes(tail))).max()) if len(tail) > 2 else 0.0
    later = float(tail[len(tail) // 2] - tail[-1])
    if whole <= 0 or tail[-1] > curve.levels.min() or fell < noise * wander or later < going * fell:
        return 0.0, int(curve.steps[begin])
    long = (float(curve.steps[-1]) - float(curve.steps[begin])) / (float(curve.steps[-1]) - float(curve.steps[0]))
    return fell / whole * min(1.0, 1.1 * last / long), int(curve.steps[begin])


def _cause(rate: Series | None, high: float) -> str:
    values = finite(rate)[1] if rate is not None else np.empty(0)
    if len(values) == 0 or values.max() <= 0:
        return ""
    return "rate-left" if values[-1] >= high * values.max() else "rate-spent"
