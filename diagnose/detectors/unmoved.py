"""Weight matrices that are the same in two checkpoints of a run."""

from __future__ import annotations

from diagnose.finding import Evidence, Unsure
from diagnose.resting import pairs, rate, resting, same, weights, why
from diagnose.run import Checkpoint, Tensor
from kb.text import Text

_COARSE = ("float16", "bfloat16")


def unmoved(
    checkpoints: tuple[Checkpoint, ...], *, span: float, resolution: float, share: float
) -> list[Evidence] | Unsure:
    """Compare the last checkpoint with the nearest that is at least ``span`` of the run older; one finding a cause.

    Causes: ``not-in-optimizer``, ``no-gradient``, ``lr-vanished`` (at most ``resolution`` of the weight),
    ``closed-gate``, ``zero-gradient``, ``stale-file`` (nothing at all moved, running statistics included),
    ``coarse-format``, ``unknown``; and ``frozen-on-purpose`` for the first two and the last where whole modules ahead
    of all moving ones, or ``share`` of the model, rest. Weights that are not finite cannot move and are passed over.
    """
    pair = next(((a, b) for a, b in pairs(checkpoints) if _apart(a, b) >= span), None)
    if pair is None:
        return Unsure(
            Text("two checkpoints of one network, some way apart, are needed", "需要同一网络相隔一段的两个检查点")
        )
    earlier, last = pair
    order = [name for name in weights(last) if not last.tensors[name].nonfinite]
    idle = [name for name in order if same(earlier.tensors[name], last.tensors[name])]
    if not order:
        return Unsure(Text("no tensor is named like a weight matrix and finite", "没有名称像权重矩阵且数值有限的张量"))
    kinds = resting(order, idle, last.tensors, share) if 0 < len(idle) < len(order) else {}
    causes = {name: _cause(name, earlier, last, resolution) for name in idle}
    causes |= {
        name: "frozen-on-purpose"
        for name, kind in kinds.items()
        if kind == "on-purpose" and causes[name] in ("not-in-optimizer", "no-gradient", "unknown", "coarse-format")
    }
    if set(causes.values()) == {"unknown"} and all(
        same(one, last.tensors[name]) for name, one in earlier.tensors.items()
    ):
        causes = dict.fromkeys(idle, "stale-file")
    found = []
    for cause in dict.fromkeys(causes.values()):
        names = [name for name in idle if causes[name] == cause]
        facts = {"count": len(names), "total": len(order)}
        found.append(Evidence(names[0], earlier.step, last.step, facts, cause))
    return found


def _apart(earlier: Checkpoint, last: Checkpoint) -> float:
    """How far two checkpoints are apart, as a share of the run until the last; both have a step."""
    return 1 - (earlier.step or 0) / (last.step or 1)


def _cause(name: str, earlier: Checkpoint, last: Checkpoint, resolution: float) -> str:
    tensor: Tensor = last.tensors[name]
    told = why(name, last, rate(name, earlier, last), resolution)
    return "coarse-format" if told == "unknown" and tensor.dtype in _COARSE else told
