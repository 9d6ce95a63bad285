"""A loss that falls evenly and slowly, with a small learning rate, from the first step to the last."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import blocks, finite
from diagnose.run import Series


def creeping(
    loss: Series,
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

    Even means that the later half fell by a share ``even`` of what the earlier half did. The fall must be ``noise``
    times the noise that is left in a level of many points. The peak of ``rate`` must not exceed ``tiny``.
    """
    steps, values = finite(loss)
    if len(values) < points:
        return too_few(loss, points)
    if rate is None or len(finite(rate)[1]) == 0:
        return None
    peak = float(finite(rate)[1].max())
    curve = blocks(loss, 20)
    start, end = float(curve.levels[0]), float(curve.levels[-1])
    fell = start - end
    if not 0 < peak <= tiny or start <= 0 or not least * start <= fell <= most * start:
        return None
    middle = float(np.interp((curve.steps[0] + curve.steps[-1]) / 2, curve.steps, curve.levels))
    if middle - end < even * (start - middle):
        return None
    if fell < noise * curve.noise / np.sqrt(len(values) / len(curve)):
        return None
    facts = {"rate": peak, "fell": 100 * fell / start, "end": end}
    return Evidence(loss.name, int(steps[0]), int(steps[-1]), facts)
