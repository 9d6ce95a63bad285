"""Joins what a resumed run wrote before and after the break: the later part wins from its first step on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diagnose.run import Note, Series, Trace
from kb.text import Text


@dataclass
class Part:
    """A run being put together: the traces in it, its series by name, and what was said on the way."""

    traces: list[Trace]
    series: dict[str, Series]
    notes: list[Note]


def stitched(traces: Sequence[Trace], *, restarts_replace: bool) -> list[Part]:
    """The runs in ``traces``, which are in order of time.

    A trace that begins after the start of the run before it continues that run. One that begins again at the
    start is another run, unless ``restarts_replace`` and it got at least as far: then what it repeats is void.
    """
    parts: list[Part] = []
    for trace in traces:
        part = parts[-1] if parts else None
        if part is None or not _continues(part, trace, restarts_replace):
            parts.append(Part([trace], {one.name: one for one in trace.series}, list(trace.notes)))
            if part is not None and part.traces[-1].path != trace.path:  # in one file, the reader has said so
                what = Text("training starts again here: a run of its own", "训练在此重新开始：另算一次运行")
                parts[-1].notes.append(Note(str(trace.path), what))
        else:
            _append(part, trace)
    return parts


def _continues(part: Part, trace: Trace, restarts_replace: bool) -> bool:
    """Whether a trace goes on with the run: no common series, a start beyond its first steps, or a better retry."""
    common = [(part.series[one.name], one) for one in trace.series if one.name in part.series]
    if not common:
        if _file(part.traces[-1]) == _file(trace):
            return _goes_on(part, trace)
        return restarts_replace or part.traces[-1].path == trace.path  # a tracker that keeps a file for each curve
    if 2 * sum(_resumes(old, new) for old, new in common) > len(common):
        return True
    return restarts_replace and all(new.steps.max() >= old.steps.max() for old, new in common)


def _file(trace: Trace) -> tuple[Path, str]:
    """Where a trace was read from: those of a tracker that keeps a file for each curve share the folder's path."""
    return trace.path, next((one.source for one in trace.series), "")


def _resumes(old: Series, new: Series) -> bool:
    """Whether a series is taken up again beyond its start, rather than run again from near it and in vain.

    A resume loses what was done since the last checkpoint and then gets further. What begins near the start of a
    longer series and gets no further than that is another run, whose first steps were not logged.
    """
    before = np.unique(old.steps[old.steps < new.steps.min()]).size
    again = np.unique(old.steps).size - before
    return before >= 2 and (before >= again or bool(new.steps.max() > old.steps.max()))


def _goes_on(part: Part, trace: Trace) -> bool:
    """Whether a trace of other series begins beyond the start of the run, as when a log gets a new header."""
    begun = min((int(one.steps.min()) for one in part.series.values() if len(one)), default=0)
    return any(int(one.steps.min()) > begun + 1 for one in trace.series if len(one))


def _append(part: Part, trace: Trace) -> None:
    """Let the trace take over from its first step on, series by series."""
    part.traces.append(trace)
    part.notes += trace.notes
    replaced, kept, starts = 0, 0, []
    for new in trace.series:
        old = part.series.get(new.name)
        if old is None:
            part.series[new.name] = new
            continue
        starts.append(int(new.steps.min()))
        keep = old.steps < starts[-1]
        replaced += int((~keep).sum())
        kept += int(keep.sum())
        part.series[new.name] = _joined(old, keep, new)
    if not starts:
        return
    step = min(starts)
    if kept:
        what = Text(
            f"resumed at step {step}; {replaced} earlier points replaced",
            f"从第 {step} 步恢复训练；此前的 {replaced} 个点被取代",
        )
    else:
        what = Text(
            f"training starts again at step {step} and gets further; {replaced} earlier points replaced",
            f"训练从第 {step} 步重新开始并走得更远；此前的 {replaced} 个点被取代",
        )
    part.notes.append(Note(str(trace.path), what))


def lengthened(trace: Trace, more: Trace) -> Trace:
    """The trace with the points of another behind its own, series by series; what both say is said once."""
    series = {one.name: one for one in trace.series}
    for one in more.series:
        old = series.get(one.name)
        series[one.name] = one if old is None else _joined(old, np.ones(len(old), np.bool_), one)
    notes = (*trace.notes, *(note for note in more.notes if note not in trace.notes))
    return replace(trace, series=tuple(series.values()), settings={**trace.settings, **more.settings}, notes=notes)


def _joined(old: Series, keep: NDArray[np.bool_], new: Series) -> Series:
    wall = None
    if old.wall is not None and new.wall is not None:
        wall = np.concatenate([old.wall[keep], new.wall])
    steps = np.concatenate([old.steps[keep], new.steps])
    values = np.concatenate([old.values[keep], new.values])
    resumed = (*old.resumed, *((int(new.steps.min()),) if keep.any() else ()))
    return replace(old, steps=steps, values=values, wall=wall, resumed=resumed)
