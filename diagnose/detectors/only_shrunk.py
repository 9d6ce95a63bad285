"""Weight matrices that changed by one common factor and nothing else: decay without gradient."""

from __future__ import annotations

from diagnose.finding import Evidence, Unsure
from diagnose.gates import behind_closed_gate
from diagnose.resting import pairs, weights
from diagnose.run import Checkpoint, Tensor
from kb.text import Text


def only_shrunk(checkpoints: tuple[Checkpoint, ...], *, tolerance: float, shrink: float) -> list[Evidence] | Unsure:
    """Compare the last checkpoint with the one before it; one finding a cause.

    A matrix counts whose extremes, mean and spread all shrank by one factor to within ``tolerance``, and by at least
    ``shrink``. Causes: ``closed-gate`` (a zero gate in its module), ``zero-gradient`` (as the optimizer
    remembers); none when neither is seen.
    """
    pair = next(pairs(checkpoints), None)
    if pair is None:
        return Unsure(Text("two checkpoints of one network are needed", "需要同一网络的两个检查点"))
    earlier, last = pair
    left = {name: _left(earlier.tensors[name], last.tensors[name], tolerance) for name in weights(last)}
    causes = {name: _cause(name, last) for name, share in left.items() if share is not None and share <= 1 - shrink}
    found = []
    for cause in dict.fromkeys(causes.values()):
        names = [name for name in causes if causes[name] == cause]
        facts = {"count": len(names), "left": 100 * (left[names[0]] or 0.0)}
        found.append(Evidence(names[0], earlier.step, last.step, facts, cause))
    return found


def _left(before: Tensor, after: Tensor, tolerance: float) -> float | None:
    """The factor from one to the other; None when there is no single one."""
    if not before.std > 0 or not after.std > 0 or before.zeros != after.zeros:
        return None
    factor = after.std / before.std
    ends = ((before.minimum, after.minimum), (before.maximum, after.maximum), (before.mean, after.mean))
    fits = all(abs(new - factor * old) <= tolerance * max(abs(new), after.std) for old, new in ends)
    return factor if fits else None


def _cause(name: str, last: Checkpoint) -> str:
    if behind_closed_gate(name, last):
        return "closed-gate"
    place = last.optimizer.slot_of(name) if last.optimizer else None
    seen = last.optimizer.state.get(place[1], {}).get("exp_avg_sq") if last.optimizer and place else None
    return "zero-gradient" if isinstance(seen, Tensor) and seen.absmax == 0 else ""
