"""A part that takes up a large share of its whole."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import finite, median
from diagnose.run import Series
from kb.text import Text


def share_of(
    waiting: Series, step: Series | None, *, points: float, skip: float, share: float, units: float
) -> Evidence | Unsure | None:
    """Point at ``waiting`` when it takes ``share`` or more of ``step``: typically, or in all of the later half.

    The first share ``skip`` is left out. Where the part is typically larger than the whole, the whole was logged
    without it, and both are added. A part ``units`` times as large is measured in another unit and says nothing.
    """
    steps, part = finite(waiting)
    whole = finite(step)[1] if step is not None else np.empty(0)
    if len(part) < points:
        return too_few(waiting, points)
    if step is None or len(whole) == 0:
        return Unsure(Text(f"no time of the whole step beside {waiting.name}", f"没有与 {waiting.name} 对应的整步时间"))
    first = int(skip * len(part))
    typical = median(part[first:])
    length = median(whole[int(skip * len(whole)) :])
    length += typical if typical > length else 0.0
    if length <= 0 or typical >= (1 - 1 / units) * length:
        what = f"{waiting.name} and {step.name} differ in their unit", f"{waiting.name} 与 {step.name} 的单位不同"
        return Unsure(Text(*what))
    if typical < share * length:
        late = slice(len(part) // 2, None)
        if len(part) != len(whole) or len(part) < 2 * points or part[late].sum() < share * whole[late].sum():
            return None
        typical, length, first = float(part[late].mean()), float(whole[late].mean()), len(part) // 2
    facts = {"share": typical / length * 100, "waiting": typical, "whole": length}
    return Evidence(waiting.name, int(steps[first]), int(steps[-1]), facts)
