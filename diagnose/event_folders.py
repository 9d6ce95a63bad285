"""Which event files make one run: those of a folder, its add_scalars curves, and Keras's train and validation."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from diagnose.at_a_time import beside, writers
from diagnose.folder import Unit
from diagnose.run import Series, Trace
from diagnose.serving import HALVES, SESSION
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
        if home != root and (curve := _curve(str(home), found)):
            home, suffix = home.parents[curve.level - 1], f"/{curve.name}"
        if _is_session(home, found) and home.parent in folders:
            home = home.parent
            own = [_without(trace, folders[home]) for trace in found]
        if home != root and home.name.lower() in HALVES:
            home, prefix = home.parent, f"{home.name}/"
        homes.setdefault(home, []).extend([_renamed(trace, prefix, suffix) for trace in own])
    return [(home, _parts(sorted(some, key=_written))) for home, some in homes.items()]


def _parts(traces: Sequence[Trace]) -> list[Part]:
    """The runs of a folder; of processes that wrote at a time, the first has what the others tell beside its own."""
    found = [stitched(some, restarts_replace=True) for some in (writers(traces) if len(traces) > 1 else [traces])]
    if len(found) > 1 and all(len(parts) == 1 for parts in found):
        return [beside(found[0][0], [parts[0] for parts in found[1:]])]
    return [part for parts in found for part in parts]


def stands_alone(trace: Trace) -> str | None:
    """The folder of an event file that is a run when it has no company: it is no half and no curve of another."""
    if trace.format != EVENTS or not trace.series or trace.settings:
        return None
    folder, _, _ = trace.series[0].source.rpartition(os.sep)
    name = folder[folder.rfind(os.sep) + 1 :]
    return None if name.lower() in HALVES or _curve(folder, (trace,)) else folder


def _is_session(folder: Path, traces: Sequence[Trace]) -> bool:
    """Whether ``SummaryWriter.add_hparams`` made the folder, for settings and last scores of the run above."""
    return any(trace.settings for trace in traces) and SESSION.fullmatch(folder.name) is not None


def _without(trace: Trace, others: Sequence[Trace]) -> Trace:
    """The trace without curves that the others have: a last score is no beginning of the curve it ends."""
    known = {one.name for other in others for one in other.series}
    return replace(trace, series=tuple(one for one in trace.series if one.name not in known))


def curve_home(unit: Unit, traces: Sequence[Trace]) -> Path | None:
    """The folder whose run a folder belongs to, if it is one of those that ``add_scalars`` makes for every curve."""
    folder = unit.folder
    curve = _curve(unit.place, traces)
    if curve is None or folder == unit.root or not all(trace.path.parent == folder for trace in traces):
        return None
    home = folder.parents[curve.level - 1]
    return home if home == unit.root or unit.root in home.parents else None


class _Curve(NamedTuple):
    """A curve that has a folder: its name, and how many levels up its run is."""

    name: str
    level: int


def _curve(folder: str, traces: Sequence[Trace]) -> _Curve | None:
    """The curve when ``add_scalars`` made the folder: it is called after its only tag, and the curve.

    torch writes ``Loss_train`` with the tag ``Loss``, tensorboardX ``Loss/train``: a folder for every part of a tag.
    """
    tags: set[str] = set()
    for trace in traces:
        if len(trace.series) > 1:
            return None
        tags.update([one.name for one in trace.series])
    if len(tags) != 1:
        return None
    tag = tags.pop()
    *above, name = folder.split(os.sep)  # noqa: PTH206 - a `Path` of every folder of a sweep takes longer
    stem = _plain(tag) + "_"
    if _plain(name).startswith(stem):
        return _Curve(name[len(stem) :], 1)
    parts = [_plain(part) for part in tag.split("/") if part]
    if len(above) > len(parts) > 0 and [_plain(part) for part in above[-len(parts) :]] == parts:
        return _Curve(name, 1 + len(parts))
    return None


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
