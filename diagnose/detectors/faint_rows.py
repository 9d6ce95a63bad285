"""Filters of a layer, or scales behind them, that have faded to nothing, and channels of a gate that never moved."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from diagnose.finding import Evidence, Fact, Unsure
from diagnose.gates import is_closed
from diagnose.measure import median
from diagnose.resting import is_learnt
from diagnose.run import Checkpoint, Tensor
from kb.text import Text


def faint_rows(
    checkpoints: tuple[Checkpoint, ...], *, least: float, share: float, floor: float, faint: float
) -> list[Evidence] | Unsure:
    """Count the rows of each weight of the last checkpoint that are below ``floor``, or ``faint`` times the usual one.

    Told when they are ``share`` of at least ``least`` rows, in the layer that lost the largest part. A tensor of
    nothing but exact zeros was initialised so. Causes: ``decayed`` (its group has weight decay), ``without-decay``;
    none without an optimizer. Of gates those channels count that still share one value while others moved:
    ``gate-channels``.
    """
    last = next((one for one in reversed(checkpoints) if one.tensors), None)
    judged = [one for one in last.tensors.values() if _has_filters(one, last, least)] if last else []
    gates = [last.tensors[name] for name in last.gates if len(last.tensors[name].rows) >= least] if last else []
    if last is None or not (judged or gates):
        return Unsure(
            Text(f"no layer of {least:.0f} or more filters could be read", f"没有可读取的层含 {least:.0f} 个以上卷积核")
        )
    dead = {one.name: _dead(one, floor, faint) for one in judged}
    still = {one.name: _resting(one) for one in gates}
    found = [
        _evidence([one for one in judged if dead[one.name] >= share * len(one.rows)], dead, last, ""),
        _evidence([one for one in gates if still[one.name] >= share * len(one.rows)], still, last, "gate-channels"),
    ]
    return [one for one in found if one]


def _evidence(hit: list[Tensor], dead: Mapping[str, int], last: Checkpoint, cause: str) -> Evidence | None:
    if not hit:
        return None
    worst = max(hit, key=lambda one: (dead[one.name] / len(one.rows), len(one.shape), len(one.rows)))
    facts: dict[str, Fact] = {
        "count": dead[worst.name],
        "total": len(worst.rows),
        "layers": len(hit),
        "loudest": float(worst.rows.max()),
    }
    return Evidence(worst.name, last.step, last.step, facts, cause or _cause(worst.name, last))


def _has_filters(tensor: Tensor, checkpoint: Checkpoint, least: float) -> bool:
    """A readable weight with enough rows: of a matrix or filter, or the scale of a norm."""
    learnt = is_learnt(tensor.name, tensor) and tensor.name.endswith("weight") and tensor.name not in checkpoint.gates
    return learnt and len(tensor.rows) >= least and not is_closed(tensor) and not tensor.nonfinite


def _dead(tensor: Tensor, floor: float, faint: float) -> int:
    """How many rows are dead; the rest is measured by its median, as a few that run away make none dead."""
    alive = tensor.rows[tensor.rows > floor]
    usual = median(alive) if len(alive) else 0.0
    return int((tensor.rows <= max(floor, faint * usual)).sum())


def _resting(gate: Tensor) -> int:
    """How many channels share one value although others differ: half precision rounds small ones to one or to zero."""
    kinds, counts = np.unique(gate.rows, return_counts=True)
    told = gate.dtype in ("float32", "float64") or (gate.dtype == "bfloat16" and kinds[counts.argmax()] == 0)
    return int(counts.max()) if told and len(kinds) > 1 and not gate.nonfinite else 0


def _cause(name: str, last: Checkpoint) -> str:
    place = last.optimizer.slot_of(name) if last.optimizer else None
    if place is None:
        return ""
    return "decayed" if place[0].weight_decay > 0 else "without-decay"
