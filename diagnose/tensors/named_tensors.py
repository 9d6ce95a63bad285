"""Names the tensors of a saved object the way ``state_dict()`` would: nested parts joined by dots."""

from __future__ import annotations

from typing import Any

from diagnose.tensors.arrays import Array
from diagnose.tensors.inert import OddKey, Thing, printable
from diagnose.tensors.records import RECORDS, Record

DEEPEST = 40
LONGEST = 1000  # characters of a joined name


def tensor_of(value: Any) -> Record | None:
    """The record of a tensor or a numeric numpy array; None for anything else."""
    if isinstance(value, RECORDS):
        return value
    return value.record() if isinstance(value, Array) else None


def mapping_of(value: Any) -> dict[Any, Any] | None:
    """The entries of a dictionary, or the attributes of an object that is no tensor; None for anything else."""
    if isinstance(value, dict):
        return value
    return value.fields() if isinstance(value, Thing) and (value.state is not None or value.pairs) else None


def named_tensors(root: Any) -> dict[str, Record]:
    """Every tensor below ``root``, in order, each container opened once."""
    found: dict[str, Record] = {}
    seen: set[int] = set()
    waiting: list[tuple[str, Any, int]] = [("", root, 0)]
    while waiting:
        name, value, depth = waiting.pop()
        record = tensor_of(value)
        if record is not None:
            found.setdefault(name, record)
            continue
        if depth > DEEPEST or id(value) in seen:
            continue
        parts = mapping_of(value)
        if parts is not None:
            seen.add(id(value))
            inner = _of_module(parts) if "_parameters" in parts and "_modules" in parts else list(parts.items())
        elif isinstance(value, (list, tuple)):
            seen.add(id(value))
            inner = list(enumerate(value))
        else:
            continue
        waiting.extend((_joined(name, key), one, depth + 1) for key, one in reversed(inner))
    return found


def module_tensors(root: Any) -> dict[str, Record]:
    """The parameters and buffers of a pickled module, as its ``state_dict()`` names them."""
    return named_tensors(root)


def _of_module(parts: dict[Any, Any]) -> list[tuple[Any, Any]]:
    """What a module registers, and nothing else it carries."""
    passing = parts.get("_non_persistent_buffers_set")
    skipped = {name for name in passing if isinstance(name, str)} if isinstance(passing, list) else set()
    parameters, buffers, modules = (mapping_of(parts.get(key)) or {} for key in ("_parameters", "_buffers", "_modules"))
    kept = [(key, one) for key, one in buffers.items() if key not in skipped]
    return [*parameters.items(), *kept, *modules.items()]


def _joined(prefix: str, key: Any) -> str:
    last = printable(key) if isinstance(key, str) else str(key) if isinstance(key, (int, OddKey)) else "?"
    return (f"{prefix}.{last}" if prefix else last)[:LONGEST]
