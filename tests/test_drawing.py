"""A curve in one line, and carets that stand exactly under the steps in question."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diagnose.drawing import drawn
from diagnose.run import Series


def series(values, steps=None) -> Series:
    values = np.asarray(values, dtype=float)
    return Series("loss", np.arange(len(values)) if steps is None else np.asarray(steps), values)


def test_a_falling_curve_falls_from_left_to_right():
    text, carets, logarithm = drawn(series(np.linspace(1, 0, 80)), 8, 0, 79)

    assert text == "█▇▆▅▄▃▂▁"
    assert carets == "^^^^^^^^"
    assert not logarithm


def test_carets_stand_under_the_steps_asked_for():
    text, carets, _ = drawn(series(np.linspace(1, 0, 80)), 8, 40, 79)

    assert carets == "    ^^^^"
    assert len(carets) == len(text)


def test_steps_that_lie_far_apart_take_their_share_of_the_width():
    text, _, _ = drawn(series([1, 2, 3], [0, 10, 100]), 10, None, None)

    assert text == "▁ █"


def test_a_stretch_with_nan_or_infinity_is_marked():
    text, _, _ = drawn(series([1, 1, np.nan, np.inf]), 4, None, None)

    assert text == "▁▁!!"


def test_a_wide_range_is_drawn_by_its_logarithm_and_says_so():
    text, _, logarithm = drawn(series(10.0 ** -np.arange(8)), 8, None, None)

    assert text == "█▇▆▅▄▃▂▁"
    assert logarithm


def test_an_empty_curve_draws_nothing():
    assert drawn(series([]), 10, 0, 5) == ("", "", False)


@given(
    arrays(float, st.integers(1, 200), elements=st.floats(width=32)),
    st.integers(1, 80),
    st.integers(-10, 300),
    st.integers(-10, 300),
)
def test_whatever_the_curve_the_drawing_fits_its_width(values, width, first, last):
    text, carets, _ = drawn(series(values), width, first, last)

    assert 1 <= len(text) <= width
    assert len(carets) <= len(text)
