"""Reads what an optimizer remembers: its groups' numbers, and what it keeps for each parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from diagnose.run import Group, Tensor
from diagnose.tensors.inert import OddKey, Patience, printable
from diagnose.tensors.named_tensors import mapping_of, tensor_of
from diagnose.tensors.records import Record

# Per-parameter state that is one number whatever the parameter's shape.
COUNTERS = frozenset(("step", "mu_product", "eta", "mu", "t", "steps"))

Summarise = Callable[[str, Record], Tensor]
Number = Callable[[Any], float | None]
State = dict[int, dict[str, Tensor | float]]


def read_optimizers(
    saved: Sequence[Mapping[Any, Any]], summarise: Summarise, number: Number, patience: Patience
) -> tuple[list[Group], State]:
    """The groups and state of all optimizers of a file as one, slots counted on from one to the next."""
    groups: list[Group] = []
    state: State = {}
    first = 0
    for one in saved:
        slot_of, some = _groups(one, first, number, patience)
        groups += some
        entries = mapping_of(one.get("state")) or {}
        for key, entry in entries.items():
            slot = slot_of.get(_key(key))
            parts = mapping_of(entry)
            if slot is not None and parts is not None:
                patience.spend(len(parts))
                state[slot] = _entry(parts, summarise, number)
        first = max((max(group.slots) + 1 for group in groups if group.slots), default=first)
    return groups, state


def _groups(
    saved: Mapping[Any, Any], first: int, number: Number, patience: Patience
) -> tuple[dict[Any, int], list[Group]]:
    slot_of: dict[Any, int] = {}
    groups: list[Group] = []
    whole = [mapping_of(one) or {} for one in saved["param_groups"]]
    for group in whole:
        patience.spend(len(group) + len(_list(group.get("params"))))
    keys = [_key(key) for group in whole for key in _list(group.get("params"))]
    plain = all(isinstance(key, int) and 0 <= key < len(keys) for key in keys)  # as torch numbers them since 1.5
    for group in whole:
        mine = [_key(key) for key in _list(group.get("params"))]
        for key in mine:
            slot_of.setdefault(key, first + (key if plain else len(slot_of)))
        slots = tuple(dict.fromkeys(slot_of[key] for key in mine))
        groups.append(Group(slots, _names(group, mine, len(slots)), _numbers(group, number)))
    return slot_of, groups


def _names(group: Mapping[Any, Any], keys: list[Any], count: int) -> tuple[str, ...]:
    """The names stored with the group, or the keys themselves where the slots are keyed by name."""
    stored = group.get("param_names")
    names = stored if isinstance(stored, (list, tuple)) else keys
    if len(names) == count and all(isinstance(name, str) for name in names):
        return tuple(printable(name) for name in names)
    return ("",) * count


def _numbers(group: Mapping[Any, Any], number: Number) -> dict[str, float]:
    found: dict[str, float] = {}
    for key, value in group.items():
        if not isinstance(key, str) or key in ("params", "param_names"):
            continue
        if key == "betas" and isinstance(value, (list, tuple)):
            for at, beta in enumerate(value[:3], 1):
                one = number(beta)
                if one is not None:
                    found[f"beta{at}"] = one
            continue
        one = float(value) if isinstance(value, bool) else number(value)
        if one is not None:
            found[printable(key)] = one
    return found


def _entry(parts: Mapping[Any, Any], summarise: Summarise, number: Number) -> dict[str, Tensor | float]:
    found: dict[str, Tensor | float] = {}
    for key, value in parts.items():
        if not isinstance(key, str):
            continue
        record = tensor_of(value)
        if record is None or (key in COUNTERS and record.shape in ((), (1,))):
            one = number(value)
            if one is not None:
                found[printable(key)] = one
        else:
            found[printable(key)] = summarise(printable(key), record)
    return found


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else ()


def _key(key: Any) -> Any:
    """A slot's key: a number, a name, or (in a whole pickled optimizer) the parameter itself."""
    if isinstance(key, OddKey):
        key = key.value
    return key if isinstance(key, (int, str)) else (id(key), "object")


def last_step(state: Mapping[int, Mapping[str, Tensor | float]]) -> int | None:
    """The furthest step any slot has counted."""
    steps = [entry["step"] for entry in state.values() if isinstance(entry.get("step"), (int, float))]
    good = [int(one) for one in steps if isinstance(one, (int, float)) and 0 <= one < 1e15]
    return max(good, default=None)
