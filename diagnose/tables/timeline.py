"""A step for every row of a table: counters that restart each epoch, evaluations that count differently, restarts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from diagnose.run import Curve
from kb.text import Text

Ints = NDArray[np.int64]
Rows = NDArray[np.bool_]
MANY = 100  # restarts beyond which a counter is no clock of runs
Remark = tuple[int | None, Text]  # the row it is about, if it is about one


def across_epochs(name: str, raw: Curve, epochs: Curve | None, trusted: Rows, notes: list[Remark]) -> Curve | None:
    """The counter made global where it counts from the start in every epoch; None where it does not."""
    rows = np.flatnonzero(trusted)
    if epochs is None or not np.isfinite(epochs[rows]).all():
        return None
    back, onward = np.diff(raw[rows]) < 0, np.diff(epochs[rows]) > 0
    if not back.any() or 2 * (back & onward).sum() <= back.sum():
        return None
    low, high = raw[rows].min(), raw[rows].max()
    length = high - low + 1 if low <= 1 else high  # the first logged may be the 50th
    first = min(float(epochs[rows].min()), 1.0)
    what = Text(
        f"{name} starts again every epoch; counted on with {length:g} steps to an epoch, the most seen",
        f"{name} 每个 epoch 重新计数；按每个 epoch {length:g} 步（日志中的最大值）累计为全局步数",
    )
    notes.append((None, what))
    driven: Curve = (np.floor(epochs) - first) * length + raw
    return driven


def placed(
    name: str, raw: Curve, driven: Curve | None, trusted: Rows, *, summaries: Sequence[int], notes: list[Remark]
) -> Curve:
    """A step for every row: its own where it fits between its neighbours, else that of the training row before it.

    ``driven`` replaces ``raw`` for the ``trusted`` rows; ``summaries`` go one step behind the row before them.
    """
    rows = np.flatnonzero(trusted)
    steps = raw.copy() if driven is None else driven.copy()
    other = np.setdiff1d(np.flatnonzero(~trusted), summaries)
    if len(other):
        at = np.searchsorted(rows, other)
        before = np.where(at > 0, steps[rows[np.maximum(at - 1, 0)]], -np.inf)
        after = np.where(at < len(rows), steps[rows[np.minimum(at, len(rows) - 1)]], np.inf)
        own = raw[other]
        known = np.isfinite(own)
        fits = known & _fits(before, own, after) if driven is None else np.zeros(len(other), bool)
        if 2 * (known & ~fits).sum() > known.sum():
            fits[:] = False
        steps[other] = np.where(fits, own, np.where(at > 0, before, after))
        _remark(other[known & ~fits], other[~known], notes)
    for row in summaries:
        steps[row] = steps[row - 1] + 1
        what = Text(
            f"{name} is -1 in this row: read as a summary, one step after the last; its cells of -1 are left out",
            f"这一行的 {name} 是 -1：视为汇总行，放在最后一步之后；其中为 -1 的单元格不计入",
        )
        notes.append((row, what))
    return steps


def cuts(name: str, steps: Curve, trusted: Rows, notes: list[Remark]) -> tuple[int, ...]:
    """Rows at which the clock goes back; none when that happens so often that the table is merely unsorted."""
    back = np.flatnonzero(np.diff(steps) < 0) + 1
    if len(back) > MANY:
        return ()
    if len(back) >= 3 and trusted.sum() < 3 * (len(back) + 1):
        what = Text(
            f"{name} jumps back {len(back)} times in {len(steps)} rows: read as one unsorted run",
            f"{name} 在 {len(steps)} 行里回退了 {len(back)} 次：按一次未排序的运行读取",
        )
        notes.append((int(back[0]), what))
        return ()
    return tuple(back.tolist())


def real_restarts(steps: Curve | None, restarts: Sequence[int], count: int) -> list[int]:
    """The repeated headers that begin another run: those after which the clock does not simply go on.

    Without a clock all do, unless the header stands above every other row, as ``to_csv(mode="a")`` leaves it.
    """
    inside = [row for row in restarts if 0 < row < count]
    if steps is None:
        return inside if 2 * len(inside) < count else []
    return [row for row in inside if steps[row] <= steps[row - 1]]


def _fits(before: Curve, own: Curve, after: Curve) -> Rows:
    """Whether a step lies between those of the training rows around it, or on one side of a restart."""
    between = (before <= own) & (own <= after)
    turning = (after < before) & ((own >= before) | (own <= after))
    return between | turning


def _remark(strays: Ints, lost: Ints, notes: list[Remark]) -> None:
    if len(strays):
        what = Text(
            f"evaluation rows that count something else: {len(strays)}; placed at the training row before them",
            f"有 {len(strays)} 行评估记录的计数与训练不同；放在它们之前的训练步上",
        )
        notes.append((int(strays[0]), what))
    if len(lost):
        what = Text(
            f"rows without a step: {len(lost)}; they take that of the row before",
            f"有 {len(lost)} 行没有步数；沿用上一行的步数",
        )
        notes.append((int(lost[0]), what))
