"""A loss whose progress stopped well before the end, and not because it had converged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diagnose.chance import at_share
from diagnose.exactly import fell_silent, held
from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import fall, finite, median
from diagnose.run import Series


def plateau(
    loss: Series,
    rate: Series | None,
    scores: tuple[Series, ...],
    settings: Mapping[str, Any],
    *,
    points: float,
    least: float,
    left: float,
    stalled: float,
    converged: float,
    vanished: float,
    decayed: float,
    chance: float,
    same: float,
    digits: float,
    sudden: float,
) -> Evidence | Unsure | None:
    """Point at the stretch in which ``loss`` stood still.

    It must have come down by ``least`` of its size, and then, for a share ``stalled`` of the run, have
    less than ``left`` of that fall still to come. A loss that ended below ``converged`` of its start has
    converged, and so has one whose learning rate came down on schedule. Causes by the learning rate over
    the flat stretch against its peak: ``rate-vanished`` (below ``vanished`` for most of it),
    ``rate-constant`` (never below ``decayed``), none when no learning rate was logged. Before any of them comes
    ``at-share``: the level is, to ``chance``, what it costs to answer every pixel with the share of the foreground.

    A loss that moved and then is one number, written with ``digits`` digits, in each of its last ``same`` rows or more,
    is ``exact`` however low it is and however short the stretch, unless it had come within ``sudden`` of that number.
    """
    steps, values = finite(loss)
    if len(values) < points:
        return too_few(loss, points)
    seen = fall(loss, left)
    if seen.progress < least:
        return None
    exact = held(values, digits)
    if same <= exact < len(values) and fell_silent(values, exact, sudden, converged):
        cause = _cause(rate, int(steps[-exact]), vanished, decayed)
        facts = {"level": float(values[-1]), "count": exact, "share": 100 * exact / len(values)}
        return Evidence(
            loss.name, int(steps[-exact]), int(steps[-1]), facts, cause if cause == "rate-vanished" else "exact"
        )
    if seen.stalled < stalled:
        return None
    shared = at_share(seen.end, chance, settings, scores)
    cause = "at-share" if shared else _cause(rate, seen.stalled_at, vanished, decayed)
    low = seen.start > 0 and seen.end <= converged * seen.start
    if cause == "on-schedule" or (low and cause not in ("at-share", "rate-vanished")):
        return None
    facts = {"level": seen.end, "start": seen.start, "share": seen.stalled * 100}
    return Evidence(loss.name, seen.stalled_at, int(steps[-1]), facts, cause)


def _cause(rate: Series | None, since: int, vanished: float, decayed: float) -> str:
    if rate is None:
        return ""
    steps, values = finite(rate)
    peak = float(values.max()) if len(values) else 0.0
    flat = values[steps >= since]
    if len(flat) == 0 or peak <= 0:
        return "rate-vanished" if len(values) and peak == 0 else ""
    if median(flat) < vanished * peak:
        return "rate-vanished"
    return "rate-constant" if flat.min() >= decayed * peak else "on-schedule"
