"""Which slot of the optimizer a parameter that has not moved can stand in, also where names do not tell."""

from __future__ import annotations

import math
from typing import Literal

from diagnose.run import Checkpoint, Group, Optimizer, Tensor
from diagnose.tensors.matching import is_parameter, shape_of

Place = tuple[Group, int]

# What optimizers remember of gradients; zero in all of them means that every gradient was exactly zero.
_REMEMBERED = (
    "exp_avg_sq", "square_avg", "variance", "row_var", "exp_avg_sq_row", "momentum_buffer", "exp_avg", "sum",
    "exp_inf", "hessian", "momentum",
)  # fmt: skip
_RESOLUTION = {"float16": 2.0**-11, "bfloat16": 2.0**-8}  # half the distance from 1 to the next number
_ADAFACTOR = 1e-29  # Hugging Face's adds 1e-30 to every squared gradient


def place_of(name: str, checkpoint: Checkpoint) -> Place | Literal["unknown"] | None:
    """The group and slot of a parameter that has not moved; None when no group holds it.

    Where shapes and order leave several slots, those drop out whose parameter must have moved: they remember
    gradients and have a rate. When none is left the parameter is in no group; when all that are left agree, and
    none of the model's parameters is missing from the optimizer, any of them will do.
    """
    optimizer = checkpoint.optimizer
    if optimizer is None or optimizer.matched == "unmatched":
        return "unknown"
    if name not in optimizer.uncertain:
        return optimizer.slot_of(name)
    tensor = checkpoint.tensors[name]
    free = [
        (group, slot)
        for group in optimizer.groups
        for slot, held in zip(group.slots, group.names, strict=True)
        if not held and shape_of(optimizer.state.get(slot, {})) in (None, tensor.shape)
    ]
    still = [place for place in free if not _moves(place, optimizer, tensor)]
    if not still:
        return None
    whole = sum(len(group.slots) for group in optimizer.groups) == sum(
        is_parameter(one, tensor) for one, tensor in checkpoint.tensors.items()
    )
    alike = {(group.lr == 0, has_state(slot, optimizer)) for group, slot in still}
    return still[0] if whole and len(alike) == 1 else "unknown"


def has_state(slot: int, optimizer: Optimizer) -> bool:
    """Whether a slot was ever given a gradient; Adagrad makes its state beforehand and counts from zero."""
    state = optimizer.state.get(slot, {})
    return bool(state) and state.get("step") != 0


def without_rate(group: Group, optimizer: Optimizer) -> bool:
    """Whether a group's rate is zero by itself: a schedule that came to its end leaves every group at zero."""
    return group.lr == 0 and (group.numbers.get("initial_lr", 0.0) == 0 or any(one.lr > 0 for one in optimizer.groups))


def gradient(place: Place, optimizer: Optimizer) -> float:
    """The largest figure the optimizer keeps of a slot's gradients; NaN when it keeps none."""
    state = optimizer.state.get(place[1], {})
    floor = _ADAFACTOR if "RMS" in state else 0.0
    seen = [one.absmax for key, one in state.items() if isinstance(one, Tensor) and key in _REMEMBERED]
    seen = [0.0 if one <= floor else one for one in seen if math.isfinite(one)]
    return max(seen, default=math.nan)


def _moves(place: Place, optimizer: Optimizer, tensor: Tensor) -> bool:
    """Whether the slot's steps are large enough to change a tensor of this size in its number format."""
    seen = gradient(place, optimizer)
    rate = max(place[0].lr, place[0].numbers.get("initial_lr", 0.0))
    adaptive = set(optimizer.state.get(place[1], {})) != {"momentum_buffer"}  # Adam and its like step by about the rate
    step = rate if adaptive else rate * seen
    return seen > 0 and step > _RESOLUTION.get(tensor.dtype, 2.0**-24) * tensor.absmax
