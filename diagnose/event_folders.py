"""Which event files make one run: those of a folder, its add_scalars curves, and Keras's train and validation."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from diagnose.folder import HALVES, SESSION, Unit
from diagnose.run import Series, Trace
from diagnose.stitch import Part, stitched

EVENTS = "tensorboard"  # the one format whose unit is the folder


def event_parts(traces: Sequence[Trace], root: Path) -> list[tuple[Path, list[Part]]]:
    """The runs of every folder from ``root`` down, each trace being one event file in there."""
    folders: dict[Path, list[Trace]] = {}
    for trace in traces:
        folders.setdefault(trace.path.parent, []).append(trace)
    homes: dict[Path, list[Trace]] = {}
    for folder, found in folders.items():
        home, prefix, suffix, own = folder, "", "", found
        if home != root and (curve := _curve(home.name, found)):
            home, suffix = home.parent, f"/{curve}"
        if _is_session(home, found) and home.parent in folders:
            home = home.parent
            own = [_without(trace, folders[home]) for trace in found]
        if home != root and home.name.lower() in HALVES:
            home, prefix = home.parent, f"{home.name}/"
        homes.setdefault(home, []).extend([_renamed(trace, prefix, suffix) for trace in own])
    return [(home, stitched(sorted(some, key=_written), restarts_replace=True)) for home, some in homes.items()]


def stands_alone(trace: Trace) -> str | None:
    """The folder of an event file that is a run when it has no company: it is no half and no curve of another."""
    if trace.format != EVENTS or not trace.series or trace.settings:
        return None
    folder, _, _ = trace.series[0].source.rpartition(os.sep)
    name = folder[folder.rfind(os.sep) + 1 :]
    return None if name.lower() in HALVES or _curve(name, (trace,)) else folder


def _is_session(folder: Path, traces: Sequence[Trace]) -> bool:
    """Whether ``SummaryWriter.add_hparams`` made the folder, for settings and last scores of the run above."""
    return any(trace.settings for trace in traces) and SESSION.fullmatch(folder.name) is not None


def _without(trace: Trace, others: Sequence[Trace]) -> Trace:
    """The trace without curves that the others have: a last score is no beginning of the curve it ends."""
    known = {one.name for other in others for one in other.series}
    return replace(trace, series=tuple(one for one in trace.series if one.name not in known))


def is_curve(unit: Unit, traces: Sequence[Trace]) -> bool:
    """Whether a folder is one of those that ``add_scalars`` makes, part of the run of the folder above."""
    folder = unit.folder
    return (
        _curve(folder.name, traces) != ""
        and folder != unit.root
        and all(trace.path.parent == folder for trace in traces)
    )


def _curve(folder: str, traces: Sequence[Trace]) -> str:
    """The curve's name when ``add_scalars`` made the folder called so: after its only tag, and the curve."""
    tags: set[str] = set()
    for trace in traces:
        if len(trace.series) > 1:
            return ""
        tags.update([one.name for one in trace.series])
    if len(tags) != 1:
        return ""
    stem = _plain(tags.pop()) + "_"
    if not _plain(folder).startswith(stem):
        return ""
    return folder[len(stem) :]


def _plain(name: str) -> str:
    """A tag as it looks in a folder name: one underscore for every character that is no word character."""
    return re.sub(r"\W", "_", name)


def _renamed(trace: Trace, prefix: str, suffix: str) -> Trace:
    if not prefix and not suffix:
        return trace
    return replace(trace, series=tuple(_called(one, prefix, suffix) for one in trace.series))


def _called(one: Series, prefix: str, suffix: str) -> Series:
    front = "" if one.name.lower().startswith(prefix.lower()) else prefix
    return replace(one, name=f"{front}{one.name}{suffix}")


def _written(trace: Trace) -> tuple[float, int, str]:
    """When a file was begun: the time in its name, else the first wall time in it; then by depth."""
    name = re.search(r"tfevents\.(\d+(?:\.\d+)?)", trace.path.name)
    walls = [float(one.wall[0]) for one in trace.series if one.wall is not None and len(one)]
    begun = float(name[1]) if name else min(walls, default=0.0)
    return begun, len(trace.path.parts), str(trace.path)
