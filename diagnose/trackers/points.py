"""Gathers the points of one run, number by number, into series."""

from __future__ import annotations

import math
from array import array

import numpy as np

from diagnose.run import Series

FURTHEST = 1 << 62  # steps beyond it are nonsense, and would not fit


class Points:
    """What a tracker logged for one run: for every name its steps, values and times, in the order written."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[array[int], array[float], array[float]]] = {}

    def add(self, name: str, step: int, value: float, wall: float = math.nan) -> None:
        """Take one point; ``wall`` is in seconds since 1970. Steps beyond any training are left out."""
        if not -FURTHEST < step < FURTHEST:
            return
        steps, values, walls = self._found.setdefault(name, (array("q"), array("d"), array("d")))
        steps.append(step)
        values.append(value)
        walls.append(wall)

    def __bool__(self) -> bool:
        return bool(self._found)

    def series(self, source: str) -> tuple[Series, ...]:
        """One series a name, in the order in which they first appear."""
        return tuple(
            Series(name, np.array(steps, np.int64), np.array(values, np.float64), _known(walls), source)
            for name, (steps, values, walls) in self._found.items()
        )


def _known(walls: array[float]) -> np.ndarray | None:
    seconds = np.array(walls, np.float64)
    return seconds if np.isfinite(seconds).all() else None
