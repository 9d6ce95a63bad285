"""The Dice or IoU of several data sets or classes as one curve: a network that breaks loses all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import reduce

import numpy as np

from diagnose.measure import finite
from diagnose.run import Series

OVERLAPS = ("dice", "iou")  # of precision and recall the one may fall as the other rises


Together = tuple[Series, tuple[Series, ...]]


def together(scores: tuple[Series, ...]) -> list[Together]:
    """The mean of the overlap scores of one kind and split, on a scale to 1, and the scores it is of.

    Only over the steps that all of them have; training scores and those better when lower are left out. The mean
    averages out what a small data set owes to chance, and one hard data set among several does not count for all.
    Several detectors ask for the same.
    """
    if not scores:
        return []
    kept: tuple[tuple[Series, ...], list[Together]] = scores[0].measured.get("together", ((), []))
    if kept[0] is not scores:
        kept = scores[0].measured["together"] = (scores, list(_together(scores)))
    return kept[1]


def _together(scores: Iterable[Series]) -> Iterator[Together]:
    kinds: dict[tuple[str, str], list[Series]] = {}
    for one in scores:
        if one.quantity in OVERLAPS and one.split != "train" and not one.lower_is_better and len(finite(one)[1]):
            kinds.setdefault((one.quantity, one.split), []).append(one)
    for members in kinds.values():
        shared = reduce(np.intersect1d, (finite(one)[0] for one in members))
        if len(shared):
            rows = [finite(one)[1][np.searchsorted(finite(one)[0], shared)] / scale(one) for one in members]
            yield replace(members[0], steps=shared, values=np.mean(rows, axis=0), wall=None), tuple(members)


def scale(score: Series) -> float:
    """100 for a score in per cent, else 1."""
    return 100.0 if float(finite(score)[1].max()) > 1.5 else 1.0
