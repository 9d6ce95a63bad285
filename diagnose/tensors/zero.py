"""Tells parameters apart in what DeepSpeed's ZeRO saves: one flat row of state a group, cut into a partition a rank.

Each partition says where the piece of every parameter lies in it (``param_slice_mappings``, stages 1 and 2).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from diagnose.run import Group, Optimizer, Tensor
from diagnose.tensors.inert import Patience
from diagnose.tensors.named_tensors import mapping_of, tensor_of
from diagnose.tensors.records import Dense

PARTITION = re.compile(r"(?:[a-z0-9]+_)?zero_pp_rank_\d+_(?=mp_rank_\d+_optim_states$)")
COUNT = "partition_count"


def unflattened(parts: Mapping[Any, Any], patience: Patience) -> dict[Any, Any] | None:
    """A ZeRO partition as an optimizer whose slots are keyed by parameter names; None when it is none."""
    base, mappings = mapping_of(parts.get("base_optimizer_state")), parts.get("param_slice_mappings")
    groups = base.get("param_groups") if base is not None else None
    if base is None or not isinstance(groups, list) or not isinstance(mappings, list) or len(groups) != len(mappings):
        return None
    counts = parts.get(COUNT)
    state: dict[str, Any] = {}
    named = []
    for at, (group, mapping) in enumerate(zip(groups, mappings, strict=True)):
        held, pieces = mapping_of(group) or {}, mapping_of(mapping) or {}
        flat = _flat(held, mapping_of(base.get("state")) or {})
        patience.spend(len(pieces) * (1 + len(flat)))
        for name, address in pieces.items():
            fragment = mapping_of(address) or {}
            if isinstance(name, str):
                state[name] = {key: _cut(part, fragment) for key, part in flat.items()}
        count = counts[at] if isinstance(counts, list) and len(counts) == len(groups) else 0
        named.append({**held, "params": [name for name in pieces if isinstance(name, str)], COUNT: count})
    return {"state": state, "param_groups": named}


def _flat(group: Mapping[Any, Any], state: Mapping[Any, Any]) -> dict[Any, Any]:
    """The state of the one flat parameter a group of ZeRO holds."""
    held = group.get("params")
    key = held[0] if isinstance(held, list) and len(held) == 1 and isinstance(held[0], (int, str)) else None
    return mapping_of(state.get(key)) or {}


def _cut(part: Any, fragment: Mapping[Any, Any]) -> Any:
    """The piece of a flat tensor; anything else (a step) as it is, and nothing where the piece lies outside."""
    record = tensor_of(part)
    if not isinstance(record, Dense) or len(record.shape) != 1:
        return part
    start, numel = fragment.get("start"), fragment.get("numel")
    if not isinstance(start, int) or not isinstance(numel, int) or not 0 <= start <= start + numel <= record.shape[0]:
        return None
    return replace(record, shape=(numel,), offset=record.offset + start * record.stride[0])


def rejoined(partitions: Sequence[Optimizer]) -> Optimizer | None:
    """The optimizer of all ranks; None when partitions are missing, so that nothing could be said to be left out."""
    wanted = {int(group.numbers.get(COUNT, 0)) for one in partitions for group in one.groups}
    if wanted != {len(partitions)} or len({len(one.groups) for one in partitions}) != 1:
        return None
    slots: dict[str, int] = {}
    state: dict[int, dict[str, Tensor | float]] = {}
    groups = []
    for several in zip(*(one.groups for one in partitions), strict=True):
        names = tuple(dict.fromkeys(name for group in several for name in group.names if name))
        slots |= {name: len(slots) + at for at, name in enumerate(names) if name not in slots}
        groups.append(Group(tuple(slots[name] for name in names), names, several[0].numbers))
    for one in partitions:
        for group in one.groups:
            for name, slot in zip(group.names, group.slots, strict=True):
                if name in slots:
                    entry = state.setdefault(slots[name], {})
                    for key, part in one.state.get(slot, {}).items():
                        before = entry.get(key)
                        both = isinstance(before, Tensor) and isinstance(part, Tensor)
                        entry[key] = _together(before, part) if both else part  # type: ignore[arg-type]
    return Optimizer(tuple(groups), state)


def _together(one: Tensor, other: Tensor) -> Tensor:
    """The figures of two pieces of a row."""
    count = one.numel + other.numel
    if not one.numel or not other.numel or not math.isfinite(one.mean + other.mean):
        return other if not one.numel or not math.isfinite(one.mean) else one
    mean = (one.mean * one.numel + other.mean * other.numel) / count
    squares = sum(part.numel * (part.std**2 + (part.mean - mean) ** 2) for part in (one, other))
    return replace(
        one,
        shape=(count,),
        minimum=min(one.minimum, other.minimum),
        maximum=max(one.maximum, other.maximum),
        mean=mean,
        std=math.sqrt(squares / count),
        zeros=one.zeros + other.zeros,
        nonfinite=one.nonfinite + other.nonfinite,
        values=(),
    )
