"""Named lists of numbers as series: one of them may count the steps, and some say only of which half they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from diagnose.run import Curve, Series
from diagnose.tables.clock import counts
from diagnose.tables.evidence import speaks
from diagnose.tables.file_names import HALVES
from diagnose.tables.timeline import Ints


def series_of(path: Path, curves: Mapping[str, Curve]) -> tuple[Series, ...]:
    """A series for every list but the one that counts; it gives those of its length their steps, others count from 0.

    ``train`` and ``val`` in a file called after losses are losses.
    """
    clock = next((name for name, values in curves.items() if _is_clock(name, values)), "")
    steps = {len(curves[clock]): curves[clock].astype(np.int64)} if clock and len(curves) > 1 else {}
    found = []
    for name, values in curves.items():
        if name != clock or not steps:
            called = f"{name}/{path.stem}" if name.lower() in HALVES and speaks([path.stem]) else name
            found.append(Series(called, steps.get(len(values), _from_nought(values)), values, source=str(path)))
    return tuple(found)


def _is_clock(name: str, values: Curve) -> bool:
    """Whether a list is called after steps and is whole numbers, each above the one before."""
    if not counts(name.replace(".", "/")) or len(values) < 2 or not np.isfinite(values).all():
        return False
    return bool(np.abs(values).max() < 2.0**53 and (values == np.floor(values)).all() and (np.diff(values) > 0).all())


def _from_nought(values: Curve) -> Ints:
    return np.arange(len(values), dtype=np.int64)
