"""An optimizer that counts fewer steps in a later checkpoint: its memory was lost on the way."""

from __future__ import annotations

from itertools import pairwise

from diagnose.finding import Evidence, Unsure
from diagnose.run import Checkpoint, Optimizer
from diagnose.tensors.optimizer_state import last_step
from diagnose.tensors.steps import EPOCHS, STEPS
from kb.text import Text


def lost_state(checkpoints: tuple[Checkpoint, ...]) -> list[Evidence] | Unsure:
    """Point at each checkpoint whose optimizer has counted fewer steps than the one before it in time.

    The order in time is told by the epoch or step written in the files, else by the batches that batch norm has
    counted: the optimizer's own count cannot tell it. Causes: ``lost``, ``new-stage`` (other groups than before).
    """
    counted = [(one, one.optimizer, steps) for one in checkpoints if one.optimizer and (steps := _steps(one))]
    clock = _clock([one for one, _, _ in counted])
    if len(counted) < 2 or clock is None:
        return Unsure(
            Text(
                "two checkpoints are needed that tell their epoch and count optimizer steps",
                "需要两个写明轮次且优化器计步的检查点",
            )
        )
    counted = [counted[at] for at in sorted(range(len(counted)), key=lambda at: clock[at])]
    found = []
    for (before, old, first), (after, new, last) in pairwise(counted):
        if last < first and _went_on(before, after):
            cause = "lost" if _form(old) == _form(new) else "new-stage"
            facts = {"count": last, "before": first}
            found.append(Evidence(after.path.name, before.step, after.step, facts, cause))
    return found


def _steps(checkpoint: Checkpoint) -> int | None:
    return last_step(checkpoint.optimizer.state) if checkpoint.optimizer else None


def _clock(checkpoints: list[Checkpoint]) -> list[float] | None:
    """When each was saved, by a number that all of them have and no two share."""
    readings = [[one.numbers.get(key) for one in checkpoints] for key in (*EPOCHS, *STEPS)]
    readings.append([_batches(one) for one in checkpoints])
    for reading in readings:
        told = [value for value in reading if value is not None]
        if len(told) == len(checkpoints) == len(set(told)):
            return told
    return None


def _batches(checkpoint: Checkpoint) -> float | None:
    """The most batches any batch norm has counted; None without batch norm."""
    counts = [one.maximum for name, one in checkpoint.tensors.items() if name.endswith("num_batches_tracked")]
    return max(counts, default=None)


def _went_on(before: Checkpoint, after: Checkpoint) -> bool:
    """Whether the later file continues the earlier one: batch norm, where there is any, has counted on."""
    old, new = _batches(before), _batches(after)
    return old is None or new is None or new >= old


def _form(optimizer: Optimizer) -> list[int]:
    return [len(group.slots) for group in optimizer.groups]
