"""The figures of a ranking: right first, right among three, mean reciprocal rank, and how well it knows its scope."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def area(inside: Sequence[float], outside: Sequence[float]) -> float:
    """The chance that a question in scope gets the higher confidence than one that is not (AUC)."""
    a, b = np.asarray(inside)[:, None], np.asarray(outside)[None, :]
    return float(((a > b) + 0.5 * (a == b)).mean())


def paired(ours: Sequence[bool], theirs: Sequence[bool], rounds: int = 10_000) -> tuple[float, float, float]:
    """Difference in R@1 in points, and its 95 % interval by drawing questions again (paired bootstrap)."""
    difference = 100 * (np.asarray(ours, float) - np.asarray(theirs, float))
    drawn = np.random.default_rng(0).integers(0, len(difference), (rounds, len(difference)))
    low, high = np.percentile(difference[drawn].mean(1), [2.5, 97.5])
    return float(difference.mean()), float(low), float(high)


def answered_at(inside: Sequence[float], outside: Sequence[float], allowed: float) -> tuple[float, float]:
    """Share of ``inside`` above the lowest bound that at most ``allowed`` of ``outside`` pass; and that bound."""
    kept = sorted(outside, reverse=True)
    most = int(allowed * len(kept))
    bound = kept[most] if most < len(kept) else 0.0
    return float(np.mean([one > bound for one in inside])), bound
