"""A score that never changes, and whether the losses beside it do."""

from __future__ import annotations

import dataclasses

import numpy as np

from diagnose.chance import at_share, guessed
from diagnose.detectors.constant import constant
from diagnose.finding import Evidence, Unsure
from diagnose.measure import blocks, finite, median
from diagnose.run import Series
from kb.text import Text


def same_score(
    score: Series,
    loss: Series | None,
    val: Series | None,
    *,
    points: float,
    same: float,
    held: float,
    left: float,
    stalled: float,
    converged: float,
    moved: float,
) -> Evidence | Unsure | None:
    """Point at a score that is `constant`, with the same thresholds.

    Causes: ``not-finite`` (most of the training or of the validation loss is no number), ``stale-weights`` (the
    validation loss stands as still as the score, while the training loss moved by ``moved`` of its level),
    ``one-answer`` (the validation loss changes but does not fall by ``moved``, or ends where guessing does). Where
    that is not told, what `constant` says of the training loss.
    """
    seen = constant(
        score, loss, points=points, same=same, held=held, left=left, stalled=stalled, converged=converged
    )  # fmt: skip
    if not isinstance(seen, Evidence) or seen.first is None:
        return seen
    found = _explained(seen, score, loss, val, points=points, same=same, moved=moved)
    if found.cause == "loss-falling" and _coarse(float(seen.facts["level"])):
        return Unsure(
            Text(
                f"{score.name} is written to the per cent, close to the top, where a change would not show",
                f"{score.name} 只写到百分位，且已接近上限，变化显示不出来",
            )
        )
    return found


def _explained(
    seen: Evidence, score: Series, loss: Series | None, val: Series | None, *, points: float, same: float, moved: float
) -> Evidence:
    """The same with its cause told."""
    if any(one is not None and len(one) and np.isfinite(one.values).mean() < 0.5 for one in (loss, val)):
        return dataclasses.replace(seen, cause="not-finite")
    beside = _since(val, seen.first or 0)
    if len(beside) < 4:
        return seen
    begin, end = float(beside[0]), float(beside[-1])
    if np.ptp(beside) > same * abs(end):
        guessing = guessed(end, moved, (score,)) or at_share(end, moved, {}, (score,))
        falls = begin - end > moved * abs(begin) and not guessing
        return dataclasses.replace(seen, cause="loss-falling" if falls else "one-answer")
    if loss is None or len(finite(loss)[1]) < points:
        return seen
    return dataclasses.replace(seen, cause="stale-weights" if _moved(loss, seen.first or 0, moved) else "loss-stalled")


def _coarse(level: float) -> bool:
    """Whether it is a score of nine tenths or more, written in whole per cents, as of the background."""
    percents = level if level > 1 else 100 * level
    return 90 <= percents < 100 and abs(percents - round(percents)) < 1e-9


def _moved(loss: Series, first: int, moved: float) -> bool:
    """Whether the last quarter of ``loss`` from step ``first`` on lies elsewhere than the first, beyond its noise."""
    values = _since(loss, first) if int(finite(loss)[0][-1]) > first else finite(loss)[1]
    width = max(1, len(values) // 4)
    change = abs(median(values[:width]) - median(values[-width:]))
    return bool(change > max(moved * abs(median(values[-width:])), 4 * blocks(loss).noise / np.sqrt(width)))


def _since(curve: Series | None, first: int) -> np.ndarray:
    """The values of a curve from step ``first`` on."""
    if curve is None:
        return np.empty(0)
    steps, values = finite(curve)
    return values[steps >= first]
