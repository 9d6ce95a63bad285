"""Tells a loss that is one number to its last digit, row after row, from one that came to rest there."""

from __future__ import annotations

from diagnose.measure import longest_tail, median
from diagnose.run import Curve

_BEFORE = 5  # values before the first of them that say whether it was approached


def told(value: float) -> int:
    """How many significant digits a number is written with: 4 of 0.6931, 1 of 0.5, none of 0."""
    return len(f"{abs(value):.15g}".partition("e")[0].replace(".", "").strip("0"))


def held(values: Curve, digits: float) -> int:
    """How many of the last of ``values`` (finite, [n]) are exactly one number.

    None of a number other than 0 with fewer than ``digits`` significant digits, for that is rounded; and none of a
    curve that repeats its values anyway, as one does that is measured once an epoch and written at every step.
    """
    if not len(values) or (values[-1] != 0 and told(float(values[-1])) < digits):
        return 0
    tail = longest_tail(values == values[-1])
    before = values[: len(values) - tail]
    repeated = int((before[1:] == before[:-1]).sum())
    return 0 if 10 * repeated > len(before) else tail


def fell_silent(values: Curve, tail: int, sudden: float, converged: float) -> bool:
    """Whether the last ``tail`` of ``values`` stand at a number that was not approached.

    The five values before lie ``sudden`` of its size away from it; before 0, above ``converged`` of the first five.
    """
    before, level = values[: len(values) - tail], float(values[-1])
    if not len(before):
        return False
    if level == 0:
        return abs(median(before[-_BEFORE:])) > converged * abs(median(before[:_BEFORE]))
    return median(abs(before[-_BEFORE:] - level)) >= sudden * abs(level)
