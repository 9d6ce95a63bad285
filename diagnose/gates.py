"""The branch a gate lets through: which weights stand behind it."""

from __future__ import annotations

from diagnose.run import Checkpoint, Tensor


def branch_of(gate: str, checkpoint: Checkpoint) -> list[str]:
    """The weight matrices and filters of the smallest module around the gate that has any, without other gates."""
    parts = gate.split(".")[:-1]
    while parts:
        prefix = ".".join(parts) + "."
        found = [
            name
            for name, tensor in checkpoint.tensors.items()
            if name.startswith(prefix)
            and name.endswith("weight")
            and len(tensor.shape) > 1
            and name not in checkpoint.gates
        ]
        if found:
            return found
        parts.pop()
    return []


def gates_of(checkpoint: Checkpoint) -> list[str]:
    """The gates by name, and the scales of norms that are zero in every channel (zero-init residual, Swin V2)."""
    norms = [
        name
        for name, one in checkpoint.tensors.items()
        if name.endswith(".weight") and len(one.shape) == 1 and one.numel > 1 and is_closed(one)
    ]
    return [*checkpoint.gates, *(name for name in norms if name not in checkpoint.gates)]


def is_closed(tensor: Tensor) -> bool:
    """Whether all of its elements are exactly zero."""
    return tensor.numel > 0 and tensor.zeros == tensor.numel


def behind_closed_gate(name: str, checkpoint: Checkpoint) -> bool:
    """Whether a gate of the module that holds ``name`` is exactly zero: nothing behind it gets a gradient."""
    for gate in checkpoint.gates:
        module = gate.rpartition(".")[0]
        if module and name.startswith(module + ".") and is_closed(checkpoint.tensors[gate]):
            return True
    return False
