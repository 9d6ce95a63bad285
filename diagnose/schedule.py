"""Recognises a learning-rate schedule by its values: its name, its numbers, its warm-up, and where it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from diagnose.decay import Decay, decay
from diagnose.measure import changes, finite, median
from diagnose.run import Curve, Series, Steps
from diagnose.schedule_names import ENDS, NAMES
from kb.text import Text

_MOST = 600  # points looked at; a schedule has no finer detail than that
_FLAT = 1e-4  # values that differ by less of their peak are one value
_HELD = 5  # so many equal values are no first step of a warm-up
_SEEN = 0.9  # until a tenth of the peak is gone every decay looks like every other
_RISE = 1.5  # a rate that grows by this factor from one logged value to the next did not warm up, it was set


@dataclass(frozen=True)
class Schedule:
    """What a rate did: ``name`` of its shape, ``warm_up`` steps before the peak, ``ends`` the step of its floor.

    Names: ``constant``, ``step``, ``milestones``, ``plateau``, ``linear``, ``polynomial``, ``cosine``, ``overrun``,
    ``restarts``, ``cyclic``, ``one-cycle``, ``exponential``, ``compounding``, ``inverse-root``, ``warm-up`` (it never
    got further), ``begun`` (a decay of which too little was seen to name it), ``set-again`` (it jumped
    back up, and by no plan), ``raised`` (constant on two levels) and ``unknown``. ``numbers`` belong to
    the shape (``gamma``, ``power``, ``period`` in steps, ``floor`` as a share of the peak); ``ends`` is None for shapes
    without an end, and where too little was seen to tell.
    """

    name: str
    peak: float
    last: float
    warm_up: int = 0
    ends: int | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)

    @property
    def floor(self) -> float:
        """The rate at the end of the shape where that is known, else the last one seen; a fit has three digits."""
        if (
            self.ends is None
            or "floor" not in self.numbers
            or self.last <= max(self.numbers["floor"], 1e-3) * self.peak
        ):
            return self.last
        return self.peak * self.numbers["floor"] if self.numbers["floor"] >= 1e-3 else 0.0

    def shape(self) -> Text:
        """The schedule in a few words: its name and numbers, from where to where, and its warm-up."""
        told = {**self.numbers, "peak": self.peak, "floor": self.floor, "last": self.last}
        plural = "" if self.numbers.get("drops") == 1 else "s"
        en, zh = (words.format(**told, s=plural) for words in NAMES[self.name])
        if self.warm_up and self.name not in ("warm-up", "one-cycle"):
            en, zh = f"{self.warm_up:,} steps of warm-up, then {en}", f"预热 {self.warm_up:,} 步后{zh}"
        return Text(en, zh)

    def text(self, at: Callable[[float], Text] | None = None) -> Text:
        """The same and the place of its end, which ``at`` puts into words (default: the step)."""
        if self.ends is None:
            return self.shape()
        shape, end = self.shape(), at(self.ends) if at else Text(f"step {self.ends:,}", f"第 {self.ends:,} 步")
        ends = ENDS.get(self.name, Text("ends at", "终点在"))
        return Text(f"{shape.en}; {ends.en} {end.en}", f"{shape.zh}；{ends.zh}{end.zh}")


def schedule(rate: Series, loss: Series | None = None) -> Schedule | None:
    """The schedule behind a logged rate; None for fewer than three values, or where one is below zero.

    ``loss``, the curve a plateau schedule would have watched, tells it from milestones set by hand.
    """
    if loss is not None:
        return _schedule(rate, loss)
    if "schedule" not in rate.measured:
        rate.measured["schedule"] = _schedule(rate, None)
    kept: Schedule | None = rate.measured["schedule"]
    return kept


def _schedule(rate: Series, loss: Series | None) -> Schedule | None:
    steps, values = _thinned(*finite(rate))
    if len(values) < 3 or values.min() < 0:
        return None
    return _shape(steps, values, loss) if loss is not None else _shape_before(steps.tobytes(), values.tobytes())


@lru_cache(maxsize=64)
def _shape_before(steps: bytes, values: bytes) -> Schedule:
    """The shape of a curve given as its bytes; the runs of a sweep repeat their schedules."""
    return _shape(np.frombuffer(steps, np.int64), np.frombuffer(values), None)


def _shape(steps: Steps, values: Curve, loss: Series | None) -> Schedule:
    peak, last = float(values.max()), float(values[-1])
    if np.ptp(values) <= _FLAT * peak:
        return Schedule("constant", peak, last)
    if (again := _again(steps, values) or _waves(steps, values)) is not None:
        return again
    top = int(np.argmax(values >= peak * (1 - _FLAT)))
    risen = bool((changes(values[: top + 1]) >= -_FLAT * peak).all())
    if top and not risen:
        return Schedule("unknown", peak, last)
    warm_up = int(steps[top] - steps[0])
    if top >= 0.97 * (len(values) - 1) or _on_a_stair(values, top):
        return Schedule("warm-up", peak, last, warm_up)
    if values[top:].min() >= peak * (1 - _FLAT):
        if top >= _HELD and values[:top].max() <= min(values[0] * (1 + _FLAT), peak / _RISE):
            return Schedule("raised", peak, last, numbers={"before": float(values[0]), "at": float(steps[top])})
        return Schedule("constant", peak, last, warm_up)
    stairs = _stairs(steps[top:], values[top:], loss)
    if stairs is not None:
        name, ends, numbers = stairs
        return Schedule(name, peak, last, warm_up, ends, numbers)
    if last >= _SEEN * peak and (np.diff(values[top:]) <= 0).all():
        return Schedule("begun", peak, last, warm_up)
    held, shape = _glide(steps, values, top)
    if shape is None and top == 0 and (before := _stepped_first(steps, values)) is not None:
        steps, values, (held, shape) = *before, _glide(*before, 0)
        peak = float(values[0])
    if shape is None:
        return Schedule("unknown", peak, last, warm_up)
    if top and _one_cycle(steps[: top + 1], values[: top + 1], last, float(steps[-1] - steps[0])):
        peaked = warm_up / max(1.0, float(steps[held] - steps[0]) + shape.end)
        numbers = {**shape.numbers, "peaked": peaked}
        return Schedule("one-cycle", peak, last, warm_up, _end(steps, held, shape), numbers)
    return Schedule(shape.name, peak, last, warm_up, _end(steps, held, shape), shape.numbers)


def _on_a_stair(values: Curve, top: int) -> bool:
    """Whether the peak was held no longer than each value before it: a rise that is logged more often than made."""
    before = np.flatnonzero(changes(values[: top + 1])) + 1
    stairs = changes(np.concatenate(([0], before)))
    flat = float(np.ptp(values[top:])) <= _FLAT * float(values[top])
    return flat and len(stairs) >= 5 and len(values) - top <= 1.5 * float(np.median(stairs))


def _glide(steps: Steps, values: Curve, top: int) -> tuple[int, Decay | None]:
    """The shape from the peak on, and where it begins: at the peak, or where the rate had stayed there for a while."""
    held = top + int(np.argmax(values[top:] < values[top])) - 1
    fits = [(at, decay((steps[at:] - steps[at]).astype(float), values[at:])) for at in sorted({top, held})]
    return min(fits, key=lambda fit: (fit[1] is None, fit[1].off if fit[1] and fit[1].off > 1e-3 else 0.0))


def _stepped_first(steps: Steps, values: Curve) -> tuple[Steps, Curve] | None:
    """The curve with the value before its first, for a log written after the schedule's step: a cosine begins level.

    The missing peak is the even polynomial through the next three values; None where that is none.
    """
    first, second, third = values[:3]
    peak = (15 * first - 6 * second + third) / 10
    if not first < peak < 1.2 * first or np.ptp(changes(steps[:4])) > 0:
        return None
    return np.concatenate((2 * steps[:1] - steps[1:2], steps)), np.concatenate(([peak], values))


def _thinned(steps: Steps, values: Curve) -> tuple[Steps, Curve]:
    """At most `_MOST` points, the last among them."""
    if len(values) <= _MOST:
        return steps, values
    keep = np.unique(np.linspace(0, len(values) - 1, _MOST).astype(int))
    return steps[keep], values[keep]


def _end(steps: Steps, held: int, shape: Decay) -> int | None:
    """The step at which the shape reaches its floor; None when less than a quarter of the way there was seen."""
    seen = float(steps[-1] - steps[held])
    return round(float(steps[held]) + shape.end) if np.isfinite(shape.end) and seen >= shape.end / 4 else None


def _again(steps: Steps, values: Curve) -> Schedule | None:
    """A rate that came down and was set up again: warm restarts if that is its schedule, else ``set-again``."""
    peak = float(values.max())
    after = np.maximum.accumulate(values)[:-1]
    ups = np.flatnonzero((values[1:] >= _RISE * values[:-1]) & (values[:-1] < 0.7 * after) & (values[1:] > 0.5 * after))
    ups = ups[(ups + 2 >= len(values)) | (values[np.minimum(ups + 2, len(values) - 1)] <= values[ups + 1])]
    if len(ups) == 0:
        return None
    starts = np.concatenate(([0], ups + 1))
    lengths = changes(steps[starts]).astype(float)
    grid = median(changes(steps))
    factors = np.ones(1) if len(lengths) == 1 else np.round(lengths[1:] / np.maximum(lengths[:-1], 1))
    planned = len(lengths) == 1 or bool(
        (factors == factors[0]).all()
        and factors[0] >= 1
        and (np.abs(lengths[1:] - factors[0] * lengths[:-1]) <= 0.1 * lengths[1:] + 2 * grid).all()
    )
    bottoms = values[ups] / peak
    down = [
        bool((changes(part) <= _FLAT * peak).mean() > 0.9) for part in np.split(values, starts[1:]) if len(part) > 2
    ]
    if planned and all(down) and (len(lengths) > 1 or bottoms[0] < 0.1):
        numbers = {"period": float(lengths[0]), "factor": float(factors[0])}
        return Schedule("restarts", peak, float(values[-1]), numbers=numbers)
    return Schedule("set-again", peak, float(values[-1]), numbers={"at": float(steps[ups[0] + 1])})


def _waves(steps: Steps, values: Curve) -> Schedule | None:
    """A rate that glides down and up again at least twice, at equal distances; None for any other."""
    slope = np.sign(np.where(np.abs(changes(values)) <= _FLAT * values.max(), 0, changes(values)))
    moving = np.flatnonzero(slope)
    turns = moving[1:][slope[moving[1:]] != slope[moving[:-1]]]
    lengths = changes(steps[turns]).astype(float)
    grid = median(changes(steps))
    if len(turns) < 3 or np.ptp(lengths) > 0.1 * lengths.mean() + 2 * grid:
        return None
    return Schedule("cyclic", float(values.max()), float(values[-1]), numbers={"period": 2 * float(lengths.mean())})


def _stairs(steps: Steps, values: Curve, loss: Series | None) -> tuple[str, int | None, dict[str, float]] | None:
    """A rate that stands still between drops: step, milestones or plateau; None when it glides, or ever rises."""
    change = changes(values)
    moved = np.flatnonzero(np.abs(change) > _FLAT * values[:-1])
    if not 1 <= len(moved) <= len(values) / 3 or (change[moved] > 0).any():
        return None
    at = steps[moved + 1].astype(float)
    lengths = changes(np.concatenate((steps[:1], at)))
    grid = median(changes(steps))
    factors = values[moved + 1] / values[moved]
    gamma = median(factors)
    ends = int(at[-1])
    waited = _patience(moved, steps, loss)
    if waited is not None:
        return "plateau", None, {"gamma": gamma, "patience": float(waited), "drops": float(len(moved))}
    plain = factors[values[moved + 1] > 1e-3 * values[0]]  # further down a printed rate has no digits left
    alike = len(plain) == 0 or float(np.ptp(plain)) <= 0.05 * gamma
    if len(moved) >= 2 and alike and float(np.ptp(lengths)) <= 0.1 * float(lengths.mean()) + grid:
        return "step", None, {"gamma": gamma, "period": median(lengths), "drops": float(len(moved))}
    even = len(moved) >= 4 and float(np.ptp(lengths)) <= 0.1 * float(lengths.mean()) + grid
    stairs = np.concatenate(([0], moved + 1))
    shape = decay((steps[stairs] - steps[0]).astype(float), values[stairs]) if even else None
    if shape is not None:  # a decay that is stepped once an epoch and logged more often
        return shape.name, _end(steps, 0, shape), {**shape.numbers, "every": median(lengths)}
    return "milestones", ends, {"gamma": gamma, "drops": float(len(moved))}


def _patience(moved: np.ndarray, steps: Steps, loss: Series | None) -> int | None:
    """For how many values the loss had not improved at each drop, when that was the same before all of at least two."""
    if loss is None or len(moved) < 2:
        return None
    own, values = finite(loss)
    if len(values) < 5 or len(values) > 2 * len(steps):
        return None
    waits, since = [], -1
    for at in steps[moved + 1]:
        now = int(np.searchsorted(own, at, side="left"))
        if now <= since + 1:
            return None
        best = np.minimum.accumulate(values[:now])
        better = np.flatnonzero(values[1:now] < best[:-1] * (1 - 1e-4)) + 1
        last = max(int(better[-1]) if len(better) else 0, since)
        waits.append(now - 1 - last)
        since = now - 1
    return int(median(waits)) if max(waits) - min(waits) <= 1 and min(waits) >= 2 else None


def _one_cycle(steps: Steps, values: Curve, last: float, run: float) -> bool:
    """Whether a rise to the peak is that of OneCycleLR, in a run that ends below where it began.

    It is half a cosine, or a line that takes a fifth of the ``run``, and starts between a 2nd and a 100th of the peak.
    """
    first, peak = float(values[0]), float(values[-1])
    if len(values) < 4 or not 0.008 * peak <= first <= 0.5 * peak or last > first:
        return False
    x = (steps - steps[0]) / float(steps[-1] - steps[0])
    wave = first + (peak - first) * (1 - np.cos(np.pi * x)) / 2
    line = first + (peak - first) * x
    rises = (wave, line) if steps[-1] - steps[0] >= 0.2 * run else (wave,)
    return min(float(np.abs(values - rise).max()) for rise in rises) <= 0.03 * peak
