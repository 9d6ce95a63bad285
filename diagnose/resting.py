"""Tells parameters that rest on purpose (a frozen backbone, a teacher copy) from those that were forgotten."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Literal

from diagnose.gates import behind_closed_gate
from diagnose.membership import gradient, has_state, place_of, without_rate
from diagnose.run import Checkpoint, Tensor

Resting = Literal["on-purpose", "inside", "last-module", "scattered"]

_LEARNT = re.compile(r"(?:(?:in|q|k|v)_proj_)?(weight|bias)(?:_[ih]h_l\d+(?:_reverse)?)?")
_NOT_OF_THE_NETWORK = frozenset(("criterion", "loss", "losses", "metric", "metrics"))
_COPIES = frozenset(
    ("ema", "teacher", "target", "shadow", "averaged", "swa", "momentum", "lpips", "vgg", "perceptual", "frozen",
     "pretrained", "reference", "clip", "text", "bert")
)  # fmt: skip
_CLASSIFIERS = frozenset(
    ("fc", "classifier", "head", "heads", "last_linear", "logits", "pooler", "conv_seg", "AuxLogits", "output")
)


def parameters(checkpoint: Checkpoint) -> list[str]:
    """The tensors that are surely parameters, in the model's order.

    A file does not say what is a parameter and what a buffer: only gates, weights and biases count, and not those
    of a loss, of a batch norm made of buffers, or of a causal mask called bias.
    """
    return [
        name
        for name, tensor in checkpoint.tensors.items()
        if name in checkpoint.gates or (is_learnt(name, tensor) and not _frozen_norm(name, checkpoint.tensors))
    ]


def is_learnt(name: str, tensor: Tensor) -> bool:
    """Whether its name and shape are those of a weight or a bias of a layer."""
    found = _LEARNT.fullmatch(name.rpartition(".")[2])
    if found is None or "float" not in tensor.dtype or not _words(name).isdisjoint(_NOT_OF_THE_NETWORK):
        return False
    return found[1] == "weight" or len(tensor.shape) <= 1


def weights(checkpoint: Checkpoint) -> list[str]:
    """The weight matrices and filters, without gates: what no healthy run leaves alone by chance."""
    return [
        name
        for name, tensor in checkpoint.tensors.items()
        if len(tensor.shape) > 1 and is_learnt(name, tensor) and name not in checkpoint.gates
    ]


def resting(order: list[str], idle: Collection[str], tensors: Mapping[str, Tensor], share: float) -> dict[str, Resting]:
    """How each of the ``idle`` among the parameters ``order`` rests.

    ``on-purpose``: together they are ``share`` of all elements, or it belongs to a whole module that comes before all
    that is awake, that is a copy, a batch norm, or the classifier of a backbone that is used for something else.
    ``inside``: another whole module with awake ones on both sides. ``last-module``: a whole module with nothing but
    idle ones behind it. ``scattered``: others of its module do not rest, or all vectors and numbers rest, which is a
    choice by shape and not by module.
    """
    elements = sum(tensors[name].numel for name in order)
    if sum(tensors[name].numel for name in idle) >= share * elements:
        return dict.fromkeys(idle, "on-purpose")
    inside = Counter(prefix for name in order for prefix in _prefixes(name))
    asleep = Counter(prefix for name in idle for prefix in _prefixes(name))
    whole = {prefix for prefix, count in asleep.items() if count == inside[prefix]}
    with_matrix = {prefix for name in idle if len(tensors[name].shape) > 1 for prefix in _prefixes(name)}
    awake = [at for at, name in enumerate(order) if name not in idle]
    first_awake, last_awake = min(awake, default=len(order)), max(awake, default=-1)
    by_shape = not any(len(tensors[order[at]].shape) <= 1 for at in awake)
    place = {name: at for at, name in enumerate(order)}
    found: dict[str, Resting] = {}
    for name in idle:
        block = next((prefix for prefix in _prefixes(name) if prefix in whole), None)
        if block is None:
            found[name] = "scattered"
        elif block not in with_matrix and not _is_copy(name):
            norm = f"{name.rpartition('.')[0]}.running_mean" in tensors
            found[name] = "on-purpose" if norm and not by_shape else "scattered"
        elif _is_copy(name) or place[name] < first_awake:
            found[name] = "on-purpose"
        elif place[name] > last_awake:
            found[name] = "last-module"
        else:
            found[name] = "on-purpose" if _is_classifier(block) else "inside"
    return found


def same(one: Tensor, other: Tensor) -> bool:
    """Whether two summaries agree in every digit; False when there is nothing to compare."""
    return (
        one.shape == other.shape
        and (one.minimum, one.maximum, one.mean, one.std) == (other.minimum, other.maximum, other.mean, other.std)
        and (one.zeros, one.nonfinite, one.values) == (other.zeros, other.nonfinite, other.values)
    )


def pairs(checkpoints: tuple[Checkpoint, ...]) -> Iterator[tuple[Checkpoint, Checkpoint]]:
    """Pairs of an earlier checkpoint and the last one of the same network, the nearest first."""
    known = [one for one in checkpoints if one.step is not None and one.tensors]
    for earlier in reversed(known[:-1]):
        if (earlier.step or 0) < (known[-1].step or 0) and _shapes(earlier) == _shapes(known[-1]):
            yield earlier, known[-1]


def why(name: str, checkpoint: Checkpoint, lr: float, resolution: float) -> str:
    """What the optimizer proves of a tensor that did not move: a cause, or ``unknown``.

    ``lr`` is the largest learning rate its group had; one of at most ``resolution`` of the tensor's size moves nothing.
    """
    optimizer, place = checkpoint.optimizer, place_of(name, checkpoint)
    if place is None:
        return "not-in-optimizer"
    if optimizer is None or place == "unknown":
        return "closed-gate" if behind_closed_gate(name, checkpoint) else "unknown"
    if not has_state(place[1], optimizer) and any(has_state(slot, optimizer) for slot in optimizer.state):
        return "no-gradient"
    lr = place[0].lr if math.isnan(lr) else lr
    if lr == 0 and without_rate(place[0], optimizer):
        return "lr-vanished"
    if behind_closed_gate(name, checkpoint):
        return "closed-gate"
    if gradient(place, optimizer) == 0:
        return "zero-gradient"
    return "lr-vanished" if lr <= resolution * checkpoint.tensors[name].absmax else "unknown"


def rate(name: str, *checkpoints: Checkpoint) -> float:
    """The largest learning rate stored for a parameter; NaN when none is."""
    places = [one.optimizer.slot_of(name) for one in checkpoints if one.optimizer]
    rates = [place[0].lr for place in places if place]
    return max(rates, default=math.nan)


def _frozen_norm(name: str, tensors: Mapping[str, Tensor]) -> bool:
    """A batch norm whose scale and shift are buffers keeps statistics but counts no batches."""
    layer = name.rpartition(".")[0]
    return f"{layer}.running_mean" in tensors and f"{layer}.num_batches_tracked" not in tensors


def _prefixes(name: str) -> Iterator[str]:
    """The modules a parameter is in, the largest first."""
    parts = name.split(".")
    for end in range(1, len(parts)):
        yield ".".join(parts[:end])


def _is_copy(name: str) -> bool:
    return not _words(name).isdisjoint(_COPIES)


def _is_classifier(block: str) -> bool:
    """Whether a module inside is called like the last one of a backbone, which segmentation has no use for."""
    return "." in block and block.rpartition(".")[2] in _CLASSIFIERS


def _words(name: str) -> set[str]:
    return set(re.split(r"[._]", name.lower()))


def _shapes(checkpoint: Checkpoint) -> dict[str, tuple[int, ...]]:
    return {name: tensor.shape for name, tensor in checkpoint.tensors.items()}
