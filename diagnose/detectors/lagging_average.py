"""An average of the weights that has hardly followed them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from diagnose.finding import Evidence, Fact, Unsure
from diagnose.fingerprint import untouched
from diagnose.resting import is_learnt
from diagnose.run import Checkpoint, Curve, Tensor
from kb.text import Text


def lagging_average(
    checkpoints: tuple[Checkpoint, ...], *, followed: float, least: float, surprise: float
) -> Evidence | Unsure | None:
    """Hold the last average beside the model it was saved with, and beside the earliest file of the run.

    Along the way the model went since that file, the average should have come ``followed`` of the way. The noise of
    training does not lie along that way: an average in the middle of it has come about half. From one file alone an
    average tells itself when it still shows the initialisation the model has lost (``least`` and ``surprise`` as in
    `fingerprint.untouched`). Causes: ``never-updated``, ``too-slow``; none where a single file cannot tell them apart.
    """
    averaged = [one for one in checkpoints if one.ema]
    if not averaged:
        return Unsure(Text("no average of the weights was saved beside them", "权重旁边没有保存平均权重"))
    last = averaged[-1]
    names = [name for name, one in last.ema.items() if _comparable(name, one, last.tensors)]
    before = next((one for one in averaged if _earlier(one, last)), None)
    same = before is not None and np.array_equal(_elements(before.ema, names), _elements(last.ema, names))
    cause = "" if before is None else "never-updated" if same else "too-slow"
    first = next((one for one in checkpoints if _earlier(one, last) and _moved(one, last, names)), None)
    if first is None:
        still = [name for name in names if _random(last.ema[name], least, surprise)]
        if still and not any(_random(last.tensors[name], least, surprise) for name in still):
            return _evidence(still, last, 0, 0.0, cause)
        return Unsure(
            Text(
                "the model of an earlier checkpoint is needed to tell how far the average has followed",
                "需要较早检查点里的模型，才能判断平均权重跟上了多少",
            )
        )
    names = [name for name in names if _comparable(name, last.ema[name], first.tensors)]
    start, model, average = (_elements(part, names) for part in (first.tensors, last.tensors, last.ema))
    way = model - start
    share = float((average - start) @ way / (way @ way))
    return _evidence(names, last, first.step or 0, share, cause or "too-slow") if share < followed else None


def _evidence(names: list[str], last: Checkpoint, begun: int, share: float, cause: str) -> Evidence:
    subject = max(names, key=lambda name: last.ema[name].numel)
    facts: dict[str, Fact] = {"followed": 100 * max(share, 0.0), "count": len(names), "file": last.path.name}
    return Evidence(subject, begun, last.step, facts, cause)


def _comparable(name: str, one: Tensor, others: Mapping[str, Tensor]) -> bool:
    """Whether it is a weight whose elements were read here and there."""
    other = others.get(name)
    if other is None or not is_learnt(name, one) or one.nonfinite or other.nonfinite:
        return False
    return 0 < len(one.sample) == len(other.sample)


def _random(tensor: Tensor, least: float, surprise: float) -> bool:
    seen = untouched(tensor, least, np.inf, surprise)
    return seen is not None


def _earlier(one: Checkpoint, last: Checkpoint) -> bool:
    return one is not last and one.step is not None and last.step is not None and one.step < last.step


def _moved(first: Checkpoint, last: Checkpoint, names: list[str]) -> bool:
    """Whether the model moved between two files of the same network."""
    shared = [name for name in names if _comparable(name, last.tensors[name], first.tensors)]
    return bool(shared) and not np.array_equal(_elements(first.tensors, shared), _elements(last.tensors, shared))


def _elements(tensors: Mapping[str, Tensor], names: list[str]) -> Curve:
    """The sampled elements of these tensors in a row, as float64."""
    return np.concatenate([tensors[name].sample.astype(np.float64) for name in names if name in tensors])
