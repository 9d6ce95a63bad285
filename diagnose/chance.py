"""What a loss costs when the output does not depend on the image, as far as settings and scores tell.

A network that knows nothing still learns how frequent each class is: of K equally frequent classes that costs ln K, of
a foreground with the share p the entropy of p. A score that never left the value of the most frequent class tells p.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from diagnose.measure import finite, median
from diagnose.run import Series

_USUAL = (1.0, *(math.log(k) for k in (2, 3, 4, 5, 10, 20, 21, 100, 1000)))  # Dice loss of nothing; ln of common counts
_STILL = 0.01  # a score that moves by less is that of one constant answer
_UNEVEN = 1.4  # how much more frequent than the average the most frequent of K classes may be


def usual(level: float, tolerance: float) -> bool:
    """Whether ``level`` is what guessing costs in a common case: ln K of a common K, 1 for a Dice loss."""
    return any(abs(level - value) <= tolerance * value for value in _USUAL)


def at_known(level: float, tolerance: float, settings: Mapping[str, Any], scores: Sequence[Series]) -> bool:
    """Whether ``level`` is ln K of the class count in the ``settings``, or of one that an accuracy confirms."""
    told = settings.get("classes")
    if isinstance(told, int | float) and told >= 2 and abs(level - math.log(told)) <= tolerance * math.log(told):
        return True
    return guessed(level, tolerance, scores)


def guessed(level: float, tolerance: float, scores: Iterable[Series]) -> bool:
    """Whether ``level`` is about ln K for a K of which one of ``scores``, an accuracy, ended at the share of one class.

    Classes that are not equally frequent cost less: twice the ``tolerance`` is allowed downwards.
    """
    for accuracy in _accuracies(scores):
        end = median(accuracy[len(accuracy) // 2 :])
        if end <= 0:
            continue
        for classes in range(max(2, math.ceil(1 / end)), math.floor(_UNEVEN / end) + 1):
            cost = math.log(classes)
            if (1 - 2 * tolerance) * cost <= level <= (1 + tolerance) * cost:
                return True
    return False


def at_share(level: float, tolerance: float, settings: Mapping[str, Any], scores: Sequence[Series]) -> bool:
    """Whether ``level`` is what it costs to answer every pixel with the share of the foreground.

    The share is that of the ``settings``, or what an accuracy says that never moved: such a network answers with the
    more frequent class. A weight of the positive class among the settings is reckoned with.
    """
    weight = settings.get("positive-weight", 1.0)
    weight = float(weight) if isinstance(weight, int | float) and weight > 0 else 1.0
    costs = [_cost(share, weight) for share in _shares(settings, scores)]
    return any(abs(level - cost) <= tolerance * cost for cost in costs)


def _shares(settings: Mapping[str, Any], scores: Sequence[Series]) -> Iterator[float]:
    told = settings.get("foreground-share")
    if isinstance(told, int | float) and 0 < told < 1:
        yield float(told)
    for accuracy in _accuracies(scores):
        level = median(accuracy)
        if len(accuracy) >= 3 and np.ptp(accuracy) <= _STILL and 0.5 < level < 1:
            yield 1 - level


def _cost(share: float, weight: float) -> float:
    """Binary cross-entropy of the best constant answer."""
    weighted = weight * share
    answer = weighted / (weighted + 1 - share)
    return -weighted * math.log(answer) - (1 - share) * math.log(1 - answer)


def _accuracies(scores: Iterable[Series]) -> Iterator[np.ndarray]:
    """The values of each accuracy that was not measured in training, as shares."""
    for one in scores:
        values = finite(one)[1]
        if one.quantity == "accuracy" and one.split != "train" and len(values):
            yield values / 100 if values.max() > 1.5 else values
