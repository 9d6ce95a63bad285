"""Weight matrices that changed by one common factor and nothing else: decay without gradient."""

from __future__ import annotations

import math
from collections.abc import Mapping

from diagnose.finding import Evidence, Unsure
from diagnose.fingerprint import shrunk
from diagnose.gates import behind_closed_gate
from diagnose.membership import Place, gradient
from diagnose.resting import pairs, weights
from diagnose.run import Checkpoint, Optimizer, Tensor
from diagnose.tensors.optimizer_state import last_step
from kb.text import Text

Left = Mapping[str, float]  # the share that is left, by name


def only_shrunk(
    checkpoints: tuple[Checkpoint, ...],
    *,
    tolerance: float,
    shrink: float,
    visibly: float,
    least: float,
    surprise: float,
) -> list[Evidence] | Unsure:
    """Compare the last checkpoint with the one before it, or a single one with what torch draws; one finding a cause.

    Of two files, a matrix counts whose extremes, mean and spread all shrank by one factor to within ``tolerance``, and
    by at least ``shrink``. Of one, a matrix of ``least`` elements or more that still is even but shrank by ``visibly``
    (``surprise`` as in `fingerprint.untouched`): when the optimizer remembers nothing but decay of it, a gate before it
    is closed, or no optimizer was saved and several matrices share the factor. Causes: ``closed-gate`` (a zero gate in
    its module), ``zero-gradient`` (as the optimizer remembers), ``one-factor`` (shared); none when none is seen.
    """
    pair = next(pairs(checkpoints), None)
    if pair is not None:
        earlier, last = pair
        left = {name: _left(earlier.tensors[name], last.tensors[name], tolerance) for name in weights(last)}
        shrank = {name: share for name, share in left.items() if share is not None and share <= 1 - shrink}
        return _evidence(shrank, {name: _cause(name, last, tolerance) for name in shrank}, earlier.step, last)
    alone = next((one for one in reversed(checkpoints) if one.tensors), None)
    found = _of_one(alone, _visibly(alone, visibly, least, surprise), tolerance, surprise) if alone else []
    return found or Unsure(Text("two checkpoints of one network are needed", "需要同一网络的两个检查点"))


def _of_one(last: Checkpoint, left: Left, tolerance: float, surprise: float) -> list[Evidence]:
    causes = {name: _cause(name, last, tolerance) for name in left}
    if last.optimizer is None:
        shared = [name for name in left if _shared(name, left, last, surprise)]
        causes = dict.fromkeys(shared, "one-factor") | {name: cause for name, cause in causes.items() if cause}
    return _evidence(left, {name: cause for name, cause in causes.items() if cause}, 0, last)


def _evidence(left: Left, causes: Mapping[str, str], begun: int | None, last: Checkpoint) -> list[Evidence]:
    found = []
    for cause in dict.fromkeys(causes.values()):
        names = [name for name in causes if causes[name] == cause]
        facts = {"count": len(names), "left": 100 * left[names[0]]}
        found.append(Evidence(names[0], begun, last.step, facts, cause))
    return found


def _left(before: Tensor, after: Tensor, tolerance: float) -> float | None:
    """The factor from one to the other; None when there is no single one."""
    if not before.std > 0 or not after.std > 0 or before.zeros != after.zeros:
        return None
    factor = after.std / before.std
    ends = ((before.minimum, after.minimum), (before.maximum, after.maximum), (before.mean, after.mean))
    fits = all(abs(new - factor * old) <= tolerance * max(abs(new), after.std) for old, new in ends)
    return factor if fits else None


def _visibly(last: Checkpoint, visibly: float, least: float, surprise: float) -> Left:
    """Matrices that are even and smaller than torch draws them, beyond chance and within what their decay can do."""
    found = {}
    for name in weights(last):
        tensor = last.tensors[name]
        share = shrunk(tensor, least, surprise)
        chance = 2 * surprise / max(tensor.numel, 1)
        if share is not None and share <= 1 - max(visibly, chance) and -math.log(share) <= _most(name, last) + chance:
            found[name] = share
    return found


def _most(name: str, last: Checkpoint) -> float:
    """The most that the decay of its group can have taken, as a logarithm: its highest rate at all steps."""
    if last.optimizer is None:
        return math.inf
    place = _place(name, last)
    steps = last_step(last.optimizer.state) or last.step or math.inf
    rate = max(place[0].lr, place[0].numbers.get("initial_lr", 0.0)) if place else 0.0
    strength = min(rate * place[0].weight_decay, 0.99) if place else 0.0
    return -math.log1p(-strength) * steps if strength > 0 else 0.0


def _cause(name: str, last: Checkpoint, tolerance: float) -> str:
    if behind_closed_gate(name, last):
        return "closed-gate"
    place = _place(name, last)
    if place is None or last.optimizer is None:
        return ""
    nothing = gradient(place, last.optimizer) == 0 or _gathers_decay(
        place, last.optimizer, last.tensors[name], tolerance
    )
    return "zero-gradient" if nothing else ""


def _gathers_decay(place: Place, optimizer: Optimizer, weight: Tensor, tolerance: float) -> bool:
    """Whether SGD's momentum is a multiple of the weight: it counts decay as gradient and has seen nothing else."""
    momentum = optimizer.state.get(place[1], {}).get("momentum_buffer")
    return isinstance(momentum, Tensor) and _left(weight, momentum, tolerance) is not None


def _place(name: str, last: Checkpoint) -> Place | None:
    return last.optimizer.slot_of(name) if last.optimizer and name not in last.optimizer.uncertain else None


def _shared(name: str, left: Left, last: Checkpoint, surprise: float) -> bool:
    """Whether another matrix shrank by the same factor, as nearly as the sizes of both tell it."""
    size = {other: last.tensors[other].numel for other in left}
    return any(
        abs(left[other] / left[name] - 1) <= surprise * (1 / size[other] + 1 / size[name])
        for other in left
        if other != name
    )
