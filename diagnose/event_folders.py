"""Which event files make one run: those of a folder, its add_scalars curves, and Keras's train and validation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from diagnose.folder import HALVES, SESSION
from diagnose.run import Series, Trace
from diagnose.stitch import Part, stitched


def event_parts(traces: Sequence[Trace], root: Path) -> list[tuple[Path, list[Part]]]:
    """The runs of every folder from ``root`` down, each trace being one event file in there."""
    if len(traces) == 1:  # as in every folder of a sweep: nothing to put together, and paths are slow keys
        home, own = _at_home(traces[0].path.parent, traces, {}, root)
        return [(home, stitched(own, restarts_replace=True))]
    folders: dict[Path, list[Trace]] = {}
    for trace in traces:
        folders.setdefault(trace.path.parent, []).append(trace)
    homes: dict[Path, list[Trace]] = {}
    for folder, found in folders.items():
        home, own = _at_home(folder, found, folders, root)
        homes.setdefault(home, []).extend(own)
    return [(home, stitched(sorted(some, key=_written), restarts_replace=True)) for home, some in homes.items()]


def _at_home(
    folder: Path, traces: Sequence[Trace], folders: Mapping[Path, Sequence[Trace]], root: Path
) -> tuple[Path, Sequence[Trace]]:
    """The folder of the run that a folder's files are part of, and the files with their curves called as in there."""
    home, prefix, suffix = folder, "", ""
    if (curve := _curve(home, traces)) and home != root:
        home, suffix = home.parent, f"/{curve}"
    if _is_session(home, traces) and home.parent in folders:
        home = home.parent
        traces = [_without(trace, folders[home]) for trace in traces]
    if home.name.lower() in HALVES and home != root:
        home, prefix = home.parent, f"{home.name}/"
    return home, [_renamed(trace, prefix, suffix) for trace in traces] if prefix or suffix else traces


def _is_session(folder: Path, traces: Sequence[Trace]) -> bool:
    """Whether ``SummaryWriter.add_hparams`` made the folder, for settings and last scores of the run above."""
    return any(trace.settings for trace in traces) and SESSION.fullmatch(folder.name) is not None


def _without(trace: Trace, others: Sequence[Trace]) -> Trace:
    """The trace without curves that the others have: a last score is no beginning of the curve it ends."""
    known = {one.name for other in others for one in other.series}
    return replace(trace, series=tuple(one for one in trace.series if one.name not in known))


def is_curve(folder: Path, root: Path, traces: Sequence[Trace]) -> bool:
    """Whether a folder is one of those that ``add_scalars`` makes, part of the run of the folder above."""
    return _curve(folder, traces) != "" and folder != root and all(trace.path.parent == folder for trace in traces)


def _curve(folder: Path, traces: Sequence[Trace]) -> str:
    """The curve's name when ``add_scalars`` made the folder: it is called after its only tag, and the curve."""
    if any(len(trace.series) > 1 for trace in traces):
        return ""
    tags = {one.name for trace in traces for one in trace.series}
    if len(tags) != 1:
        return ""
    stem = _plain(next(iter(tags))) + "_"
    if not _plain(folder.name).startswith(stem):
        return ""
    return folder.name[len(stem) :]


def _plain(name: str) -> str:
    """A tag as it looks in a folder name: one underscore for every character that is no word character."""
    return re.sub(r"\W", "_", name)


def _renamed(trace: Trace, prefix: str, suffix: str) -> Trace:
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
