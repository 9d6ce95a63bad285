"""Single moments at which a curve jumps far above itself, what happened there, and how it comes back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from diagnose.breaks import breaks
from diagnose.epochs import beginnings
from diagnose.finding import Evidence, Fact, Unsure, too_few
from diagnose.measure import blocks, changes, finite, median, places
from diagnose.run import Curve, Series, Steps

_BEFORE = 10  # points that a spike must tower over
_BESIDE = (-1, 0, 1)  # places of an epoch: its last point, the first of the next one and the second


def spikes(
    loss: Series,
    rate: Series | None,
    epochs: tuple[Series, ...],
    evaluated: tuple[Series, ...],
    settings: Mapping[str, Any],
    *,
    points: float,
    height: float,
    noise: float,
    rare: float,
    soon: float,
    brief: float,
    late: float,
    grown: float,
    gap: float,
    pause: float,
    luck: float,
) -> list[Evidence] | Unsure | None:
    """Point at upward jumps of ``loss``, once for each of their causes; downward ones are progress.

    A spike rises above every one of the ten points before it, by a share ``height`` of the whole range of
    the curve's levels and by ``noise`` times the usual distance of a point from the curve. Where more than a
    share ``rare`` of the points do so the curve is rough, and only an order in them counts: a place of the epoch, or
    equal distances. Causes by what lies at the same place: ``at-resume`` (a break as `diagnose.breaks` knows it, by
    ``gap`` and ``pause``), ``rate-grew`` (``rate`` grew by ``grown``), ``epoch-boundary`` (the same point of several
    epochs, which luck brings about in less than a share ``luck`` of all runs). Of the others by the slowest return:
    ``bad-batches`` (within ``soon`` points or a share ``brief`` of them), ``returns-slowly``, ``stays-up`` (not
    within a share ``late``); none where the run ends before that shows.
    """
    steps, values = finite(loss)
    if len(values) < points:
        return too_few(loss, points)
    curve = blocks(loss)
    need = max(height * float(np.ptp(curve.levels)), noise * curve.noise)
    usual = values[:-_BEFORE].copy()
    for back in range(1, _BEFORE):  # ten passes over a long curve take a tenth of the time that windows do
        np.maximum(usual, values[back : back - _BEFORE], out=usual)
    rises = places(values[_BEFORE:] - usual > need)
    if len(rises) == 0:
        return None
    starts = rises[np.diff(rises, prepend=-_BEFORE) >= _BEFORE] + _BEFORE
    grew = _grows(rate, steps, grown)[starts]
    rough = len(rises) - int(grew.sum()) > max(1.0, rare * len(values)) and not _evenly(starts)
    resumed = np.isin(starts, [at + after for at in breaks(loss, steps, gap, pause) for after in range(4)])
    rest = starts[~grew & ~resumed]
    bound = _same_place(rest, beginnings(steps, epochs, settings, evaluated), luck)
    quick, patience = max(soon, brief * len(values)), max(soon + 1, late * len(values))

    def point(group: np.ndarray, cause: str = "") -> Evidence:
        waits = [_wait(values[at:], float(usual[at - _BEFORE]) + need / 4) for at in group]
        worst = int(np.argmax(waits))
        at = int(group[worst])
        if not cause and waits[worst] < patience:
            cause = "bad-batches" if waits[worst] <= quick else "returns-slowly"
        elif not cause:
            cause = "stays-up" if len(values) - at >= patience else ""
        peak = at + int(np.argmax(values[at : at + _BEFORE]))
        facts: dict[str, Fact] = {"count": len(group), "peak": float(values[peak]), "at": int(steps[peak])}
        facts["usual"] = float(usual[at - _BEFORE])
        facts["lasted"] = int(min(waits[worst], len(values) - at))
        return Evidence(loss.name, int(steps[at]), int(steps[-1]), facts, cause)

    grouped = {"at-resume": starts[resumed], "rate-grew": starts[grew & ~resumed], "": np.setdiff1d(rest, bound)}
    grouped = {"epoch-boundary": bound} if rough else {**grouped, "epoch-boundary": bound}
    return [point(group, cause) for cause, group in grouped.items() if len(group)]


def _same_place(starts: np.ndarray, begun: np.ndarray, luck: float) -> np.ndarray:
    """Those of ``starts`` [n] that lie at one place of their epochs, when that is no coincidence; else none of them."""
    if len(starts) == 0 or len(begun) < 2:
        return starts[:0]
    length = max(1.0, median(changes(begun)))
    groups = [starts[np.isin(starts, begun + place)] for place in _BESIDE]
    most = max(groups, key=len)
    ways = math.lgamma(len(starts) + 1) - math.lgamma(len(most) + 1) - math.lgamma(len(starts) - len(most) + 1)
    chance = math.log(len(_BESIDE)) + ways - len(most) * math.log(length)
    return most if len(most) > 1 and chance <= math.log(luck) else starts[:0]


def _evenly(starts: np.ndarray) -> bool:
    """Whether at least four jumps come at equal distances: however many, something brings them about."""
    apart = np.diff(starts)
    return len(apart) >= 3 and float(np.ptp(apart)) <= 0.1 * float(apart.mean())


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
