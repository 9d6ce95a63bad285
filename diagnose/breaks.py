"""Where a curve was interrupted: a resumed run was joined, steps were left out, or the clock stood still."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from diagnose.measure import changes, median
from diagnose.run import Series, Steps


def breaks(loss: Series, steps: Steps, gap: float, pause: float) -> Iterator[int]:
    """The index of the first point behind each break that has five points on either side.

    A break leaves out ``gap`` times the usual distance of ``steps`` [n], those of the finite points of ``loss``, or
    ``pause`` times the usual time between two of them.
    """
    found = {int(np.searchsorted(steps, step)) for step in loss.resumed}
    distance = changes(steps)
    found |= set((np.flatnonzero(distance >= gap * max(1.0, median(distance))) + 1).tolist())
    if loss.wall is not None:
        waits = changes(loss.wall[np.isfinite(loss.values)])
        usual = max(median(waits), 1e-3)
        found |= set((np.flatnonzero(waits >= pause * usual) + 1).tolist()) if len(waits) else set()
    yield from sorted(at for at in found if 5 <= at <= len(steps) - 5)
