"""Makes runs of the histories that checkpoints keep beside their model, where no log tells of the same training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from diagnose.attach import home
from diagnose.run import Run, Series, Trace
from diagnose.serving import FOLDERS


def without_log(traces: Sequence[Trace], logs: Sequence[Run]) -> list[Trace]:
    """The checkpoints whose history is all there is of a training, the last of those that tell of one training.

    Where a log lies beside a checkpoint, or above the folder of checkpoints that it is in, the log is read instead.
    """
    told = {folder for run in logs for folder in (run.path, home(run.path))}
    alone = [trace for trace in traces if _place(trace.path) not in told and home(trace.path) not in told]
    longest = sorted(alone, key=_length, reverse=True)
    kept: list[Trace] = []
    for trace in longest:
        if not any(home(other.path) == home(trace.path) and _begins(other, trace) for other in kept):
            kept.append(trace)
    return [trace for trace in alone if trace in kept]


def _place(path: Path) -> Path:
    """The folder a run of these checkpoints would log to."""
    folder = home(path)
    while folder.name.lower() in FOLDERS:
        folder = folder.parent
    return folder


def _length(trace: Trace) -> int:
    return max(len(one) for one in trace.series)


def _begins(whole: Trace, part: Trace) -> bool:
    """Whether the curves of one are those of the other up to some epoch."""
    curves = {one.name: one for one in whole.series}
    return all(one.name in curves and _is_start(curves[one.name], one) for one in part.series)


def _is_start(whole: Series, part: Series) -> bool:
    return np.array_equal(whole.values[: len(part)], part.values, equal_nan=True)
