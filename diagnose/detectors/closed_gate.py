"""A gate (gamma, LayerScale, ReZero, zero conv, LoRA B) still at zero, and why: the optimizer state tells."""

from __future__ import annotations

import math

import numpy as np

from diagnose.finding import Evidence, Unsure
from diagnose.gates import branch_of, gates_of, is_closed
from diagnose.measure import finite
from diagnose.membership import gradient, has_state, place_of, without_rate
from diagnose.run import Checkpoint, Group, Optimizer, Series, Tensor
from kb.text import Text


def closed_gate(
    gates: tuple[Series, ...], checkpoints: tuple[Checkpoint, ...], *, points: float, decay: float
) -> list[Evidence] | Unsure:
    """Point at every gate that is exactly zero after training: in the last checkpoint, else in the log.

    Causes, in the order in which the evidence can rule them out: ``not-in-optimizer``, ``unused``, ``frozen``,
    ``no-gradient`` (one of these two), ``lr-zero``, ``double-zero``, ``constant-branch``, ``decayed`` (learning rate
    times weight decay of at least ``decay`` a step), ``unknown``. A logged gate needs ``points`` values.
    """
    trained = [one for one in checkpoints if gates_of(one) and not _before_training(one)]
    if trained:
        last = trained[-1]
        return [
            _evidence(last.tensors[name], last, trained, decay)
            for name in gates_of(last)
            if is_closed(last.tensors[name]) and last.tensors[name].dtype != "bool"
        ]
    logged = [gate for gate in gates if len(finite(gate)[1]) >= points]
    if not logged:
        return Unsure(_nothing_to_see(gates, checkpoints))
    return [
        Evidence(gate.name, int(gate.steps[0]), int(gate.steps[-1]), {"value": 0.0, "elements": 1}, "unknown")
        for gate in logged
        if np.all(gate.values == 0)
    ]


def _evidence(gate: Tensor, last: Checkpoint, trained: list[Checkpoint], decay: float) -> Evidence:
    closed_since = last.step
    opened = False
    for one in reversed(trained):
        if gate.name in one.tensors and not is_closed(one.tensors[gate.name]):
            opened = True
            break
        closed_since = one.step
    first = 0 if not opened and last.step is not None else closed_since
    cause = _cause(gate, last, opened, decay)
    return Evidence(gate.name, first, last.step, {"value": 0.0, "elements": gate.numel}, cause)


def _cause(gate: Tensor, last: Checkpoint, opened: bool, decay: float) -> str:
    optimizer, place = last.optimizer, place_of(gate.name, last)
    if optimizer is None or place == "unknown":
        return "unknown"
    if place is None:
        return "not-in-optimizer"
    group, slot = place
    branch = branch_of(gate.name, last)
    if not has_state(slot, optimizer) and _others_have_state(optimizer, slot):
        return _without_state(branch, last, optimizer)
    if without_rate(group, optimizer):
        return "lr-zero"
    if gradient(place, optimizer) == 0:
        last_layer_zero = any(is_closed(last.tensors[name]) and last.tensors[name].numel > 1 for name in branch)
        return "double-zero" if last_layer_zero else "constant-branch"
    if opened or _decay_of(group) >= decay:
        return "decayed"
    return "unknown"


def _without_state(branch: list[str], last: Checkpoint, optimizer: Optimizer) -> str:
    """Why a gate in the optimizer never got a gradient, while others did.

    A branch with a state takes part in the forward pass. Where no branch is known (a zero convolution), layers whose
    gradients were exactly zero, and not because of another gate, tell that something in use multiplies by zero.
    """
    if branch:
        return "frozen" if any(_state(optimizer, name) for name in branch) else "unused"
    others = {name for gate in last.gates if is_closed(last.tensors[gate]) for name in (gate, *branch_of(gate, last))}
    places = [(name, optimizer.slot_of(name)) for name in last.tensors if name not in others]
    still = [name for name, place in places if place and gradient(place, optimizer) == 0]
    return "frozen" if still else "no-gradient"


def _state(optimizer: Optimizer, name: str) -> bool:
    place = optimizer.slot_of(name)
    return place is not None and has_state(place[1], optimizer)


def _others_have_state(optimizer: Optimizer, slot: int) -> bool:
    return any(has_state(other, optimizer) for other in optimizer.state if other != slot)


def _decay_of(group: Group) -> float:
    return 0.0 if math.isnan(group.lr) else group.lr * group.weight_decay


def _before_training(checkpoint: Checkpoint) -> bool:
    """Saved before the second update: a gate that starts at zero is still rightly there.

    The optimizer's own counters say so best; a step that was only taken from an epoch number says nothing,
    because the first epoch is called 0 as often as 1.
    """
    optimizer = checkpoint.optimizer
    counts = [state["step"] for state in optimizer.state.values() if "step" in state] if optimizer else []
    known = [count for count in counts if isinstance(count, float | int)]
    if known:
        return max(known) <= 1
    if optimizer is not None and any(optimizer.state.values()):
        return False
    if checkpoint.step is None:
        return optimizer is not None
    if checkpoint.step == checkpoint.numbers.get("epoch"):
        return optimizer is not None and checkpoint.step <= 1
    return checkpoint.step <= 1


def _nothing_to_see(gates: tuple[Series, ...], checkpoints: tuple[Checkpoint, ...]) -> Text:
    if any(one.gates for one in checkpoints):
        return Text("the checkpoint was saved before training began", "检查点是在训练开始之前保存的")
    if checkpoints:
        return Text("no tensor of the checkpoints is named like a gate", "检查点中没有名称像门控的张量")
    if gates:
        return Text("the gate was logged too few times", "门控记录的次数太少")
    return Text("no gate was logged and no checkpoint was given", "没有记录门控，也没有提供检查点")
