"""Filters of a layer, or the scales behind them, that have faded to nothing."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Fact, Unsure
from diagnose.gates import is_closed
from diagnose.resting import is_learnt
from diagnose.run import Checkpoint, Tensor
from kb.text import Text


def faint_rows(
    checkpoints: tuple[Checkpoint, ...], *, least: float, share: float, floor: float, faint: float
) -> Evidence | Unsure | None:
    """Count the rows of each weight of the last checkpoint that are below ``floor``, or ``faint`` times the usual one.

    Told when they are ``share`` of at least ``least`` rows, in the layer that lost the largest part. A tensor of
    nothing but exact zeros was initialised so, and gates are another matter. Causes: ``decayed`` (its group has
    weight decay), ``without-decay``; none without an optimizer.
    """
    last = next((one for one in reversed(checkpoints) if one.tensors), None)
    judged = [one for one in last.tensors.values() if _has_filters(one, last, least)] if last else []
    if last is None or not judged:
        return Unsure(
            Text(f"no layer of {least:.0f} or more filters could be read", f"没有可读取的层含 {least:.0f} 个以上卷积核")
        )
    dead = {one.name: _dead(one, floor, faint) for one in judged}
    hit = [one for one in judged if dead[one.name] >= share * len(one.rows)]
    if not hit:
        return None
    worst = max(hit, key=lambda one: (dead[one.name] / len(one.rows), len(one.shape), len(one.rows)))
    facts: dict[str, Fact] = {
        "count": dead[worst.name],
        "total": len(worst.rows),
        "layers": len(hit),
        "loudest": float(worst.rows.max()),
    }
    return Evidence(worst.name, last.step, last.step, facts, _cause(worst.name, last))


def _has_filters(tensor: Tensor, checkpoint: Checkpoint, least: float) -> bool:
    """A readable weight with enough rows: of a matrix or filter, or the scale of a norm."""
    learnt = is_learnt(tensor.name, tensor) and tensor.name.endswith("weight") and tensor.name not in checkpoint.gates
    return learnt and len(tensor.rows) >= least and not is_closed(tensor) and not tensor.nonfinite


def _dead(tensor: Tensor, floor: float, faint: float) -> int:
    """How many rows are dead; the rest is measured by its median, as a few that run away make none dead."""
    alive = tensor.rows[tensor.rows > floor]
    usual = float(np.median(alive)) if len(alive) else 0.0
    return int((tensor.rows <= max(floor, faint * usual)).sum())


def _cause(name: str, last: Checkpoint) -> str:
    place = last.optimizer.slot_of(name) if last.optimizer else None
    if place is None:
        return ""
    return "decayed" if place[0].weight_decay > 0 else "without-decay"
