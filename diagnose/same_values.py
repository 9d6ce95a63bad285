"""Tells whether two curves are one, written down twice: by another writer, rounded, or by another clock."""

from __future__ import annotations

import re

import numpy as np

from diagnose.run import Curve, Series

CHANCE = 1e-6  # how unlikely agreement must be as a coincidence before it is believed
MOST = 2000  # points of a curve that are looked at
_PLANNED = re.compile(  # what two unrelated runs share: clocks, schedules, the machine
    r"(?<![a-z])(?:lr|learning[ _-]?rate|epochs?|steps?|iters?|iterations?|momentum|wd|weight[ _-]?decay|pg\d+|eta"
    r"|time|duration|memory|mem|gpu|cpu|speed|size|count|samples|tokens|params|beta\d?|学习率|轮次|步数)(?![a-z])",
    re.IGNORECASE,
)


def telling(one: Series) -> bool:
    """Whether a curve's values belong to its run alone, as a loss does and a learning-rate schedule does not."""
    return _PLANNED.search(one.name.replace("_", " ")) is None and len(one) >= 2


def tail(name: str) -> str:
    """The last part of a tag, as writers agree on it: ``train/box_loss`` -> ``boxloss``."""
    return re.sub(r"[\W_]+", "", name.rsplit("/", 1)[-1].rsplit(".", 1)[-1]).lower()


def agree(one: Series, other: Series) -> bool:
    """Whether the curves hold the same values: at the same steps, else in the same order, else among each other's."""
    first, second = _finite(one), _finite(other)
    shared, at, there = np.intersect1d(first.steps, second.steps, return_indices=True)
    if 2 * len(shared) >= min(len(first), len(second)) and _equal(first.values[at], second.values[there]):
        return True
    few, many = sorted((first.values, second.values), key=len)
    spare = len(many) - len(few)
    if spare <= 1 and any(_equal(few, many[start : start + len(few)]) for start in range(spare + 1)):
        return True
    if not spare and len(few) > 2 and (_equal(few[1:], many[:-1]) or _equal(few[:-1], many[1:])):
        return True
    return _among(few, many)


def equal(one: Series, other: Series) -> bool:
    """Whether the curves hold the same values at the same steps, however likely that is by chance."""
    if len(one) != len(other) or not np.array_equal(one.steps, other.steps):
        return False
    margin = _tolerance(one.values, other.values)
    near = np.abs(one.values - other.values) <= margin
    return bool((near | (one.values == other.values) | (np.isnan(one.values) & np.isnan(other.values))).all())


def differ(one: Series, other: Series) -> bool:
    """Whether the curves hold other values at the steps they share."""
    first, second = _finite(one), _finite(other)
    shared, at, there = np.intersect1d(first.steps, second.steps, return_indices=True)
    if len(shared) < 3:
        return False
    mine, theirs = first.values[at], second.values[there]
    return bool((np.abs(mine - theirs) > _tolerance(mine, theirs)).mean() > 0.5)


def _finite(one: Series) -> Series:
    good = np.isfinite(one.values)
    steps, where = np.unique(one.steps[good], return_index=True)
    values = one.values[good][where]
    stride = max(1, len(values) // MOST)
    return Series(one.name, steps[::stride], values[::stride]) if stride > 1 else Series(one.name, steps, values)


def _equal(first: Curve, second: Curve) -> bool:
    """Whether nine in ten values agree, and so many that chance would not do it."""
    if len(first) < 2:
        return False
    near = np.abs(first - second) <= _tolerance(first, second)
    return bool(near.mean() >= 0.9) and _unlikely(first, second, int(near.sum()))


def _among(few: Curve, many: Curve) -> bool:
    """Whether the values of one curve are all found in the other, as where one writer logged less often."""
    if len(few) < 8:
        return False
    ordered = np.sort(many)
    margin = _tolerance(few, many)
    first = np.searchsorted(ordered, few - margin)
    last = np.searchsorted(ordered, few + margin, side="right")
    spread = float(np.ptp(ordered))
    crowded = 2 * float(np.max(margin)) * len(many) / spread if spread else 1.0  # the chance of a hit
    return crowded < 0.2 and bool((last > first).mean() >= 0.9) and len(np.unique(few)) >= 8


def _unlikely(first: Curve, second: Curve, agreeing: int) -> bool:
    """Whether so many would agree by chance less than once in a million: each within its margin of the spread."""
    spread = float(np.ptp(first))
    margin = float(np.max(_tolerance(first, second)))
    agreeing = min(agreeing, len(np.unique(first)))
    return spread > 0 and agreeing * np.log(max(spread / (2 * margin), 1.0)) >= -np.log(CHANCE)


def _tolerance(first: Curve, second: Curve) -> Curve:
    """How far apart equal values may be: half of the last decimal of the coarser, or a float32's last bit."""
    grain = 0.51 * max(10.0 ** -decimals(first), 10.0 ** -decimals(second))
    size = min(len(first), len(second))
    values = first if len(first) == size else second
    return grain + 2e-7 * np.abs(values)


def decimals(values: Curve) -> int:
    """How many decimals the values were written with, at most 12."""
    for decimals in range(1, 12):
        if (np.abs(np.round(values, decimals) - values) <= 1e-12 + 1e-13 * np.abs(values)).all():
            return decimals
    return 12
