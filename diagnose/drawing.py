"""A curve in one line of text, and a line of carets under the steps in question."""

from __future__ import annotations

import numpy as np

from diagnose.run import Series

_LEVELS = "▁▂▃▄▅▆▇█"
_WIDE_RANGE = 300.0  # a positive curve that spans more is drawn by its logarithm, else most of it is one flat line


def drawn(series: Series, width: int, first: int | None, last: int | None) -> tuple[str, str, bool]:
    """The curve in ``width`` columns, the carets below it, and whether it was drawn by its logarithm.

    Each column is the median of its stretch of steps; ``!`` marks a stretch that holds NaN or infinity.
    """
    steps, values = series.steps, series.values
    if len(steps) == 0:
        return "", "", False
    width = max(1, min(width, len(steps)))
    column = _columns(steps, width)
    levels = np.full(width, np.nan)
    broken = np.zeros(width, dtype=bool)
    for at in range(width):
        part = values[column == at]
        good = part[np.isfinite(part)]
        broken[at] = len(good) < len(part)
        if len(good):
            levels[at] = np.median(good)
    known = levels[np.isfinite(levels)]
    logarithm = by_logarithm(known)
    if logarithm:
        levels, known = np.log(levels), np.log(known)
    low = known.min() if len(known) else 0.0
    span = np.ptp(known) if len(known) else 0.0
    text = "".join(_mark(level, bad, low, span) for level, bad in zip(levels, broken, strict=True))
    return text, _carets(steps, column, width, first, last), logarithm


def by_logarithm(known: np.ndarray) -> bool:
    """Whether finite values span so much that they are drawn by their logarithm."""
    return bool(len(known) and known.min() > 0 and known.max() / known.min() > _WIDE_RANGE)


def _columns(steps: np.ndarray, width: int) -> np.ndarray:
    """The column of every point: by its step where steps are spread out, so that carets and curve share one axis."""
    span = float(steps[-1]) - float(steps[0])
    if span <= 0:
        return np.zeros(len(steps), dtype=int)
    at = ((steps - steps[0]) / span * width).astype(int)
    at[at >= width] = width - 1
    return at  # type: ignore[no-any-return] # numpy types the quotient as Any


def _mark(level: float, broken: bool, low: float, span: float) -> str:
    if broken:
        return "!"
    if not np.isfinite(level):
        return " "
    return _LEVELS[int((level - low) / span * (len(_LEVELS) - 1) + 0.5)] if span > 0 else _LEVELS[0]


def _carets(steps: np.ndarray, column: np.ndarray, width: int, first: int | None, last: int | None) -> str:
    if first is None or last is None:
        return ""
    inside = column[(steps >= first) & (steps <= last)]
    if len(inside) == 0:
        return ""
    a, b = int(inside.min()), int(inside.max())
    return " " * a + "^" * (b - a + 1) if not (a == 0 and b == width - 1) else "^" * width
