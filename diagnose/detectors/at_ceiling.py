"""A curve that stands at its own maximum nearly all the time, as what is cut off does."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import finite
from diagnose.run import Series
from kb.text import Text


def at_ceiling(norm: Series, *, points: float, close: float, share: float, seen: float) -> Evidence | Unsure | None:
    """Point at a curve with a share ``share`` of its values within ``close`` (relative) of the largest.

    Where fewer than a share ``seen`` stand there, nothing was cut off in the log: the values were taken before
    clipping, and without the threshold nothing can be told.
    """
    steps, values = finite(norm)
    if len(values) < points:
        return too_few(norm, points)
    ceiling = float(values.max())
    standing = float(np.mean(values >= (1 - close) * ceiling)) if ceiling > 0 else 0.0
    if standing < seen:
        what = f"{norm.name} was logged before clipping", f"{norm.name} 是裁剪之前的值"
        return Unsure(Text(f"{what[0]}, and the threshold is not in the log", f"{what[1]}，而日志里没有阈值"))
    if standing < share:
        return None
    return Evidence(norm.name, int(steps[0]), int(steps[-1]), {"ceiling": ceiling, "share": standing * 100})
