"""Robust numbers about a curve, shared by the detectors: numpy only, linear in the length of the curve.

Everything is measured on medians of equal blocks, so that a single wild point, or a million noisy
ones, do not change what a person would see in the plot.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnose.run import Curve, Series, Steps

Places = NDArray[np.intp]
_Parts = list[tuple[Places | slice, Places]]  # which parts [k] have one length, and their points [k, length]
_MANY = 5000
_FEW = 200  # numbers; so few are sorted before a partition has begun
_OFTEN = 500  # parts; so few are looked up rather than made anew


@dataclass(frozen=True)
class Blocks:
    """A curve as medians of at most `limit` equal blocks.

    ``steps`` float64 [k]: median step of each block; ``levels`` float64 [k]: median value;
    ``noise``: typical distance of a single point from its block's level (MAD x 1.4826), in the curve's units.
    """

    steps: Curve
    levels: Curve
    noise: float

    def __len__(self) -> int:
        return len(self.levels)


def finite(series: Series) -> tuple[Steps, Curve]:
    """Steps and values of the points that are numbers; to be read only, for all detectors share them."""
    if "finite" not in series.measured:
        good = np.isfinite(series.values)
        whole = bool(good.all())
        series.measured["finite"] = (
            (series.steps, series.values) if whole else (series.steps[good], series.values[good])
        )
    kept: tuple[Steps, Curve] = series.measured["finite"]
    return kept


def blocks(series: Series, limit: int = 40) -> Blocks:
    """The curve of finite points in at most ``limit`` blocks of at least one point each; to be read only."""
    key = f"blocks {limit}"
    if key not in series.measured:
        series.measured[key] = _blocks(series, limit)
    kept: Blocks = series.measured[key]
    return kept


def _blocks(series: Series, limit: int) -> Blocks:
    steps, values = finite(series)
    count = min(limit, len(values))
    if count == 0:
        return Blocks(np.empty(0), np.empty(0), 0.0)
    if "noise" not in series.measured:
        series.measured["noise"] = _noise(values)
    cut = _cut_before(len(values), count) if len(values) <= _MANY else _cut(len(values), count)
    levels = _medians(values, count, cut.parts)
    return Blocks(steps[cut.below] / 2 + steps[cut.above] / 2, levels, series.measured["noise"])


class _Cut(NamedTuple):
    """A curve in blocks: its points, blocks of one length together, and the one or two in the middle of each [k].

    Steps rise, so the median step of a block is the one in its middle, or the mean of the two in the middle.
    """

    parts: _Parts
    below: Places
    above: Places


def _cut(length: int, count: int) -> _Cut:
    """``length`` points in ``count`` blocks."""
    edges = np.linspace(0, length, count + 1).astype(int)
    lengths = changes(edges)
    return _Cut(_parts(edges[:-1], edges[1:]), edges[:-1] + (lengths - 1) // 2, edges[:-1] + lengths // 2)


_cut_before = lru_cache(maxsize=256)(_cut)  # the curves of a run, and the runs of a sweep, have the same lengths


def medians(values: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> Curve:
    """The median of ``values[start:end]`` (finite, not empty) for each pair: float64 [len(starts)].

    Parts of one length are done together: `np.median` takes longer to begin than to sort a few points.
    """
    if len(starts) > _OFTEN:
        return _medians(values, len(starts), _parts(starts, ends))
    edges = np.array((starts, ends), np.int64)
    return _medians(values, len(starts), _parts_before(edges.tobytes()))


@lru_cache(maxsize=256)
def _parts_before(edges: bytes) -> _Parts:
    """The parts between edges, the starts [k] before the ends; curves of a sweep are cut alike again and again."""
    starts, ends = np.frombuffer(edges, np.int64).reshape(2, -1)
    return _parts(starts, ends)


def _parts(starts: np.ndarray, ends: np.ndarray) -> _Parts:
    lengths = ends - starts
    some = set(lengths.tolist())
    if len(some) == 1:
        return [(slice(None), starts[:, None] + np.arange(some.pop()))]
    found: _Parts = []
    for length in some:
        same = (lengths == length).nonzero()[0]
        found.append((same, starts[same, None] + np.arange(length)))
    return found


def _medians(values: np.ndarray, count: int, parts: _Parts) -> Curve:
    found = np.empty(count)
    for which, places in parts:
        rows = values[places]
        below, above = (places.shape[1] - 1) // 2, places.shape[1] // 2
        rows.sort(axis=1) if places.shape[1] < _FEW else rows.partition((below, above), axis=1)
        found[which] = rows[:, below] / 2 + rows[:, above] / 2
    return found


def median(values: ArrayLike) -> float:
    """The median of ``values`` [n], as `np.median`, which takes six times as long to begin; NaN where one is."""
    ordered = np.array(values, np.float64)
    last = len(ordered) - 1
    if last < 0:
        return float("nan")
    if last < _FEW:
        ordered.sort()  # NaN comes last, also of a partition
    else:
        ordered.partition((last // 2, (last + 1) // 2, last))
    below, above = float(ordered[last // 2]), float(ordered[(last + 1) // 2])
    return below / 2 + above / 2 if ordered[last] == ordered[last] else float("nan")


def quantiles(values: Curve, *shares: float) -> list[float]:
    """The quantiles of ``values`` (finite, not empty) at each share: `np.quantile` to the bit, in a tenth of its time.

    Between two values it goes by a straight line (definition 7 of Hyndman and Fan 1996).
    """
    ordered = np.sort(values)
    last = len(ordered) - 1
    found = []
    for share in shares:
        below = min(int(last * share), last)
        part = last * share - below
        low, high = float(ordered[below]), float(ordered[min(below + 1, last)])
        found.append(high - (high - low) * (1 - part) if part >= 0.5 else low + (high - low) * part)
    return found


def places(mask: np.ndarray) -> Places:
    """Where a boolean array [n] is true: as `np.flatnonzero`, which takes twice as long to begin."""
    found: Places = mask.nonzero()[0]
    return found


def _noise(values: Curve) -> float:
    """Spread of a point around its neighbours, from second differences so that a smooth trend adds nothing."""
    if len(values) < 3:
        return 0.0
    at = np.arange(len(values) - 2) if len(values) <= _MANY else np.linspace(0, len(values) - 3, _MANY).astype(int)
    bend = values[at + 2] - 2 * values[at + 1] + values[at]
    return median(np.abs(bend)) * 1.4826 / math.sqrt(6)


def slope(steps: Curve, levels: Curve) -> float:
    """Theil-Sen: the median of the slopes between every two blocks (Sen 1968); 0 for fewer than two."""
    if len(levels) < 2:
        return 0.0
    i, j = np.triu_indices(len(levels), 1)
    run = steps[j] - steps[i]
    rise = levels[j] - levels[i]
    return median(rise[run > 0] / run[run > 0]) if np.any(run > 0) else 0.0


@dataclass(frozen=True)
class Fall:
    """How far a curve came down and where it stopped.

    ``start``, ``best`` and ``end`` are levels; ``progress`` is (start - best) over the larger of the
    magnitudes, at least 0; ``stalled_at`` is the step after which at most a share ``left`` of the fall
    remained, and ``stalled`` the share of the run that lies behind it.
    """

    start: float
    best: float
    end: float
    progress: float
    stalled_at: int
    stalled: float


def fall(series: Series, left: float) -> Fall:
    """The descent of ``series``; needs at least two finite points."""
    curve = blocks(series)
    start, end, best = float(curve.levels[0]), float(curve.levels[-1]), float(curve.levels.min())
    size = max(abs(start), abs(best), 1e-12)
    lowest = np.minimum.accumulate(curve.levels)
    at = int(np.argmax(lowest <= best + left * (start - best) + curve.noise / 4))
    first, last = float(curve.steps[0]), float(curve.steps[-1])
    behind = (last - float(curve.steps[at])) / (last - first) if last > first else 0.0
    return Fall(start, best, end, max(0.0, start - best) / size, int(curve.steps[at]), behind)


def at_steps(series: Series, steps: Steps, wall: Curve | None = None) -> Curve:
    """The level of ``series`` around each of ``steps`` (and before the next): float64 [len(steps)].

    Training is often logged by iteration and validation by epoch. Points are matched by wall time where
    both have it, by step where the ranges agree, else by their place in the run.
    """
    own, values = finite(series)
    if len(values) == 0 or len(steps) == 0:
        return np.full(len(steps), np.nan)
    if wall is not None and series.wall is not None and len(wall) == len(steps):
        good = np.isfinite(series.values)
        ends = np.searchsorted(series.wall[good], wall, side="right")
    elif 0.5 * own[-1] <= steps[-1] <= 2 * own[-1]:
        ends = np.searchsorted(own, steps, side="right")
    else:
        ends = np.round(np.arange(1, len(steps) + 1) * len(values) / len(steps)).astype(int)
    ends = np.minimum(np.maximum(ends, 1), len(values))
    starts = np.minimum(np.concatenate(([0], ends[:-1])), ends - 1)
    if len(steps) > _MANY:  # a median for each of a million evaluations takes seconds; means come from one running sum
        total = np.concatenate(([0.0], np.cumsum(values)))
        return np.asarray((total[ends] - total[starts]) / (ends - starts))
    return medians(values, starts, ends)


def changes(values: np.ndarray) -> np.ndarray:
    """From each of ``values`` [n] to the next: [n - 1]; as `np.diff`, which takes five times as long to begin."""
    moved: np.ndarray = values[1:] - values[:-1]
    return moved


def filled_in(values: Curve) -> bool:
    """Whether a curve mostly repeats the value before it: a column kept full by a placeholder, no measurement."""
    return len(values) > 2 and 2 * int(np.count_nonzero(values[1:] == values[:-1])) > len(values) - 1


def longest_tail(mask: np.ndarray) -> int:
    """How many of the last elements of a boolean array [n] are all True."""
    wrong = places(~mask)
    return len(mask) - (int(wrong[-1]) + 1 if len(wrong) else 0)
