"""Gates in a group whose weight decay is strong enough to matter."""

from __future__ import annotations

import math

from diagnose.finding import Evidence, Unsure
from diagnose.run import Checkpoint, Group, Optimizer, Tensor
from diagnose.tensors.optimizer_state import last_step
from kb.text import Text


def decayed_gate(checkpoints: tuple[Checkpoint, ...], *, pull: float, a_step: float) -> Evidence | Unsure | None:
    """Point at the last checkpoint's gates under decay: learning rate times decay times steps at least ``pull``.

    Whole matrices (LoRA) live with decay; they count only where it takes ``a_step`` of them at every step.
    """
    known = [one for one in checkpoints if one.gates and one.optimizer and one.optimizer.matched != "unmatched"]
    if not known or known[-1].optimizer is None:
        return Unsure(Text("no checkpoint holds both gates and optimizer", "没有同时保存门控和优化器的检查点"))
    last, optimizer = known[-1], known[-1].optimizer
    steps = last_step(optimizer.state) or last.step
    if not steps:
        return Unsure(Text("the checkpoint does not say its step", "检查点没有说明步数"))
    each = {name: _strength(name, optimizer) for name in last.gates}
    strength = {name: one * steps for name, one in each.items() if one >= a_step or _slim(last.tensors[name])}
    pulled = [name for name, strong in strength.items() if strong >= pull]
    if not pulled:
        return None
    worst = max(pulled, key=lambda name: strength[name])
    place = optimizer.slot_of(worst)
    facts = {
        "count": len(pulled),
        "decay": place[0].weight_decay if place else 0.0,
        "lost": 100 * -math.expm1(-strength[worst]),
    }
    return Evidence(worst, 0, steps, facts)


def _strength(name: str, optimizer: Optimizer) -> float:
    """What decay takes off a gate at each step, as a share of it."""
    place = optimizer.slot_of(name)
    if place is None:
        return 0.0
    strength = _peak(place[0]) * place[0].weight_decay
    return strength if math.isfinite(strength) else 0.0


def _peak(group: Group) -> float:
    """The rate the group began with: at the end of a schedule the current one says nothing of the run."""
    return max(group.lr, group.numbers.get("initial_lr", 0.0))


def _slim(tensor: Tensor) -> bool:
    return sum(size > 1 for size in tensor.shape) <= 1
