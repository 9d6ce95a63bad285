"""NaN or infinity in a curve, and what came before it."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence
from diagnose.measure import longest_tail, median
from diagnose.run import Curve, Series


def not_finite(
    series: Series,
    norm: Series | None,
    validation: Series | None,
    *,
    recovered: float,
    run_up: float,
    replaced: float,
) -> Evidence | None:
    """Point at non-finite values, also those that the trainer logged as 0.

    A curve whose points after the first bad one are again numbers, in at least the share ``recovered``,
    has recovered (cause ``isolated``). Otherwise the cause is ``from-the-start`` when no number came
    before, ``after-a-rise`` when the last level before was ``run_up`` times the usual one, or the very last value
    that much above all before it, else ``sudden``. A loss of exactly 0 from some point to the end, at least
    ``replaced`` values of it, beside a gradient ``norm`` or a loss of ``validation`` that is NaN all that time, is one
    that the trainer left out of what it logs (cause ``replaced``).
    """
    bad = ~np.isfinite(series.values)
    if not bad.any():
        return _replaced(series, (norm, validation), replaced)
    where = np.flatnonzero(bad)
    first, last = int(where[0]), int(where[-1])
    facts: dict[str, float | int | str] = {
        "count": len(where),
        "points": len(series),
        "what": "NaN" if np.isnan(series.values[first]) else "Inf",
    }
    healthy_after = float(np.mean(~bad[first:]))
    if healthy_after >= recovered and not bad[-1]:
        cause = "isolated"
    elif first == 0:
        cause = "from-the-start"
    else:
        cause = "after-a-rise" if _rose(np.abs(series.values[:first]), run_up) else "sudden"
    return Evidence(series.name, int(series.steps[first]), int(series.steps[last]), facts, cause)


def _rose(sizes: Curve, run_up: float) -> bool:
    """Whether magnitudes [n >= 1] end far above their usual level; of a few the first half is the usual."""
    usual = sizes[-50:-5] if len(sizes) > 10 else sizes[: max(1, len(sizes) // 2)]
    if median(sizes[-3:]) >= run_up * max(median(usual), 1e-12):
        return True
    return len(sizes) > 1 and float(sizes[-1]) >= run_up * float(sizes[-50:-1].max())


def _replaced(loss: Series, witnesses: tuple[Series | None, ...], replaced: float) -> Evidence | None:
    """The zeros at the end of a loss, if a curve beside it says that they were no numbers."""
    zeros = longest_tail(loss.values == 0)
    if zeros < replaced:
        return None
    first, last = int(loss.steps[-zeros]), int(loss.steps[-1])
    for witness in witnesses:
        seen = witness.values[(witness.steps >= first) & (witness.steps <= last)] if witness is not None else ()
        if witness is not None and len(seen) and np.isnan(seen).all():
            facts: dict[str, float | int | str] = {
                "count": zeros,
                "points": len(loss),
                "what": "0",
                "witness": witness.name,
            }
            return Evidence(loss.name, first, last, facts, "replaced")
    return None
