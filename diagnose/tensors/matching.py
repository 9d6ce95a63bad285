"""Tells which parameter of the model each slot of an optimizer holds: by stored name, by counting shapes, by order.

An optimizer's file numbers its parameters and seldom names them. What is certain is found first: where it
has as many slots of a shape as the model has parameters of that shape, all of them are in. The rest follows
from order: a group lists its parameters in the order the model has them, so a parameter is in when it is in
every arrangement of the groups that keeps that order, out when it is in none, and undecided otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from diagnose.run import Group, Optimizer, Tensor
from diagnose.tensors import dtypes
from diagnose.tensors.arrangements import Place, arrange

BUFFERS = ("running_mean", "running_var", "num_batches_tracked")

# State that has the shape of its parameter, surest first.
SHAPED = (
    "exp_avg", "exp_avg_sq", "momentum_buffer", "square_avg", "max_exp_avg_sq", "acc_delta", "grad_avg", "sum", "prev",
    "exp_inf", "variance", "ax", "step_size", "exp_avg_diff", "state1", "momentum", "z",
)  # fmt: skip

State = Mapping[int, Mapping[str, Tensor | float]]
Shape = tuple[int, ...]


def match(tensors: Mapping[str, Tensor], groups: Sequence[Group], state: State) -> Optimizer:
    """The optimizer with its slots named, and the parameters whose membership stays undecided.

    ``tensors`` are the model's in order. A name is only given, or left out, where that cannot be wrong
    as long as each group follows the model's order; everything else is in ``uncertain``.
    """
    parameters = {name: tensor.shape for name, tensor in tensors.items() if is_parameter(name, tensor)}
    stored = _by_stored_names(tensors, groups)
    if stored is not None:
        return Optimizer(tuple(stored), state, "param_names")
    slots = [slot for group in groups for slot in group.slots]
    bare = [replace(group, names=("",) * len(group.slots)) for group in groups]
    if not slots or not parameters or len(set(slots)) < len(slots):
        return Optimizer(tuple(bare), state, "unmatched", frozenset(parameters))
    shapes = {slot: shape_of(state.get(slot, {})) for slot in slots}
    if _foreign(parameters, shapes):
        return Optimizer(tuple(bare), state, "unmatched", frozenset(parameters))
    counted = _counted(parameters, shapes)
    places = arrange(list(parameters.values()), [[shapes[slot] for slot in group.slots] for group in groups])
    if places is None:
        places = _by_shape_alone(parameters, bare, shapes)
    return _joined(list(parameters), bare, state, counted, places)


def is_parameter(name: str, tensor: Tensor) -> bool:
    """Whether an optimizer could hold it: a floating tensor that is no running statistic."""
    return tensor.dtype in dtypes.FLOATING and name.rpartition(".")[2] not in BUFFERS


def shape_of(entry: Mapping[str, Tensor | float]) -> Shape | None:
    """The shape of the parameter a slot's state belongs to; None when the state does not tell."""
    for key in SHAPED:
        found = entry.get(key)
        if isinstance(found, Tensor):
            return found.shape
    for first, second in (("row_var", "col_var"), ("exp_avg_sq_row", "exp_avg_sq_col")):  # Adafactor, torch's and HF's
        rows, columns = entry.get(first), entry.get(second)
        if isinstance(rows, Tensor) and isinstance(columns, Tensor) and rows.shape and columns.shape:
            return (*(rows.shape[:-1] if first == "row_var" else rows.shape), columns.shape[-1])
    shapes = {found.shape for found in entry.values() if isinstance(found, Tensor) and found.shape}
    return shapes.pop() if len(shapes) == 1 else None


def _by_stored_names(tensors: Mapping[str, Tensor], groups: Sequence[Group]) -> list[Group] | None:
    """The groups with the names the file gives, changed to the model's where a wrapper added a prefix to either."""
    names = [name for group in groups for name in group.names]
    if not names or not all(names):
        return None
    known = set(tensors)
    for dropped, added in [("", ""), *_prefixes(names, known)]:
        renamed = {name: added + name.removeprefix(dropped) for name in names}
        if known.issuperset(renamed.values()):
            return [replace(group, names=tuple(renamed[name] for name in group.names)) for group in groups]
    return list(groups) if known.intersection(names) else None


def _prefixes(names: Sequence[str], known: set[str]) -> list[tuple[str, str]]:
    first = names[0]
    longer = [("", name[: -len(first)]) for name in known if name.endswith("." + first)]
    shorter = [(first[: -len(name)], "") for name in known if first.endswith("." + name)]
    fits = [pair for pair in (*longer, *shorter) if all(name.startswith(pair[0]) for name in names)]
    good = [(cut, add) for cut, add in fits[:50] if all(add + name.removeprefix(cut) in known for name in names)]
    return good if len(good) == 1 else []


def _foreign(parameters: Mapping[str, Shape], shapes: Mapping[int, Shape | None]) -> bool:
    """Whether the optimizer holds parameters that are not in this model, so that counting proves nothing."""
    ours = Counter(parameters.values())
    theirs = Counter(shape for shape in shapes.values() if shape is not None)
    return len(shapes) > len(parameters) or any(count > ours[shape] for shape, count in theirs.items())


def _counted(parameters: Mapping[str, Shape], shapes: Mapping[int, Shape | None]) -> dict[str, bool]:
    """What counting alone decides: True for parameters that are in, False for those that are not."""
    ours = Counter(parameters.values())
    theirs = Counter(shapes.values())
    if len(shapes) == len(parameters):
        return dict.fromkeys(parameters, True)
    decided = {name: True for name, shape in parameters.items() if theirs[shape] == ours[shape]}
    if not theirs[None]:
        decided |= {name: False for name, shape in parameters.items() if not theirs[shape]}
    return decided


def _by_shape_alone(
    parameters: Mapping[str, Shape], groups: Sequence[Group], shapes: Mapping[int, Shape | None]
) -> list[Place]:
    """Places where no order holds: only a parameter and a slot that are alone with their shape belong together."""
    ours = Counter(parameters.values())
    theirs = Counter(shapes.values())
    where = {shapes[slot]: (at, row) for at, group in enumerate(groups) for row, slot in enumerate(group.slots)}
    return [
        Place(certain=where[shape]) if ours[shape] == theirs[shape] == 1 else Place() for shape in parameters.values()
    ]


def _joined(
    names: list[str], groups: list[Group], state: State, counted: Mapping[str, bool], places: list[Place]
) -> Optimizer:
    """The slots' names from both ways of telling."""
    given = [list(group.names) for group in groups]
    uncertain: set[str] = set()
    by_order = False
    for name, place in zip(names, places, strict=True):
        if place.certain is not None:
            group, at = place.certain
            given[group][at] = name
            by_order |= counted.get(name) is None
        elif counted.get(name) is False:
            continue
        elif not place.possible:
            by_order = True
        else:
            uncertain.add(name)
    matched = "order" if by_order else "shapes"
    if len(uncertain) == len(names):
        matched = "unmatched"
    named = (replace(group, names=tuple(some)) for group, some in zip(groups, given, strict=True))
    return Optimizer(tuple(named), state, matched, frozenset(uncertain))
