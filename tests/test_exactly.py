"""One number row after row: told from rounding, from what is logged once an epoch, and from a loss that settled."""

from __future__ import annotations

import numpy as np
import pytest

from diagnose.exactly import fell_silent, held, told

JUMPING = [2.1, 0.9, 3.4, 1.2, 0.8, 2.9]


@pytest.mark.parametrize("value, digits", [(0.6931, 4), (4.9631, 5), (0.5, 1), (100.0, 1), (0, 0), (-1.25e-7, 3)])
def test_digits_are_those_a_number_is_written_with(value, digits):
    assert told(value) == digits


def test_a_number_held_to_the_end_is_counted():
    assert held(np.array([*JUMPING, *[0.6931] * 9]), 3) == 9
    assert held(np.array([0.6931] * 9), 3) == 9
    assert held(np.zeros(9), 3) == 9


@pytest.mark.parametrize(
    "values",
    [[], [*JUMPING, *[0.69] * 9], [1.234] * 5 + [1.123] * 5, np.repeat([1.111, 1.222, 1.333], 10)],
    ids=["nothing", "two digits", "another number before", "a number an epoch"],
)
def test_a_rounded_or_repeated_number_is_not_counted(values):
    assert held(np.array(values, float), 3) == 0


def test_a_fall_in_one_row_is_told_from_coming_to_rest():
    falling = np.exp(-np.arange(20.0))

    assert fell_silent(np.array([*JUMPING, *[0.6931] * 9]), 9, 0.02, 0.2)
    assert fell_silent(np.array([*JUMPING, *[0.0] * 9]), 9, 0.02, 0.2)
    assert not fell_silent(np.array([*falling, *[0.0] * 9]), 9, 0.02, 0.2)
    assert not fell_silent(np.array([*(1.2345 + falling), *[1.2345] * 9]), 9, 0.02, 0.2)
    assert not fell_silent(np.zeros(9), 9, 0.02, 0.2)
