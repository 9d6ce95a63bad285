"""Evaluations that jump up and down without getting better: the Dice or IoU of a run, or its validation losses."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from diagnose.finding import Evidence
from diagnose.measure import blocks, changes, finite, median, quantiles
from diagnose.run import Curve, Series
from diagnose.together import together

_QUARTILE = 1.1503  # of the distances of normal numbers from their mean, in standard deviations
_MOST = 200  # evaluations looked at one by one; of more, as where each batch is logged, blocks are


def unsettled(
    evaluated: tuple[Series, ...],
    scores: tuple[Series, ...],
    points: float,
    warm: float,
    score: float,
    loss: float,
    wild: float,
) -> Iterator[Evidence]:
    """Point at the validation losses, and the loudest score, that jump behind the first share ``warm`` of the run.

    The spread from one point to the next must be a share ``loss`` of the level of a validation loss, or a share
    ``score`` of that of the scores of all data sets together, and as large as what the later half gained on the former.
    Causes: ``lottery`` (a validation loss spreads by ``wild`` times its level), else ``evaluation``.
    """
    for one in evaluated:
        if len(finite(one)[1]) >= points and _jumps(one, warm, loss, better=-1):
            yield _told(one, warm, "lottery" if _jumps(one, warm, wild, better=-1) else "evaluation")
    for mean, members in together(scores):
        if len(mean) >= points and _jumps(mean, warm, score, better=1):
            yield max((_told(one, warm, "evaluation") for one in members), key=_swing)
            return


def _jumps(series: Series, warm: float, share: float, better: int) -> bool:
    values = _behind(series, warm)[1]
    noise = _noise(values)
    return noise > 0 and noise >= max(share * abs(median(values)), better * _moved(values))


def _noise(values: Curve) -> float:
    """The spread of the points, from the upper quartile of the steps between neighbours.

    One wild point in ten does not move it, and of few points it is better known than by their median.
    """
    return quantiles(np.abs(changes(values)), 0.75)[0] / (_QUARTILE * math.sqrt(2))


def _behind(series: Series, warm: float) -> tuple[np.ndarray, Curve]:
    curve = blocks(series, _MOST)
    begin = int(warm * len(curve))
    return curve.steps[begin:].astype(np.int64), curve.levels[begin:]


def _moved(values: Curve) -> float:
    half = len(values) // 2
    return median(values[half:]) - median(values[:half])


def _told(series: Series, warm: float, cause: str) -> Evidence:
    steps, values = _behind(series, warm)
    facts = {"level": median(values), "swing": median(np.abs(changes(values))), "fall": _moved(values)}
    return Evidence(series.name, int(steps[0]), int(finite(series)[0][-1]), facts, cause)


def _swing(told: Evidence) -> float:
    return float(told.facts["swing"])
