"""Puts the points of a series in order: steps rising, one value to a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from diagnose.run import Note, Series, Steps
from diagnose.tables.naming import never_negative
from kb.text import Text

_ABSENT = np.float64(-1).tobytes()


class Rising:
    """Tells of steps whether they rise; curves logged together share them, and so do the runs of a sweep."""

    def __init__(self) -> None:
        self._last: Steps | None = None
        self._rises = False

    def __call__(self, steps: Steps) -> bool:
        """Whether each of ``steps`` [n] is above the one before; looked up once for the same array in a row."""
        if steps is not self._last:
            self._last, self._rises = steps, not np.count_nonzero(steps[1:] <= steps[:-1])
        return self._rises


def tidied(series: Sequence[Series], rising: Rising | None = None) -> tuple[tuple[Series, ...], list[Note]]:
    """The series sorted by step, the last written value of each step kept; empty ones are left out.

    With one ``rising`` for many runs, what it has seen in one is known in the next.
    """
    rising = rising or Rising()
    kept: list[Series] = []
    notes: list[Note] = []
    doubled: dict[str, list[tuple[str, int]]] = {}
    steps, in_order = None, False
    for written in series:
        one = _measured(written) if never_negative(written.name) else written
        if one is not written:
            notes.append(Note(one.source, _absent(one, len(written) - len(one))))
        if not one.steps.size:
            continue
        if one.steps is not steps:
            steps, in_order = one.steps, rising(one.steps)
        if in_order:
            kept.append(one)
            continue
        if len(one) > 2 and not np.diff(one.steps).any():  # add_scalar without a step: every point is at 0
            notes.append(Note(one.source, _unstepped(one)))
            kept.append(replace(one, steps=np.arange(len(one), dtype=np.int64)))
            continue
        clean = _in_order(one)
        kept.append(clean)
        if len(clean) < len(one) and not _only_repeats(one, clean):
            doubled.setdefault(one.source, []).append((one.name, len(one) - len(clean)))
    notes += [Note(source, _doubled(names)) for source, names in doubled.items()]
    return tuple(kept), notes


def _measured(one: Series) -> Series:
    """A score without the -1 that COCO's evaluation gives where there was nothing to measure."""
    if _ABSENT not in one.values.tobytes():  # as nearly always; to compare them all takes four times as long
        return one
    spare = one.values == -1
    if not spare.any() or (one.values[~spare] < 0).any():
        return one
    wall = None if one.wall is None else one.wall[~spare]
    return replace(one, steps=one.steps[~spare], values=one.values[~spare], wall=wall)


def _absent(one: Series, count: int) -> Text:
    return Text(
        f"{one.name!r}: -1 means 'not measured'; {count} points left out",
        f"{one.name!r}：-1 表示“未测量”，略去 {count} 个点",
    )


def _in_order(one: Series) -> Series:
    """The series by rising step; where a step was written twice, the value written last."""
    order = np.argsort(one.steps, kind="stable")
    last = order[np.append(np.diff(one.steps[order]) > 0, True)]
    wall = None if one.wall is None else one.wall[last]
    return replace(one, steps=one.steps[last], values=one.values[last], wall=wall)


def _only_repeats(one: Series, clean: Series) -> bool:
    """Whether every value given up was the same as the one kept, so that nothing was lost."""
    twin = clean.values[np.searchsorted(clean.steps, one.steps)]
    return bool(np.array_equal(twin, one.values, equal_nan=True))


def _unstepped(one: Series) -> Text:
    step = int(one.steps[0])
    return Text(
        f"all {len(one)} points of {one.name!r} are at step {step}: counted in the order written",
        f"{one.name!r} 的 {len(one)} 个点都在第 {step} 步：改按写入顺序计步",
    )


def _doubled(names: Sequence[tuple[str, int]]) -> Text:
    lost, name = sum(count for _, count in names), names[0][0]
    more_en, more_zh = (f" and {len(names) - 1} more", f" 等 {len(names)} 条曲线") if len(names) > 1 else ("", "")
    return Text(
        f"values at steps already logged: {lost} (in {name!r}{more_en}); the last written is used",
        f"有 {lost} 个值落在已记录的步上（{name!r}{more_zh}）；以最后写入的为准",
    )
