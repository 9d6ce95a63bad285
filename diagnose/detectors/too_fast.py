"""A loss that its learning rate hurts: it rises and falls with the rate, or never gets anywhere."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Fact, Unsure, too_few
from diagnose.measure import Blocks, at_steps, blocks, changes, finite, median
from diagnose.run import Checkpoint, Curve, Series


def too_fast(
    loss: Series,
    rate: Series | None,
    checkpoints: tuple[Checkpoint, ...],
    *,
    points: float,
    higher: float,
    hurt: float,
    burst: float,
    adam: float,
    sgd: float,
) -> Evidence | Unsure | None:
    """Point at the stretch in which the rate was too high for ``loss``.

    Causes: ``peak`` (the loss had come down, rose by ``hurt`` of that descent as the rate grew by ``higher``, and came
    down again with the rate), ``raised`` (the same at a sudden growth of the rate, and it never came back),
    ``warm-up-missing`` (right at the start, at full rate, it rose to ``burst`` times its
    first value), ``far-above-usual`` (it got nowhere, lost its numbers or jumped by a seventh of itself from point to
    point, at a rate above ``adam``, for optimizers that keep a second moment, or above ``sgd`` for all others). The
    rate is taken from the checkpoints if not logged.
    """
    steps, values = finite(loss)
    if len(values) < points:
        return too_few(loss, points)
    curve = blocks(loss)
    if rate is not None and len(finite(rate)[1]):
        beside = at_steps(rate, curve.steps.astype(np.int64))
        facts: dict[str, Fact] = {"rate": float(finite(rate)[1].max())}
        if (stretch := _hurt(curve, beside, higher, hurt)) is not None:
            return Evidence(loss.name, int(curve.steps[stretch[0]]), int(curve.steps[stretch[1]]), facts, "peak")
        if (at := _raised(curve, beside, higher, hurt)) is not None:
            return Evidence(loss.name, int(curve.steps[at]), int(steps[-1]), facts, "raised")
        if (until := _burst(values, burst, curve.noise)) and beside[0] >= 0.5 * float(beside.max()):
            return Evidence(loss.name, int(steps[0]), int(steps[until]), facts, "warm-up-missing")
    peak = _peak(rate, checkpoints)
    usual = adam if any(_second_moment(one) for one in checkpoints) else sgd
    if peak > usual and (_lost(loss, curve) or _rough(values)):
        return Evidence(loss.name, int(steps[0]), int(steps[-1]), {"rate": peak}, "far-above-usual")
    return None


def _hurt(curve: Blocks, rate: Curve, higher: float, hurt: float) -> tuple[int, int] | None:
    """The blocks between which the loss stood above its earlier low because of the rate; None for no such stretch."""
    top = int(np.argmax(rate))
    low = int(np.argmin(curve.levels[: top + 1]))
    calm = np.flatnonzero(rate[top:] <= rate[top] / 2) + top
    if low == 0 or not len(calm) or not rate[top] >= higher * max(float(rate[low]), 1e-300):
        return None
    high = float(curve.levels[low : calm[0]].max())
    rise, gained = high - float(curve.levels[low]), float(curve.levels[0] - curve.levels[low])
    if rise < max(hurt * gained, 3 * curve.noise) or gained <= 0:
        return None
    back = float(curve.levels[calm].min()) <= float(curve.levels[low]) + rise / 4
    return (low, int(calm[0])) if back else None


def _raised(curve: Blocks, rate: Curve, higher: float, hurt: float) -> int | None:
    """The block in which the rate grew at once and the loss with it, to stay above what it had been."""
    for at in np.flatnonzero(rate[1:] >= higher * np.maximum(rate[:-1], 1e-300)) + 1:
        low = float(curve.levels[:at].min())
        gained = float(curve.levels[0]) - low
        rise = float(curve.levels[at : at + 3].max()) - low
        if gained > 0 and rise >= max(hurt * gained, 3 * curve.noise) and curve.levels[at:].min() > low + gained / 20:
            return int(at)
    return None


def _burst(values: Curve, burst: float, noise: float) -> int:
    """Up to which point the loss stood above its first value right at the start; 0 when it did not, or stayed there."""
    first, early = float(values[0]), values[: max(6, len(values) // 10)]
    above = early > max(burst * first, first + 6 * noise)
    if first <= 0 or above[1:].sum() < 3 or median(values[-max(3, len(values) // 10) :]) > first:
        return 0
    return int(np.flatnonzero(above)[-1])


def _peak(rate: Series | None, checkpoints: tuple[Checkpoint, ...]) -> float:
    if rate is not None and len(finite(rate)[1]):
        return float(finite(rate)[1].max())
    held = [group.lr for one in checkpoints if one.optimizer for group in one.optimizer.groups]
    return max((lr for lr in held if np.isfinite(lr)), default=0.0)


def _second_moment(checkpoint: Checkpoint) -> bool:
    states = checkpoint.optimizer.state.values() if checkpoint.optimizer else ()
    return any("exp_avg_sq" in state or "square_avg" in state for state in states)


def _rough(values: Curve) -> bool:
    """Whether the loss typically moves by a seventh of its level, and a tenth of its start, from point to point."""
    move = median(np.abs(changes(values)))
    return move >= max(0.15 * abs(median(values)), 0.1 * abs(median(values[:5])))


def _lost(loss: Series, curve: Blocks) -> bool:
    """Whether the loss ended in NaN, or within a tenth of where it began, or above."""
    start, end = float(curve.levels[0]), float(curve.levels[-1])
    return not np.isfinite(loss.values[-1]) or end >= start - 0.1 * abs(start)
