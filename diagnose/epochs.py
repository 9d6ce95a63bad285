"""How many steps of a log an epoch takes as far as the log or its settings tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from diagnose.measure import finite
from diagnose.run import Series


def epoch_length(epochs: Sequence[Series], settings: Mapping[str, Any] | None = None) -> float | None:
    """Steps an epoch: from the first counter of epochs that moves, else from ``settings``; None where neither tells."""
    for one in epochs:
        steps, counted = finite(one)
        if len(counted) > 2 and counted[-1] > counted[0] and steps[-1] > steps[0]:
            begun = np.flatnonzero(np.diff(counted, prepend=np.nan) != 0)[[0, -1]]  # the last epoch may not be over
            return float(np.ptp(steps[begun])) / max(1.0, float(np.ptp(counted[begun])))
    told = (settings or {}).get("iterations-per-epoch")
    return float(told) if isinstance(told, int | float) and told >= 1 else None
