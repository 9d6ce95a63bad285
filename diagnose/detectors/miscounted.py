"""A schedule that counts batches where it was made for epochs, or epochs where it was made for batches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from diagnose.epochs import epoch_length
from diagnose.finding import Evidence, Unsure
from diagnose.measure import finite
from diagnose.run import Checkpoint, Series
from diagnose.schedule import schedule
from diagnose.tensors.optimizer_state import last_step
from diagnose.tensors.steps import EPOCHS
from kb.text import Text


def miscounted(
    rates: tuple[Series, ...],
    epochs: tuple[Series, ...],
    checkpoints: tuple[Checkpoint, ...],
    *,
    points: float,
    beyond: float,
    apart: float,
    gone: float,
) -> list[Evidence] | Unsure | None:
    """Point at a schedule whose count does not fit the run.

    A saved scheduler is asked first. Causes: ``per-batch`` (it was called ``apart`` times more often than there
    were epochs, and its end or its steps lie within one epoch), ``per-epoch`` (a schedule made for batches that was
    called ``apart`` times less often than the optimizer), ``past-its-end`` (called ``beyond`` times as often as it
    was made for). Without one the rate of at least ``points`` values tells the same by its shape; a decay to ``gone``
    within an epoch is none that was meant.
    """
    for checkpoint in reversed(checkpoints):
        if checkpoint.scheduler and (cause := _of_state(checkpoint, beyond, apart, gone)):
            calls = float(checkpoint.scheduler["last_epoch"])
            facts = {"calls": calls, "made_for": _made_for(checkpoint.scheduler)}
            return [Evidence(checkpoint.path.name, None, checkpoint.step, facts, cause)]
    if not any(one.scheduler for one in checkpoints) and not any(len(finite(one)[1]) >= points for one in rates):
        return Unsure(
            Text(
                f"neither a scheduler's state nor {points:.0f} values of the learning rate",
                f"既没有调度器状态，学习率也不到 {points:.0f} 个值",
            )
        )
    length = epoch_length(epochs)
    return [seen for one in rates if len(finite(one)[1]) >= points and (seen := _of_shape(one, length)) is not None]


def _of_state(checkpoint: Checkpoint, beyond: float, apart: float, gone: float) -> str:
    """What a scheduler's own count says beside the optimizer's and the epoch's; "" when they fit."""
    state = checkpoint.scheduler
    calls = _number(state.get("last_epoch"))
    steps = last_step(checkpoint.optimizer.state) if checkpoint.optimizer else None
    if calls is None:
        return ""
    if steps and "total_steps" in state and calls * apart < steps:
        return "per-epoch"
    epochs = next((checkpoint.numbers[key] + 2 for key in EPOCHS if key in checkpoint.numbers), None)
    often = epochs is not None and calls > apart * epochs
    ends = _number(state.get("T_max"))
    if ends is not None and calls > beyond * ends + 1:
        return "per-batch" if often else "past-its-end"
    if often and epochs is not None and _within_an_epoch(state, calls / epochs, gone):
        return "per-batch"
    return ""


def _within_an_epoch(state: Mapping[str, Any], length: float, gone: float) -> bool:
    """Whether all that the schedule does is over before ``length`` calls, one epoch, have passed."""
    if (size := _number(state.get("step_size"))) is not None:
        return size < length
    if isinstance(stones := state.get("milestones"), Mapping | list | tuple) and len(stones):
        return max(map(float, stones)) < length
    gamma = _number(state.get("gamma"))
    return gamma is not None and 0 < gamma < 1 and gamma**length < gone


def _of_shape(rate: Series, length: float | None) -> Evidence | None:
    """What the shape of a logged rate says; ``length`` is that of an epoch in steps, where it is known."""
    seen = schedule(rate)
    if seen is None:
        return None
    steps, values = finite(rate)
    cause, made_for = "", float(seen.ends or 0)
    if seen.name == "overrun" or (seen.name == "cyclic" and values[0] >= 0.99 * seen.peak):
        cause, made_for = "past-its-end", float(seen.ends or seen.numbers.get("period", 0) / 2)
    elif seen.name == "step" and length is not None and seen.numbers["period"] < length / 2:
        cause, made_for = "per-batch", seen.numbers["period"]
    elif seen.name == "warm-up" and _barely_begun(values):
        cause = "per-epoch"
    if not cause:
        return None
    facts = {"calls": float(steps[-1]), "made_for": made_for}
    return Evidence(rate.name, int(steps[0]), int(steps[-1]), facts, cause)


def _barely_begun(values: np.ndarray) -> bool:
    """Whether a rise is the first stretch of half a cosine: it only gathers speed, and has not got far."""
    half = len(values) // 2
    first, second = float(values[half] - values[0]), float(values[-1] - values[half])
    return values[0] > 0 and values[-1] < 20 * values[0] and first > 0 and second > 2 * first


def _made_for(state: Mapping[str, Any]) -> float:
    named = (_number(state.get(key)) for key in ("T_max", "total_steps", "step_size"))
    return next((one for one in named if one is not None), 0.0)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and np.isfinite(value) else None
