"""Tells NaN that was written because nothing was measured from NaN that was computed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diagnose.run import Curve


def placeholders(values: Curve) -> NDArray[np.bool_] | None:
    """Which NaN only fill the rows between evaluations; None when there is no such pattern.

    At least three finite values, each as many rows after the last, with NaN in every row between and
    none missing at the end: a loss that breaks down is not so regular, nor does it come back.
    """
    missing = np.isnan(values)
    if 2 * missing.sum() < len(values):
        return None
    finite = np.flatnonzero(~missing)
    if len(finite) < 3:
        return None
    gaps = np.diff(finite)
    period = gaps[0]
    regular = period > 1 and (gaps[:-1] == period).all() and gaps[-1] <= period
    if not regular or finite[0] >= period or len(values) - 1 - finite[-1] >= period:
        return None
    return missing
