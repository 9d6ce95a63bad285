"""Finds logs that go on in the next file: of a date in the name, or of a name that counts the starts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from diagnose.resumed import base_of, chained
from diagnose.run import Note, Trace
from diagnose.serving import RANK
from diagnose.stitch import Part, stitched
from kb.text import Text

_DIGITS = re.compile(r"\d+")
DATE = 8  # digits a name needs to hold a date


def parts_of(files: Mapping[Path, Sequence[Trace]]) -> list[tuple[Path, list[Part]]]:
    """The runs in the files, each with the file it begins in; what resumes into a later file is one run."""
    kept: dict[tuple[Path, str, str], list[Path]] = {}
    for path, traces in files.items():
        kept.setdefault(_family(path, traces[0].format), []).append(path)
    found: dict[Path, list[Part]] = {path: [] for path in files}
    for paths in _chains(kept, files):
        traces = _begun_in_earnest([trace for path in paths for trace in files[path]])
        for part in stitched(traces, restarts_replace=False):
            found[part.traces[0].path].append(part)
    return [(path, parts) for path, parts in found.items() if parts]


def _chains(
    kept: Mapping[tuple[Path, str, str], list[Path]], files: Mapping[Path, Sequence[Trace]]
) -> Iterator[list[Path]]:
    """The files that may be one run, in order: by date, else those that go on in each other."""
    for paths in kept.values():
        if _dated(paths[0]):
            yield sorted(paths, key=lambda path: _begun(path, files[path]))
        else:
            yield from chained(paths, files) if len(paths) > 1 else [paths]


def _begun_in_earnest(traces: Sequence[Trace]) -> list[Trace]:
    """The traces; a file that holds no more than the step the next start begins at is none, and is told of."""
    kept: list[Trace] = []
    notes: tuple[Note, ...] = ()
    for trace, after in zip(traces, [*traces[1:], None], strict=True):
        idle = all(len(one) < 2 for one in trace.series)
        if after is not None and after.path != trace.path and idle and _start(after) <= _start(trace):
            what = Text("a start that ended in its first step; left out", "在第一步就结束的启动，未计入")
            notes = (*notes, Note(str(trace.path), what))
            continue
        kept.append(replace(trace, notes=(*trace.notes, *notes)))
        notes = ()
    return kept


def _start(trace: Trace) -> int:
    return min((int(one.steps.min()) for one in trace.series if len(one)), default=0)


def _family(path: Path, form: str) -> tuple[Path, str, str]:
    """Files of one folder and format whose names differ in a date, or in what counts the starts of a run."""
    folder = path.parent
    if RANK.fullmatch(folder.parent.name):  # ``attempt_0/1`` and ``attempt_1/1``: a process of a job, started again
        folder = folder.parent.parent / folder.name
    return folder, form, _DIGITS.sub("0", path.name) if _dated(path) else base_of(path.name)


def _dated(path: Path) -> bool:
    return sum(map(len, _DIGITS.findall(path.stem))) >= DATE


def _begun(path: Path, traces: Sequence[Trace]) -> tuple[float, list[int], str]:
    """When a file was begun: the first time in it, else the numbers of its name."""
    walls = [float(one.wall[0]) for trace in traces for one in trace.series if one.wall is not None and len(one)]
    return min(walls, default=0.0), [int(one) for one in _DIGITS.findall(path.name)], path.name
