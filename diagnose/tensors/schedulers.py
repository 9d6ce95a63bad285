"""Understands the states of learning-rate schedulers and gradient scalers by their keys, whoever saved them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from diagnose.tensors.named_tensors import mapping_of

COUNTS = ("_last_lr", "base_lrs", "_step_count", "num_bad_epochs", "_global_step", "_schedulers")
MMENGINE = {
    "last_step": "last_epoch",
    "_global_step": "_step_count",
    "_last_value": "_last_lr",
    "base_values": "base_lrs",
}

State = Mapping[Any, Any]


def is_scheduler(parts: State) -> bool:
    """Whether a mapping is a scheduler's state: torch's, or mmengine's, which has other names for the same."""
    return ("last_epoch" in parts and any(key in parts for key in COUNTS)) or _of_mmengine(parts)


def is_scaler(parts: State) -> bool:
    """Whether a mapping is the state of a gradient scaler, torch's or apex's."""
    return ("scale" in parts and "growth_factor" in parts and "_growth_tracker" in parts) or _of_apex(parts)


def scaler(parts: State) -> dict[str, Any]:
    """The scaler's numbers by torch's names."""
    if not _of_apex(parts):
        return {key: value for key, value in parts.items() if isinstance(key, str)}
    inner = mapping_of(parts["loss_scaler0"]) or {}
    return {"scale": inner.get("loss_scale"), "_growth_tracker": inner.get("unskipped")}


def in_force(states: Sequence[State]) -> dict[Any, Any]:
    """Of the schedulers of a file the one that sets the rate now, by torch's names; of several in turn the last begun.

    A chain keeps all of its links under ``_schedulers``, whatever its own counts.
    """
    if not states:
        return {}
    if _of_mmengine(states[0]):
        rates = [one for one in states if _of_mmengine(one) and one.get("param_name", "lr") == "lr"] or list(states)
        begun = [one for one in rates if _number(one.get("begin")) <= _number(one.get("_global_step"))]
        return {MMENGINE.get(key, key): value for key, value in (begun or rates)[-1].items()}
    first = dict(states[0])
    links, cuts = first.get("_schedulers"), first.get("_milestones")
    if isinstance(links, list) and links and isinstance(cuts, list):
        passed = sum(_number(first.get("last_epoch")) >= _number(cut) for cut in cuts)
        link = mapping_of(links[min(passed, len(links) - 1)])
        if link is not None:
            return {**link, "_schedulers": links, "_milestones": cuts}
    return first


def _of_mmengine(parts: State) -> bool:
    return "last_step" in parts and "base_values" in parts and "_global_step" in parts


def _of_apex(parts: State) -> bool:
    inner = mapping_of(parts.get("loss_scaler0"))
    return inner is not None and "loss_scale" in inner


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0
