"""A loss, or without one a score, that gave back most of what it had gained, and did not regain it."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import Blocks, blocks, finite, median
from diagnose.run import Series
from diagnose.together import scale, together
from kb.text import Text


def diverged(
    losses: tuple[Series, ...],
    rate: Series | None,
    scores: tuple[Series, ...],
    *,
    points: float,
    least: float,
    lost: float,
    noise: float,
    grown: float,
    given_back: float,
) -> list[Evidence] | Unsure | None:
    """Point at the stretch from the best level of a loss to its end, or of a score where no loss was logged.

    The loss must first have come down by ``least`` of its size. At the end, over the last tenth, it stays
    above its best by a share ``lost`` of that descent, by ``least`` of its size, and by ``noise`` times the
    usual distance of a point from the curve. Causes by the learning rate between the best level and the
    loss of half the descent: ``rate-grew`` (by ``grown`` or more), ``rate-steady``; none when it was not logged.

    The Dice or IoU of all data sets together must stay below its best three in a row by ``least`` of the scale, by
    a share ``given_back`` of that best, and by ``noise`` likewise: cause ``score-lost``.
    """
    curves = losses or tuple(mean for mean, _ in together(scores))
    if not curves:
        return Unsure(
            Text("neither a training loss nor a Dice or IoU was logged", "既没有训练损失，也没有 Dice 或 IoU")
        )
    if all(len(finite(one)[1]) < points for one in curves):
        return too_few(curves[0], points)
    if losses:
        long = [one for one in losses if len(finite(one)[1]) >= points]
        return [seen for one in long if (seen := _risen(one, rate, least, lost, noise, grown)) is not None]
    for mean, members in together(scores):
        if len(mean) >= points and _fallen(mean, least, given_back, noise):
            return [max((_told(one) for one in members), key=_share)]
    return None


def _risen(loss: Series, rate: Series | None, least: float, lost: float, noise: float, grown: float) -> Evidence | None:
    steps, values = finite(loss)
    curve = blocks(loss)
    best = int(np.argmin(curve.levels))
    low = float(curve.levels[best])
    opening = values[: max(1, min(5, len(values) // 20))]
    start = max(float(curve.levels[0]), median(opening))
    size = max(abs(start), abs(low), 1e-12)
    gained = start - low
    tail = curve.levels[-max(2, len(curve) // 10) :]
    rise = float(tail.min()) - low
    if gained < least * size or rise < max(lost * gained, least * size, noise * curve.noise):
        return None
    facts = {"start": start, "best": low, "end": median(tail), "best_step": int(curve.steps[best])}
    return Evidence(loss.name, int(curve.steps[best]), int(steps[-1]), facts, _cause(rate, curve, best, gained, grown))


def _fallen(mean: Series, least: float, given_back: float, noise: float) -> bool:
    curve = blocks(mean)
    three = np.sort(np.stack((curve.levels[:-2], curve.levels[1:-1], curve.levels[2:])), axis=0)
    best = float(three[1].max())  # the median of three in a row: a single lucky evaluation is nothing to lose
    fall = best - float(curve.levels[-max(3, len(curve) // 10) :].max())
    return fall >= max(least, given_back * best, noise * curve.noise)


def _told(score: Series) -> Evidence:
    steps = finite(score)[0]
    curve = blocks(score)
    best = int(np.argmax(curve.levels))
    end = median(curve.levels[-max(3, len(curve) // 10) :])
    facts = {
        "start": float(curve.levels[0]),
        "best": float(curve.levels[best]),
        "end": end,
        "best_step": int(curve.steps[best]),
        "share": (float(curve.levels[best]) - end) / scale(score),
    }
    return Evidence(score.name, int(curve.steps[best]), int(steps[-1]), facts, "score-lost")


def _share(told: Evidence) -> float:
    return float(told.facts["share"])


def _cause(rate: Series | None, curve: Blocks, best: int, gained: float, grown: float) -> str:
    if rate is None:
        return ""
    steps, values = finite(rate)
    high = np.flatnonzero(curve.levels[best:] >= curve.levels[best] + gained / 2)
    turn = best + int(high[0]) if len(high) else len(curve) - 1
    before = values[steps <= curve.steps[best]]
    between = values[(steps >= curve.steps[best]) & (steps <= curve.steps[turn])]
    if len(before) == 0 or len(between) == 0:
        return ""
    return "rate-grew" if between.max() >= grown * abs(float(before[-1])) else "rate-steady"
