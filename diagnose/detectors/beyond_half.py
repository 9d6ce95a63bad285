"""Weights and statistics too large for half precision."""

from __future__ import annotations

from diagnose.finding import Evidence, Fact, Unsure
from diagnose.resting import is_learnt
from diagnose.run import Checkpoint
from kb.text import Text

_STATISTICS = ("running_mean", "running_var")


def beyond_half(checkpoints: tuple[Checkpoint, ...], *, limit: float) -> Evidence | Unsure | None:
    """Point at the last checkpoint if any of its weights, biases or running statistics exceeds ``limit`` in magnitude.

    Causes: ``running-statistics`` when only those do, else ``weights``. Other buffers are not looked at:
    masks hold huge numbers by design.
    """
    for last in reversed(checkpoints):
        known = {
            name: tensor
            for name, tensor in last.tensors.items()
            if name.endswith(_STATISTICS) or is_learnt(name, tensor)
        }
        if known:
            break
    else:
        return Unsure(Text("no tensor is named like a weight", "没有名称像权重的张量"))
    large = [name for name, tensor in known.items() if tensor.absmax > limit]
    if not large:
        return None
    of_weights = [name for name in large if not name.endswith(_STATISTICS)]
    facts: dict[str, Fact] = {
        "count": len(large),
        "largest": max(known[name].absmax for name in large),
        "file": last.path.name,
    }
    cause = "weights" if of_weights else "running-statistics"
    return Evidence((of_weights or large)[0], last.step, last.step, facts, cause)
