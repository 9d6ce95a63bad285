"""The shapes a learning rate comes down in: each is fitted to the points after the peak, the nearest one is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from diagnose.measure import changes, median
from diagnose.run import Curve

_POWERS = np.linspace(0.4, 3.0, 53)
_LENGTHS = np.geomspace(0.02, 6.0, 240)  # candidate half periods of a cosine, as shares of what was logged
_SHORTEST = 2.0  # half a wave in fewer steps of the log cannot be told from a longer one


@dataclass(frozen=True)
class Decay:
    """A fitted shape: ``off`` is its largest distance from a point, as a share of the peak; ``end`` the x of its floor.

    ``numbers`` hold what torch calls the shape's parameters; ``end`` is infinite for a shape that has no end.
    """

    name: str
    off: float
    end: float
    numbers: Mapping[str, float]


def decay(x: Curve, rate: Curve) -> Decay | None:
    """The shape that lies nearest to ``rate`` [n], which begins at its peak; ``x`` [n] counts steps from there.

    None for fewer than five points, or when every shape misses some point by more than a hundredth of the peak.
    """
    if len(x) < 5 or x[-1] <= 0 or rate[0] <= 0:
        return None
    return _nearest(x.tobytes(), (rate / rate[0]).tobytes())


@lru_cache(maxsize=256)
def _nearest(x_bytes: bytes, share_bytes: bytes) -> Decay | None:
    """The same for the bytes of both: groups of one optimizer, and runs of one sweep, share their schedule."""
    x, shares = np.frombuffer(x_bytes), np.frombuffer(share_bytes)
    fits = [fit for shape in _SHAPES for fit in shape(x, shares)]
    good = [fit for fit in fits if fit.off <= 0.01]
    return min(good, key=lambda fit: (max(fit.off, 1e-4), fit.numbers.get("floor", 0.0), fit.off), default=None)


def _polynomial(x: Curve, shares: Curve) -> Iterator[Decay]:
    """``(1 - x/T) ** power``, to zero or to the floor it was seen to stop at."""
    for floor in _floors(shares):
        high = np.maximum(shares - floor, 0.0) / max(1.0 - floor, 1e-12)
        falling = high > 1e-3
        if floor == 1.0 or falling.sum() < 4:
            continue
        at = x[falling]
        paces = (1 - high[falling] ** (1 / _POWERS[:, None])) @ at / (at @ at)
        made = floor + (1 - floor) * np.maximum(1 - x * paces[:, None], 0.0) ** _POWERS[:, None]
        off = np.abs(made - shares).max(axis=1)
        for which in np.flatnonzero(paces > 0).tolist():
            power = float(_POWERS[which])
            name = "linear" if abs(power - 1) < 1e-9 else "polynomial"
            yield Decay(name, float(off[which]), 1 / float(paces[which]), {"power": power, "floor": floor})


def _floors(shares: Curve) -> set[float]:
    """Where a decay may stop: at zero, or where the values were seen to stand still at the end."""
    return {0.0, float(shares[-1])} if shares[-1] == shares[-2] else {0.0}


def _cosine(x: Curve, shares: Curve) -> Iterator[Decay]:
    """Half a cosine wave from the peak to a floor; one that was followed beyond its floor rises again (``overrun``)."""
    known = [(floor, _length_to(floor, x, shares)) for floor in _floors(shares)]
    loose = _sharpened(x, shares, np.maximum(_LENGTHS * x[-1], _SHORTEST * median(changes(x))))
    floors = np.concatenate(([floor for floor, _ in known], _floors_at(loose, x, shares)))
    lengths = np.concatenate(([length for _, length in known], loose))
    fit = (floors >= -1e-3) & (floors < 0.95) & (lengths >= _SHORTEST * median(changes(x)))
    floors, lengths = floors[fit, None], lengths[fit, None]
    waves = floors + (1 - floors) * (1 + np.cos(np.pi * x / lengths)) / 2
    held = np.where(x > lengths, floors, waves)
    offs = (np.abs(made - shares).max(axis=1).flat for made in (held, waves))
    fits = zip(floors.flat, lengths.flat, *offs, strict=True)
    for floor, length, off, off_risen in fits:
        numbers = {"floor": max(0.0, float(floor))}
        yield Decay("cosine", float(off), float(length), numbers)
        if length < 0.97 * x[-1]:
            yield Decay("overrun", float(off_risen), float(length), numbers)


def _length_to(floor: float, x: Curve, shares: Curve) -> float:
    """The half period of a cosine to a known floor, from the points in its first, steep part; 0 for none."""
    height = (shares - floor) / max(1 - floor, 1e-12)
    falling = np.logical_and.accumulate(height > 0.05) & (height < 0.98)
    if not falling.any():
        return 0.0
    return median(np.pi * x[falling] / np.arccos(np.clip(2 * height[falling] - 1, -1, 1)))


def _floors_at(lengths: Curve, x: Curve, shares: Curve) -> Curve:
    """The floor that fits best with each half period [len(lengths)]; least squares."""
    parts = x / lengths[:, None]
    across = (1 - np.cos(np.pi * (np.minimum(parts, 1.0) if shares[-1] == shares[-2] else parts))) / 2
    return 1 - _multiples(across, 1 - shares)


def _sharpened(x: Curve, shares: Curve, lengths: Curve) -> Curve:
    """Candidate lengths, and finer ones around the best of them."""
    best = int(np.argmin(_misses(x, shares, lengths)))
    low, high = lengths[max(0, best - 1)], lengths[min(len(lengths) - 1, best + 1)]
    fine = np.linspace(low, high, 80)
    at = int(np.argmin(_misses(x, shares, fine)))
    finest = np.linspace(fine[max(0, at - 1)], fine[min(len(fine) - 1, at + 1)], 40)
    return np.concatenate(([lengths[best]], finest))


def _misses(x: Curve, shares: Curve, lengths: Curve) -> Curve:
    """What each length leaves over [len(lengths)], whether the wave stays at its floor or rises again."""
    across = x / lengths[:, None]
    free = (1 - np.cos(np.pi * across)) / 2
    held = np.where(across > 1, 1.0, free)
    return np.minimum(_residues(held, 1 - shares), _residues(free, 1 - shares))


def _residues(shapes: NDArray[np.float64], fallen: Curve) -> Curve:
    """What is left of ``fallen`` [n] without the best multiple of each of ``shapes`` [m, n]: sums of squares [m]."""
    left = fallen - _multiples(shapes, fallen)[:, None] * shapes
    residues: Curve = np.einsum("mn,mn->m", left, left)
    return residues


def _multiples(shapes: NDArray[np.float64], fallen: Curve) -> Curve:
    """How many times each of ``shapes`` [m, n] fits ``fallen`` [n] best [m]; least squares, 0 for an empty shape."""
    weights = np.einsum("mn,mn->m", shapes, shapes)
    multiples: Curve = (shapes @ fallen) / np.where(weights > 0, weights, np.inf)
    return multiples


def _exponential(x: Curve, shares: Curve) -> Iterator[Decay]:
    """A constant factor for each step; and factors that themselves shrink, which a decay of the decayed leaves."""
    tiny = max(float(shares.min()), 1e-300) if shares.min() > 0 else 1e-300
    seen = shares > max(tiny * 0.999, 1e-30)
    if seen.sum() < 4 or shares[seen].min() > 0.97:
        return
    at, logs = x[seen], np.log(shares[seen])
    pace = float((at @ logs) / (at @ at))
    if pace < 0:
        made = np.exp(np.maximum(pace * x, -700))
        off = _off_in_logs(pace * at, logs, made, shares)
        yield Decay("exponential", off, np.inf, {"gamma": float(np.exp(pace))})
    basis = np.stack((at, at**2), axis=1)
    (first, second), *_ = np.linalg.lstsq(basis, logs, rcond=None)
    if second < 0 and first <= 0 and second * at[-1] < first / 4 - 1e-12:
        made = np.exp(np.maximum(first * x + second * x**2, -700))
        off = _off_in_logs(basis @ np.array((first, second)), logs, made, shares)
        yield Decay("compounding", off, np.inf, {"gamma": float(np.exp(first + second))})


def _off_in_logs(made_logs: Curve, logs: Curve, made: Curve, shares: Curve) -> float:
    """A shape spoken in factors must hold in factors too: its distance counts whichever way it is larger."""
    off_in_logs = float(np.abs(made_logs - logs).max()) / max(1.0, -float(logs.min())) / 3
    return max(float(np.abs(made - shares).max()), off_in_logs)


def _inverse_root(x: Curve, shares: Curve) -> Iterator[Decay]:
    """``1 / sqrt(1 + x/T)``, the decay of the first transformers."""
    seen = shares > 0
    if not seen.all():
        return
    squares = 1 / shares**2 - 1
    pace = float((x @ squares) / (x @ x))
    if pace > 0:
        made = 1 / np.sqrt(1 + pace * x)
        yield Decay("inverse-root", float(np.abs(made - shares).max()), np.inf, {"scale": 1 / pace})


_SHAPES: tuple[Callable[[Curve, Curve], Iterator[Decay]], ...] = (_polynomial, _cosine, _exponential, _inverse_root)
