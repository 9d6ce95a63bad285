"""A share of time that is low for most of the run."""

from __future__ import annotations

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import finite, median, quantiles
from diagnose.run import Series


def low(
    used: Series, *, points: float, skip: float, level: float, full: float, idle: float
) -> Evidence | Unsure | None:
    """Point at a share of time that is typically below ``level`` percent after the first share ``skip`` of the run.

    Shares between 0 and 1 count as percent. Causes: ``not-used`` (hardly ever above ``idle`` percent),
    ``stop-and-go`` (above ``full`` percent in a tenth of the values), ``small-work`` otherwise.
    """
    steps, values = finite(used)
    if len(values) < points:
        return too_few(used, points)
    late = values[int(skip * len(values)) :] * (100 if values.max() <= 1 and values.min() >= 0 else 1)
    typical, best = median(late), quantiles(late, 0.9)[0]
    if typical >= level or late.min() < 0:
        return None
    cause = "not-used" if best <= idle else "stop-and-go" if best >= full else "small-work"
    first = int(steps[int(skip * len(values))])
    return Evidence(used.name, first, int(steps[-1]), {"level": typical, "best": best}, cause)
