"""A score outside of what it can be, or a pair of scores that contradict each other."""

from __future__ import annotations

import dataclasses

import numpy as np

from diagnose.finding import Evidence, Unsure, too_few
from diagnose.measure import finite, median
from diagnose.run import Series
from kb.text import Text

# Quantities that are no share: correlations may be negative, decibels and scores of one's own have no upper end.
_NO_SHARE = frozenset(
    (
        *("kappa", "mcc", "pearson", "ssim", "psnr", "bleu", "rouge", "meteor", "mota", "cosine similarity"),
        *("score", "metric", "key metric", "inception score", "is50k"),
    )
)


_TOGETHER = 3  # scores in per cent that make a small one beside them a score in per cent
_STAYS = 10  # values of a Dice between one and two, for one in per cent would have left that range by then


def impossible_score(
    series: tuple[Series, ...], *, points: float, low: float, high: float, percent: float, slack: float
) -> list[Evidence] | Unsure | None:
    """Point at each curve with values outside ``low`` to ``high`` (by more than ``slack``, which covers rounding).

    A curve whose values mostly lie between ``percent`` and 100 is taken as per cent, and so are all beside several.
    Distances and errors, which are better when lower, have no upper end, and what is no share (a correlation, PSNR)
    is passed over.
    Causes: ``above`` and ``below``; ``masks-0-255`` where Dice stays between one and two, as it does when the masks
    are too large; ``swapped`` where IoU exceeds the Dice of the same images, which no average can do. A lone sentinel
    of exactly -1 is no value and is passed over.
    """
    long = [one for one in series if len(finite(one)[1]) >= points]
    if not long:
        return too_few(series[0], points) if series else Unsure(Text("no score was logged", "没有记录指标"))
    percents = [one for one in long if percent < median(finite(one)[1]) <= 100]
    if len(percents) >= _TOGETHER:  # one program writes all its scores on one scale, the low ones too
        percent = 0.0
    found = [seen for one in long if (seen := _outside(one, low, high, percent, slack)) is not None]
    told = {one.subject for one in found}
    larger = [seen for one in long if one.name not in told and (seen := _swapped(one, long, slack)) is not None]
    if any(one.cause == "masks-0-255" for one in found):  # it makes the IoU of the same masks too large as well
        larger = [dataclasses.replace(one, cause="masks-0-255") for one in larger]
    return found + larger


def _outside(series: Series, low: float, high: float, percent: float, slack: float) -> Evidence | None:
    steps, values = finite(series)
    if series.lower_is_better or series.quantity in _NO_SHARE:
        return None
    middle = median(values)
    between = len(values) >= _STAYS and values.min() > 1 and values.max() <= 2 and percent > 0
    flat = float(np.ptp(values)) < 0.1 * middle
    doubled = series.quantity == "dice" and percent <= middle <= 2 and (between or flat)
    scale = 100.0 if percent <= middle <= 100.0 and not doubled else 1.0
    above = values > high * scale + slack * scale
    below = (values < low * scale - slack * scale) & (values != -1)
    wrong = np.flatnonzero(above | below)
    if len(wrong) == 0:
        return None
    cause = "above" if np.count_nonzero(above) >= np.count_nonzero(below) else "below"
    worst = float(values[above].max() if cause == "above" else values[below].min())
    facts = {"worst": worst, "count": len(wrong), "points": len(values)}
    return Evidence(
        series.name, int(steps[wrong[0]]), int(steps[wrong[-1]]), facts, "masks-0-255" if doubled else cause
    )


def _swapped(iou: Series, others: list[Series], slack: float) -> Evidence | None:
    """IoU above the Dice of the same split, class and data set at most of the steps they share."""
    if iou.quantity != "iou":
        return None
    for dice in others:
        if dice.quantity != "dice" or (dice.split, dice.qualifier) != (iou.split, iou.qualifier):
            continue
        steps, at, there = np.intersect1d(finite(iou)[0], finite(dice)[0], return_indices=True)
        mine, its = finite(iou)[1][at], finite(dice)[1][there]
        over = mine > its + slack * max(1.0, median(np.abs(its))) if len(steps) else np.zeros(0, bool)
        if over.sum() >= 2 and over.mean() > 0.5:
            facts = {"worst": float(mine[over].max()), "count": int(over.sum()), "points": len(steps)}
            return Evidence(iou.name, int(steps[over][0]), int(steps[over][-1]), facts, "swapped")
    return None
