"""Tells processes that wrote event files into one folder at a time from one that was started again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from diagnose.one_job import equal
from diagnose.run import Note, Trace
from diagnose.same_values import telling
from diagnose.stitch import Part
from kb.text import Text

_SHARE = 0.25  # of the shorter of two files' time, in which both were written: a resume comes behind what it resumes


def writers(traces: Sequence[Trace]) -> list[list[Trace]]:
    """The traces [in order of time], those of each process together; the first has all that share no curve with it."""
    found: list[list[Trace]] = []
    for trace in traces:
        free = (chain for chain in found if not any(_at_a_time(one, trace) for one in chain))
        chain = next(free, None)
        if chain is None:
            found.append([trace])
        else:
            chain.append(trace)
    return found


def beside(part: Part, others: Sequence[Part]) -> Part:
    """The run of the first process, with the losses and scores of the others that are not the same."""
    series, notes = dict(part.series), list(part.notes)
    for other in others:
        source = Path(other.traces[0].path).name
        same = 0
        for name, one in other.series.items():
            if name in part.series and equal(part.series[name], one):
                same += 1
            elif name not in part.series:
                series[name] = one
            elif telling(one):
                series[f"{name} ({source})"] = replace(one, name=f"{name} ({source})")
        what = Text(
            f"written at the same time as {part.traces[0].path.name}, by another process: its curves are kept beside"
            + (f", but for {same} that are the same" if same else ""),
            f"由另一进程与 {part.traces[0].path.name} 同时写入：其曲线并列保留"
            + (f"，相同的 {same} 条除外" if same else ""),
        )
        notes += [*other.notes, Note(str(other.traces[0].path), what)]
    return Part([*part.traces, *(trace for other in others for trace in other.traces)], series, notes)


def _at_a_time(one: Trace, other: Trace) -> bool:
    """Whether two files of a folder have a curve in common, and were written during the same time."""
    if one.path.parent != other.path.parent:
        return False
    if {series.name for series in one.series}.isdisjoint(series.name for series in other.series):
        return False
    (begun, ended), (started, stopped) = _span(one), _span(other)
    shorter = min(ended - begun, stopped - started)
    return shorter > 0 and min(ended, stopped) - max(begun, started) >= _SHARE * shorter


def _span(trace: Trace) -> tuple[float, float]:
    """When the first and the last point was written."""
    walls = [one.wall for one in trace.series if one.wall is not None and len(one)]
    if not walls:
        return 0.0, 0.0
    return min(float(wall.min()) for wall in walls), max(float(wall.max()) for wall in walls)
