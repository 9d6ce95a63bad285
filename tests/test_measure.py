"""What detectors measure on curves is what numpy says of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnose.measure import median, medians, quantiles

FINITE = st.floats(-1e300, 1e300)


@given(st.lists(FINITE, min_size=1, max_size=50), st.sampled_from((0.0, 0.02, 0.25, 0.5, 0.75, 0.97, 1.0)))
def test_a_quantile_is_that_of_numpy_to_the_bit(values, share):
    assert quantiles(np.array(values), share) == [np.quantile(values, share)]


@pytest.mark.parametrize("length", [1, 2, 199, 200, 201, 202, 1000])
def test_a_median_is_that_of_numpy_however_it_is_sorted(length):
    values = np.random.default_rng(length).standard_normal(length)

    assert median(values) == pytest.approx(np.median(values), rel=1e-15)
    assert np.isnan(median([*values, np.nan]))


@pytest.mark.parametrize("parts", [3, 40, 700])
def test_medians_of_parts_are_those_of_each(parts):
    values = np.random.default_rng(0).standard_normal(3 * parts + 1)
    starts = 3 * np.arange(parts)
    ends = starts + 3 + (starts == starts[-1])

    for _ in range(2):  # the second time the cut is known
        found = medians(values, starts, ends)

    assert found == pytest.approx([np.median(values[a:b]) for a, b in zip(starts, ends, strict=True)])
