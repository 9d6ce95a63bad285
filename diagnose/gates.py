"""The branch a gate lets through: which weights stand behind it."""

from __future__ import annotations

from diagnose.run import Checkpoint


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
