"""Finds the averaged copy of the weights (EMA, SWA, a mean teacher) that was saved with a model, by the model's names.

Trainers keep it beside the model, in a callback's state, as a bare list of parameters, or inside the model under a
prefix; some rename its tensors, and some save the average as the model and the model as the average.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from diagnose.tensors import dtypes
from diagnose.tensors.inert import Patience, leaves, printable
from diagnose.tensors.named_tensors import mapping_of, named_tensors, tensor_of
from diagnose.tensors.records import Record
from kb.text import Text

AVERAGED = re.compile(
    r"(?:^|_)(?:ema|swa|teacher|shadow|averaged?|avg)(?:$|_)|(?:_|model)ema$|^ema|weightaverag", re.IGNORECASE
)
INSIDE = re.compile(r"(?:^|_)(?:ema|swa|averaged)(?:_(?:model|net|network|unet|encoder))?$", re.IGNORECASE)
BURIED = "ema_"  # mmcv 1 registers every average as a buffer of the model: ema_backbone_conv1_weight
OPTIMIZERS = re.compile(r"optim|sched|scaler|^loops$", re.IGNORECASE)
DEEPEST = 4
STRIPPED = 3  # leading parts of a name that a wrapper may have added

Spelling = Callable[[str], str]
SPELLINGS: tuple[Spelling, ...] = (
    lambda name: name,
    lambda name: name.replace(".", ""),  # LitEma of latent diffusion: buffers may have no dots in their names
    lambda name: name.replace(".", "_"),
)

Named = dict[str, Record]


@dataclass
class Weights:
    """The weights that are trained and their average, both by the model's names, and what is to be said of them."""

    model: Named
    average: Named = field(default_factory=dict)
    notes: list[Text] = field(default_factory=list)


def told_apart(root: Any, model_at: Any, model: Named, patience: Patience) -> Weights:
    """The model that was found at ``model_at`` under ``root``, and its average if one was saved with it."""
    swapped = _lightning(root, model)
    if swapped is not None:
        return swapped
    strange: list[str] = []
    for parts, key, part in _candidates(root, model_at, patience):
        named = named_tensors(part)
        found = aligned(named, model)
        if not found:
            strange.append(key)
        elif any(found[name] is not model[name] for name in found):
            if key == "ema_state_dict" and "steps" in named and "state_dict" in parts:
                return _exchanged(model, found, "mmengine")
            return Weights(model, found)
    if strange and model:
        shown = ", ".join(printable(one) for one in strange[:3])
        what = Text(
            f"averaged weights left out because their names or shapes are not the model's: {shown}",
            f"平均权重的名称或形状与模型不符，未读取：{shown}",
        )
        return Weights(*within(model), [what])
    live, found = within(model)
    return Weights(live, found)


def _exchanged(model: Named, found: Named, who: str) -> Weights:
    """The weights of a program that saves the average in the model's place and the model in the average's."""
    what = Text(
        f"{who} saved the average as the model; both were put back in their places",
        f"{who} 把平均权重存成了模型；这里已将二者换回",
    )
    return Weights({**model, **found}, {name: model[name] for name in found}, [what])


def _lightning(root: Any, model: Named) -> Weights | None:
    """The weights that Lightning's WeightAveraging saved in each other's place; None where it was not at work."""
    parts = mapping_of(root) or {}
    if "averaging_state" not in parts or mapping_of(parts.get("current_model_state")) is None:
        return None
    found = aligned(named_tensors(parts["current_model_state"]), model)
    return _exchanged(model, found, "Lightning") if found else None


def within(model: Named) -> tuple[Named, Named]:
    """The model and its average, which is part of it under a prefix; the model unchanged where there is none."""
    first = {name: name.split(".")[: STRIPPED - 1] for name in model}
    marked = {name for name, parts in first.items() if any(INSIDE.search(part) for part in parts)}
    live = {name: record for name, record in model.items() if name not in marked}
    found = aligned({name: model[name] for name in marked}, live) if marked and live else {}
    if found:
        return live, found
    buried = {name: record for name, record in model.items() if name.startswith(BURIED) and "." not in name}
    live = {name: record for name, record in model.items() if name not in buried}
    found = aligned({name.removeprefix(BURIED): one for name, one in buried.items()}, live) if buried and live else {}
    if found:  # mmcv saves between its two swaps, while the model holds the average
        return {**live, **found}, {name: live[name] for name in found}
    return model, {}


def aligned(average: Named, model: Named) -> Named:
    """The tensors of ``average`` under the model's names; empty unless most of them are found in the model."""
    floating = [record for record in average.values() if record.dtype in dtypes.FLOATING and record.shape]
    if not floating or not model:
        return {}
    if all(name.rpartition(".")[2].isdigit() for name in average):
        return _in_order(floating, model)
    best: Named = {}
    for spelling in SPELLINGS:
        known = {cut: _shortened(model, cut, spelling) for cut in range(STRIPPED)}
        for cut in range(STRIPPED):
            for names in known.values():
                found: Named = {}
                for name, record in average.items():
                    target = names.get(spelling(_cut(name, cut)))
                    if target and model[target].shape == record.shape:
                        found[target] = record
                if len(found) > len(best):
                    best = found
    return {name: best[name] for name in model if name in best} if 2 * len(best) > len(floating) else {}


def _shortened(model: Named, cut: int, spelling: Spelling) -> dict[str, str]:
    """Every name without its first ``cut`` parts, with the name itself; "" where two names become one."""
    found: dict[str, str] = {}
    for name in model:
        if name.count(".") >= cut:
            short = spelling(_cut(name, cut))
            found[short] = "" if short in found else name
    return found


def _cut(name: str, count: int) -> str:
    return name.split(".", count)[-1] if count else name


def _in_order(average: list[Record], model: Named) -> Named:
    """A bare list of averages (``shadow_params``), which follows the model's parameters one by one."""
    buffers = ("running_mean", "running_var", "num_batches_tracked")
    names = [
        name
        for name, record in model.items()
        if record.dtype in dtypes.FLOATING and record.shape and name.rpartition(".")[2] not in buffers
    ]
    fits = len(names) == len(average) and all(
        model[name].shape == record.shape for name, record in zip(names, average, strict=True)
    )
    return dict(zip(names, average, strict=True)) if fits else {}


def _candidates(root: Any, model_at: Any, patience: Patience) -> Iterator[tuple[Mapping[Any, Any], str, Any]]:
    """Parts whose name says that they are an average and that hold tensors, with the mapping they lie in."""
    waiting = [(root, 0)]
    seen: set[int] = set()
    while waiting:
        value, depth = waiting.pop(0)
        parts = mapping_of(value)
        if parts is None or id(value) in seen or depth >= DEEPEST or value is model_at:
            continue
        seen.add(id(value))
        for key, part in parts.items():
            patience.spend()
            if not isinstance(key, str) or len(key) > 200 or part is model_at or tensor_of(part) is not None:
                continue
            if AVERAGED.search(key) and next(leaves(part, lambda one: tensor_of(one) is not None, patience), None):
                yield parts, key, part
            elif not OPTIMIZERS.search(key):
                waiting.append((part, depth + 1))
