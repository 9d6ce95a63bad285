"""A gate that kept a non-zero initial value while its branch was trained."""

from __future__ import annotations

from diagnose.finding import Evidence, Unsure
from diagnose.gates import branch_of
from diagnose.resting import pairs, rate, same, why
from diagnose.run import Checkpoint
from kb.text import Text


def unmoved_gate(checkpoints: tuple[Checkpoint, ...], *, resolution: float) -> list[Evidence] | Unsure:
    """Point at gates with one value in all channels after training, or the same in two files while their branch moved.

    Causes: ``not-in-optimizer``, ``no-gradient`` (frozen or unused), ``lr-vanished`` (at most ``resolution`` of the
    gate), ``unknown``. Gates at zero are another matter.
    """
    trained = [one for one in checkpoints if one.gates and (one.step or 0) > 1]
    if not trained:
        return Unsure(Text("no gate was saved after training began", "没有训练开始之后保存的门控"))
    last = trained[-1]
    first = next((earlier for earlier, late in reversed(list(pairs(checkpoints))) if late is last), None)
    gates = [last.tensors[name] for name in last.gates]
    if gates and first is None and all(gate.numel == 1 for gate in gates):
        return Unsure(Text("a gate of one number needs two checkpoints", "只有一个数的门控需要两个检查点才能判断"))
    found = []
    for gate in gates:
        even = gate.numel > 1 and gate.minimum == gate.maximum
        rested = first is not None and same(first.tensors[gate.name], gate) and _branch_moved(gate.name, first, last)
        if gate.absmax > 0 and (even or rested):
            cause = why(gate.name, last, rate(gate.name, last), resolution)
            begun = first.step if rested and first else 0
            found.append(Evidence(gate.name, begun, last.step, {"value": gate.mean}, cause))
    return found


def _branch_moved(gate: str, first: Checkpoint, last: Checkpoint) -> bool:
    """Whether any weight of the gate's branch differs between two files."""
    return any(not same(first.tensors[name], last.tensors[name]) for name in branch_of(gate, last))
