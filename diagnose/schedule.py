"""Recognises a learning-rate schedule by its values: its name, its numbers, its warm-up, and where it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from diagnose.decay import Decay, decay
from diagnose.measure import finite, median
from diagnose.run import Curve, Series, Steps
from kb.text import Text

_MOST = 600  # points looked at; a schedule has no finer detail than that
_FLAT = 1e-4  # values that differ by less of their peak are one value
_RISE = 1.5  # a rate that grows by this factor from one logged value to the next did not warm up, it was set


@dataclass(frozen=True)
class Schedule:
    """What a rate did: ``name`` of its shape, ``warm_up`` steps before the peak, ``ends`` the step of its floor.

    Names: ``constant``, ``step``, ``milestones``, ``plateau``, ``linear``, ``polynomial``, ``cosine``, ``overrun``,
    ``restarts``, ``cyclic``, ``one-cycle``, ``exponential``, ``compounding``, ``inverse-root``, ``warm-up`` (it never
    got further) and ``unknown``. ``numbers`` belong to the shape (``gamma``, ``power``, ``period`` in steps, ``floor``
    as a share of the peak); ``ends`` is None for shapes without an end, and where too little was seen to tell.
    """

    name: str
    peak: float
    last: float
    warm_up: int = 0
    ends: int | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)

    def text(self) -> Text:
        """The schedule in a few words."""
        en, zh = _NAMES[self.name]
        en, zh = en.format(**self.numbers), zh.format(**self.numbers)
        if self.warm_up and self.name not in ("warm-up", "one-cycle"):
            en, zh = f"{en} after {self.warm_up:,} steps of warm-up", f"预热 {self.warm_up:,} 步后{zh}"
        if self.ends is not None:
            en, zh = f"{en}, down at step {self.ends:,}", f"{zh}，到第 {self.ends:,} 步降完"
        return Text(en, zh)


_NAMES = {
    "constant": ("constant", "恒定"),
    "step": ("times {gamma:.3g} every {period:,.0f} steps", "每 {period:,.0f} 步乘以 {gamma:.3g}"),
    "milestones": ("steps down {drops:.0f} times", "分 {drops:.0f} 次下调"),
    "plateau": ("reduced when it stalls, patience {patience:.0f}", "停滞时下调，耐心值 {patience:.0f}"),
    "linear": ("linear decay", "线性衰减"),
    "polynomial": ("polynomial decay, power {power:.2g}", "多项式衰减，幂次 {power:.2g}"),
    "cosine": ("cosine decay", "余弦衰减"),
    "overrun": ("cosine decay that ran past its end and rises again", "余弦衰减走过了终点，又在回升"),
    "restarts": (
        "decay with warm restarts, the first after {period:,.0f} steps",
        "热重启，首个周期 {period:,.0f} 步",
    ),
    "cyclic": ("cycles of {period:,.0f} steps", "每 {period:,.0f} 步一个循环"),
    "one-cycle": ("one cycle, peak at {peaked:.0%} of it", "单周期（one-cycle），峰值在 {peaked:.0%} 处"),
    "exponential": ("times {gamma:.6g} every step", "每步乘以 {gamma:.6g}"),
    "compounding": ("a decay that compounds", "叠加式衰减（越降越快）"),
    "inverse-root": ("inverse square root", "平方根倒数衰减"),
    "warm-up": ("still warming up", "仍在预热"),
    "unknown": ("no known schedule", "不属于已知的调度"),
}


def schedule(rate: Series, loss: Series | None = None) -> Schedule | None:
    """The schedule behind a logged rate; None for fewer than three values, or when it was never above zero.

    ``loss``, the curve a plateau schedule would have watched, tells it from milestones set by hand.
    """
    steps, values = _thinned(*finite(rate))
    if len(values) < 3 or values.max() <= 0 or values.min() < 0:
        return None
    peak, last = float(values.max()), float(values[-1])
    if np.ptp(values) <= _FLAT * peak:
        return Schedule("constant", peak, last)
    if (again := _again(steps, values) or _waves(steps, values)) is not None:
        return again
    top = int(np.argmax(values >= peak * (1 - _FLAT)))
    risen = bool((np.diff(values[: top + 1]) >= -_FLAT * peak).all())
    if top and not risen:
        return Schedule("unknown", peak, last)
    warm_up = int(steps[top] - steps[0])
    if top >= 0.97 * (len(values) - 1) or _on_a_stair(values, top):
        return Schedule("warm-up", peak, last, warm_up)
    if values[top:].min() >= peak * (1 - _FLAT):
        return Schedule("constant", peak, last, warm_up)
    stairs = _stairs(steps[top:], values[top:], loss)
    if stairs is not None:
        name, ends, numbers = stairs
        return Schedule(name, peak, last, warm_up, ends, numbers)
    held, shape = _glide(steps, values, top)
    if shape is None:
        return Schedule("unknown", peak, last, warm_up)
    if top and _one_cycle(steps[: top + 1], values[: top + 1], last, float(steps[-1] - steps[0])):
        peaked = warm_up / max(1.0, float(steps[held] - steps[0]) + shape.end)
        return Schedule("one-cycle", peak, last, warm_up, _end(steps, held, shape), {"peaked": peaked})
    return Schedule(shape.name, peak, last, warm_up, _end(steps, held, shape), shape.numbers)


def _on_a_stair(values: Curve, top: int) -> bool:
    """Whether the peak was held no longer than each value before it: a rise that is logged more often than made."""
    before = np.flatnonzero(np.diff(values[: top + 1])) + 1
    stairs = np.diff(np.concatenate(([0], before)))
    flat = float(np.ptp(values[top:])) <= _FLAT * float(values[top])
    return flat and len(stairs) >= 5 and len(values) - top <= 1.5 * float(np.median(stairs))


def _glide(steps: Steps, values: Curve, top: int) -> tuple[int, Decay | None]:
    """The shape from the peak on, and where it begins: at the peak, or where the rate had stayed there for a while."""
    held = top + int(np.argmax(values[top:] < values[top])) - 1
    fits = [(at, decay((steps[at:] - steps[at]).astype(float), values[at:])) for at in sorted({top, held})]
    return min(fits, key=lambda fit: (fit[1] is None, fit[1].off if fit[1] and fit[1].off > 1e-3 else 0.0))


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
    """A rate that came down and was set up again: warm restarts when they are the schedule's own, else unknown."""
    peak = float(values.max())
    after = np.maximum.accumulate(values)[:-1]
    ups = np.flatnonzero((values[1:] >= _RISE * values[:-1]) & (values[:-1] < 0.7 * after) & (values[1:] > 0.5 * after))
    ups = ups[(ups + 2 >= len(values)) | (values[np.minimum(ups + 2, len(values) - 1)] <= values[ups + 1])]
    if len(ups) == 0:
        return None
    starts = np.concatenate(([0], ups + 1))
    lengths = np.diff(steps[starts]).astype(float)
    grid = median(np.diff(steps))
    factors = np.ones(1) if len(lengths) == 1 else np.round(lengths[1:] / np.maximum(lengths[:-1], 1))
    planned = len(lengths) == 1 or bool(
        (factors == factors[0]).all()
        and factors[0] >= 1
        and (np.abs(lengths[1:] - factors[0] * lengths[:-1]) <= 0.1 * lengths[1:] + 2 * grid).all()
    )
    bottoms = values[ups] / peak
    down = [
        bool((np.diff(part) <= _FLAT * peak).mean() > 0.9) for part in np.split(values, starts[1:]) if len(part) > 2
    ]
    if planned and all(down) and (len(lengths) > 1 or bottoms[0] < 0.1):
        numbers = {"period": float(lengths[0]), "factor": float(factors[0])}
        return Schedule("restarts", peak, float(values[-1]), numbers=numbers)
    return Schedule("unknown", peak, float(values[-1]))


def _waves(steps: Steps, values: Curve) -> Schedule | None:
    """A rate that glides down and up again at least twice, at equal distances; None for any other."""
    slope = np.sign(np.where(np.abs(np.diff(values)) <= _FLAT * values.max(), 0, np.diff(values)))
    moving = np.flatnonzero(slope)
    turns = moving[1:][slope[moving[1:]] != slope[moving[:-1]]]
    lengths = np.diff(steps[turns]).astype(float)
    grid = median(np.diff(steps))
    if len(turns) < 3 or np.ptp(lengths) > 0.1 * lengths.mean() + 2 * grid:
        return None
    return Schedule("cyclic", float(values.max()), float(values[-1]), numbers={"period": 2 * float(lengths.mean())})


def _stairs(steps: Steps, values: Curve, loss: Series | None) -> tuple[str, int | None, dict[str, float]] | None:
    """A rate that stands still between drops: step, milestones or plateau; None when it glides, or ever rises."""
    change = np.diff(values)
    moved = np.flatnonzero(np.abs(change) > _FLAT * values[:-1])
    if not 1 <= len(moved) <= len(values) / 3 or (change[moved] > 0).any():
        return None
    at = steps[moved + 1].astype(float)
    lengths = np.diff(np.concatenate((steps[:1], at)))
    grid = median(np.diff(steps))
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
