"""A checkpoint that would have run code on loading."""

from __future__ import annotations

from diagnose.finding import Evidence
from diagnose.run import Checkpoint


def refused_pickle(checkpoints: tuple[Checkpoint, ...]) -> list[Evidence]:
    """Point at each file whose pickle asks for a call that plain tensors and containers never need."""
    return [
        Evidence(one.path.name, one.step, one.step, {"wanted": ", ".join(one.unsafe[:4]), "tensors": len(one.tensors)})
        for one in checkpoints
        if one.unsafe
    ]
