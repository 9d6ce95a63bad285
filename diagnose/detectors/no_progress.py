"""A loss that has not come down since the start, or only by heart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from diagnose.chance import at_known, at_share, guessed, usual
from diagnose.exactly import held
from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import blocks, finite, median, medians
from diagnose.run import Series


def no_progress(
    loss: Series,
    val: Series | None,
    rate: Series | None,
    metric: Series | None,
    scores: tuple[Series, ...],
    losses: tuple[Series, ...],
    settings: Mapping[str, Any],
    *,
    least: float,
    points: float,
    tiny_rate: float,
    chance: float,
    metric_gain: float,
    by_heart: float,
    vanished: float,
    low: float,
    digits: float,
    solved: float,
    late: float,
) -> Evidence | Unsure | None:
    """Point at a loss whose best level is less than ``least`` (share of its size) below its first.

    A best level that noise alone may have brought is none. A metric that improved by ``metric_gain`` acquits it.
    Causes by the learning rate: ``rate-zero`` (it never exceeded ``tiny_rate``), ``rate-vanished`` (for most of the
    run below ``vanished`` of its peak), ``rate-low`` (never above ``low``). Else ``at-chance`` and ``at-share``: within
    ``chance`` of what guessing costs (`diagnose.chance`). A loss that fell by less than ``by_heart`` while ``val``
    ended where guessing is, and an accuracy among ``scores`` says the same, has learnt by heart (``labels``).
    Without a rate that tells why, ``exact``: for most of the rows it is one number, written with ``digits`` digits.
    That number may be 0, unless it is a part of a loss, another of ``losses`` moves or a score reached ``solved``.
    Without any other the cause is ``late`` in a log that begins that many times as many steps after 0 as it holds.
    """
    steps, values = finite(loss)
    if len(values) < points:
        return too_few(loss, points)
    curve = blocks(loss, 10)
    start = float(curve.levels[0])
    best = float(curve.levels[1:].min())
    size = max(abs(start), abs(best), 1e-12)
    progress = (start - best) / size
    chanced = 4 * curve.noise / np.sqrt(len(values) / len(curve)) if len(values) >= 30 else 0.0  # by luck of ten levels
    ended = start - median(curve.levels[-3:])
    end = float(curve.levels[-1])
    facts = {"start": start, "end": end, "progress": max(0.0, progress) * 100}
    falls = progress >= least and (start - best > chanced or ended >= least * size)
    slow = _slow(rate, tiny_rate, vanished, low)
    if falls and progress < by_heart and _as_good_as_guessing(val, end, chance, scores):
        cause = slow or ("at-chance" if guessed(end, 2 * chance, scores) else "labels")
        return Evidence(loss.name, int(steps[0]), int(steps[-1]), facts, cause)
    exploded = progress >= least and end > 2 * start > 0  # it had come down; where it went is told elsewhere
    if falls or exploded or (metric is not None and _gain(metric) >= metric_gain):
        return None
    off = loss.qualifier or any(np.any(finite(one)[1] != 0) for one in losses)
    if np.all(values == 0) and (off or any(_level(score) >= solved for score in scores)):
        return None  # a part that is switched off, a column nobody fills, or a task that is solved
    cause = slow
    exact = held(values, digits)
    if not cause and exact >= max(points, len(values) / 2):
        return Evidence(loss.name, int(steps[-exact]), int(steps[-1]), {**facts, "count": exact}, "exact")
    if not cause and (at_known(end, chance, settings, scores) or usual(end, chance)):
        cause = "at-chance"
    elif not cause and at_share(end, chance, settings, scores):
        cause = "at-share"
    if not cause and steps[0] >= late * (steps[-1] - steps[0]) > 0:
        cause = "late"
    return Evidence(loss.name, int(steps[0]), int(steps[-1]), facts, cause)


def _slow(rate: Series | None, tiny_rate: float, vanished: float, low: float) -> str:
    """What a learning rate explains of a loss that stays where it is, or nothing."""
    values = np.abs(finite(rate)[1]) if rate is not None else np.empty(0)
    if len(values) == 0:
        return ""
    if values.max() <= tiny_rate:
        return "rate-zero"
    if median(values) < vanished * values.max():
        return "rate-vanished"
    return "rate-low" if values.max() <= low else ""


def _as_good_as_guessing(val: Series | None, end: float, chance: float, scores: tuple[Series, ...]) -> bool:
    """Whether a validation loss stays where guessing is, and ``end`` of training is not above it."""
    if val is None or len(levels := finite(val)[1]) < 4:
        return False
    if levels[0] - median(levels[-max(1, len(levels) // 4) :]) > chance * levels[0]:
        return False  # slow, but on its way
    level = median(levels[len(levels) // 2 :])
    return end <= (1 + chance) * level and guessed(level, 2 * chance, scores)


def _level(score: Series) -> float:
    """Where a score ended, of 1; 0 for one that is better when lower."""
    values = finite(score)[1]
    if score.lower_is_better or not len(values):
        return 0.0
    return median(values[-3:]) / (100.0 if values.max() > 1.5 else 1.0)


def _gain(metric: Series) -> float:
    """How much the metric improved and stayed improved, in its own units (0 to 1, or per cent scaled down)."""
    levels = blocks(metric, 10).levels
    if len(levels) < 2:
        return 0.0
    scale = 100.0 if np.nanmax(np.abs(levels)) > 1.5 else 1.0
    begin = np.arange(max(1, len(levels) - 2))
    lasting = medians(levels, begin, np.minimum(begin + 3, len(levels)))
    rise = levels[0] - lasting.min() if metric.lower_is_better else lasting.max() - levels[0]
    return float(rise) / scale
