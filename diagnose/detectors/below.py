"""A validation curve that runs below its training curve for most of the run."""

from __future__ import annotations

import numpy as np

from diagnose.finding import Evidence, Fact, Unsure, too_few
from diagnose.measure import at_steps, filled_in, finite, median
from diagnose.run import Series
from kb.text import Text


def below(
    val: Series, train: Series | None, *, points: float, skip: float, gap: float, share: float
) -> Evidence | Unsure | None:
    """Point at the evaluations in which ``val`` lies below ``train`` by ``gap`` of the larger magnitude.

    They must be a share ``share`` of those left after the first share ``skip``, in which a training loss that
    is averaged over an epoch lags behind. A curve that mostly repeats one value is a placeholder.
    """
    steps, values = finite(val)
    if len(values) < points:
        return too_few(val, points)
    if filled_in(values):
        return None
    if train is None:
        return Unsure(Text(f"no training loss to hold {val.name} against", f"没有可与 {val.name} 比较的训练损失"))
    thin = slice(None, None, 1 + len(values) // 2000)  # two thousand evaluations tell enough
    steps, values = steps[thin], values[thin]
    wall = val.wall[np.isfinite(val.values)][thin] if val.wall is not None else None
    late = slice(int(skip * len(values)), None)
    ours, theirs = values[late], at_steps(train, steps, wall)[late]
    size = np.maximum(np.maximum(np.abs(ours), np.abs(theirs)), 1e-12)
    lower = theirs - ours >= gap * size
    part = np.count_nonzero(lower) / len(lower)
    if part < share:
        return None
    first = int(steps[late][np.argmax(lower)])
    facts: dict[str, Fact] = {"train": train.name, "share": part * 100}
    facts |= {"val_level": median(ours), "train_level": median(theirs)}
    return Evidence(val.name, first, int(steps[-1]), facts)
