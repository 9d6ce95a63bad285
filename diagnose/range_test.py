"""Tells a learning-rate range test (Smith 2017, https://arxiv.org/abs/1506.01186) from a training.

Its rate rises by one factor from step to step, over many powers of ten, until the loss explodes: that is its purpose.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

import numpy as np

from diagnose.run import Note, Series, Trace
from diagnose.tables.naming import LOSSES, RATES, side_of, words
from kb.text import Text

LEAST = 20  # points; fewer may be the beginning of a warm-up
RISE = 1000.0  # from the first rate to the last; no warm-up by a factor goes so far to the end of a log
BENT = 0.03  # of the whole rise in powers of ten, how far a rate may lie from the straight line: it was rounded


def trained(trace: Trace) -> Trace:
    """The trace; without its curves, and with a note, where it is of a range test."""
    rate = next((one for one in trace.series if _is_rate(one.name) and _is_swept(one)), None)
    if rate is None or trace.checkpoints or not _loss_alone(trace.series):
        return trace
    first, last = float(rate.values[0]), float(rate.values[-1])
    what = Text(
        f"a learning-rate range test, not a training: {rate.name} rises by one factor from {first:.3g} to {last:.3g} "
        f"in {len(rate)} steps; its loss is meant to explode and is not judged",
        f"这是学习率范围测试（LR finder），不是训练：{rate.name} 在 {len(rate)} 步内按固定倍率从 {first:.3g} 升到 "
        f"{last:.3g}；其中的损失本来就会发散，不作诊断",
    )
    return replace(trace, series=(), notes=(*trace.notes, Note(str(trace.path), what)))


@lru_cache(maxsize=65536)
def _is_rate(name: str) -> bool:
    return not RATES.isdisjoint(words(name))


def _is_swept(one: Series) -> bool:
    values = one.values
    if len(values) < LEAST or not values[0] > 0 or not values[-1] >= RISE * values[0]:
        return False
    if not (values > 0).all():
        return False
    powers = np.log10(values)
    line = np.linspace(powers[0], powers[-1], len(powers))
    return bool((np.diff(values) >= 0).all() and np.abs(powers - line).max() <= BENT * (powers[-1] - powers[0]))


def _loss_alone(series: Iterable[Series]) -> bool:
    """Whether a loss was logged, and nothing of validation, of which a range test has none."""
    names = [one.name for one in series]
    told = any(not LOSSES.isdisjoint(words(name)) for name in names)
    return told and not any(side_of(name) in ("val", "test") for name in names)
