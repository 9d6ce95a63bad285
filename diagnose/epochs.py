"""How many steps of a log an epoch takes, and at which points epochs begin, as far as the log or its settings tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnose.measure import finite
from diagnose.run import Series, Steps


def epoch_length(epochs: Sequence[Series], settings: Mapping[str, Any] | None = None) -> float | None:
    """Steps an epoch: from the first counter of epochs that moves, else from ``settings``; None where neither tells."""
    for one in epochs:
        steps, counted = finite(one)
        if len(counted) > 2 and counted[-1] > counted[0] and steps[-1] > steps[0]:
            begun = np.flatnonzero(np.diff(counted, prepend=np.nan) != 0)[[0, -1]]  # the last epoch may not be over
            return float(np.ptp(steps[begun])) / max(1.0, float(np.ptp(counted[begun])))
    told = (settings or {}).get("iterations-per-epoch")
    return float(told) if isinstance(told, int | float) and told >= 1 else None


def beginnings(
    steps: Steps, epochs: Sequence[Series], settings: Mapping[str, Any], evaluated: Sequence[Series]
) -> NDArray[np.intp]:
    """The index among ``steps`` [n] of the first point of each epoch but the first; empty where nothing tells.

    A counter of epochs is asked first, then the iterations of an epoch among ``settings``, then the steps at which
    the model was ``evaluated``, for that is most often done once an epoch.
    """
    for one in epochs:
        own, counted = finite(one)
        begun = np.flatnonzero(np.diff(np.floor(counted)) > 0) + 1
        if len(begun) and len(own) >= 2 * len(begun):
            return _inside(np.searchsorted(steps, own[begun]), steps)
    if (length := epoch_length((), settings)) is not None:
        first = int(steps[0] > 0)  # steps that count from one reach the length at the end of the first epoch
        return _inside(np.searchsorted(steps, np.arange(length, steps[-1] + 1, length) + first), steps)
    for one in evaluated:
        if 2 <= len(one) <= len(steps) / 8 and 0.8 * steps[-1] <= one.steps[-1] <= 1.05 * steps[-1]:
            return _inside(np.searchsorted(steps, one.steps, side="right"), steps)
    return np.empty(0, np.intp)


def _inside(at: NDArray[np.intp], steps: Steps) -> NDArray[np.intp]:
    """The indices that are those of a point, and one behind the last: an epoch that ended with the run."""
    return np.unique(at[(at > 0) & (at <= len(steps))])
