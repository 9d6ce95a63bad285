"""A loss that falls evenly and slowly, with a small learning rate, from the first step to the last."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import blocks, finite
from diagnose.run import Series


def creeping(
    loss: Series,
    val: Series | None,
    rate: Series | None,
    *,
    points: float,
    tiny: float,
    least: float,
    most: float,
    even: float,
    noise: float,
) -> Evidence | Unsure | None:
    """Point at the whole run when ``loss`` fell by between ``least`` and ``most`` of its start, evenly.

    Even means that the later half fell by a share ``even`` of what the earlier half did, halves of the way that
    ``rate`` allows (its sum over the steps). The fall must be ``noise`` times the noise that is left in a level of
    many points; where the batches hide it ``val`` may show it. The peak of ``rate`` must not exceed ``tiny``.
    """
    steps, values = finite(loss)
    if len(values) < points:
        return too_few(loss, points)
    if rate is None or len(finite(rate)[1]) == 0:
        return None
    peak = float(finite(rate)[1].max())
    if not 0 < peak <= tiny:
        return None
    for one in (loss, val):
        if one is not None and (seen := _evenly(one, rate, points, least, most, even, noise)) is not None:
            start, end = seen
            facts = {"rate": peak, "fell": 100 * (start - end) / start, "end": end}
            return Evidence(one.name, int(steps[0]), int(steps[-1]), facts)
    return None


def _evenly(
    one: Series, rate: Series, points: float, least: float, most: float, even: float, noise: float
) -> tuple[float, float] | None:
    """The levels at the start and at the end of a curve that creeps down; None for any other."""
    count = len(finite(one)[1])
    if count < points:
        return None
    curve = blocks(one, 20)
    start, end = float(curve.levels[0]), float(curve.levels[-1])
    fell = start - end
    if start <= 0 or not least * start <= fell <= most * start:
        return None
    own, rates = finite(rate)
    way = np.concatenate(([0.0], np.cumsum(np.interp(curve.steps[1:], own, rates) * np.diff(curve.steps))))
    middle = float(np.interp(way[-1] / 2, way, curve.levels))
    if middle - end < even * (start - middle) or fell < noise * curve.noise / np.sqrt(count / len(curve)):
        return None
    return start, end
