"""Gives checkpoints to the run that saved them, or makes a run of those that have no log."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from diagnose.run import Checkpoint, Run, Source, Trace
from diagnose.serving import FOLDERS, LOGGED, NUMBERED


def attached(logs: Sequence[Run], traces: Sequence[Trace], root: Path) -> list[Run]:
    """The runs, with every checkpoint under ``root`` in one of them; those without a log come last."""
    if not traces:
        return list(logs)
    from diagnose.joined import joined

    runs = list(logs)
    homeless: dict[Path, list[Trace]] = {}
    for trace in joined(traces):
        at = _owner(trace.path, logs)
        if at is None:
            homeless.setdefault(home(trace.path), []).append(trace)
        else:
            runs[at] = _with(runs[at], [trace])
    for folder, found in homeless.items():
        inside = folder if folder == root or root in folder.parents else root
        runs.append(_with(Run(inside, name_of(inside, root)), found))
    return [replace(run, checkpoints=tuple(sorted(run.checkpoints, key=_order))) for run in runs]


def name_of(path: Path, root: Path) -> str:
    """What a run is called: its path below the root the user gave, or the root's own name.

    A run may be the folder around it: that of one plot of several, when the plot alone was given.
    """
    above = root.parts
    if path.parts[: len(above)] != above:
        return path.name
    return "/".join(path.parts[len(above) :]) or path.resolve().name


def name_at(place: str, root: Path) -> str:
    """The same for a folder given as a text, in a fifth of the time."""
    above = str(root) + os.sep
    return place[len(above) :].replace(os.sep, "/") if place.startswith(above) else name_of(Path(place), root)


def home(path: Path) -> Path:
    """The folder a file belongs to: its own, but for ``checkpoint-500`` and the like the one all of them are in."""
    if path.suffix == ".distcp":  # the folder is the checkpoint
        path = path.parent
    folder = path.parent
    return folder.parent if NUMBERED.fullmatch(folder.name) else folder


def _owner(path: Path, logs: Sequence[Run]) -> int | None:
    """The one log of the nearest folder that has any, upwards through folders that only hold checkpoints."""
    if (own := next((at for at, run in enumerate(logs) if run.path == path), None)) is not None:
        return own  # its own history
    folder = home(path)
    while not (inside := [at for at, run in enumerate(logs) if folder in (run.path, home(run.path))]):
        if folder.name.lower() not in FOLDERS:
            return _beside(path, logs)
        folder = folder.parent
    events = [at for at in inside if logs[at].path == folder]
    return next((choice[0] for choice in (events, inside) if len(choice) == 1), None)


def _beside(path: Path, logs: Sequence[Run]) -> int | None:
    """The log in a folder of logs beside that of the checkpoints: ``logs/expA`` for ``snapshots/expA/last.pt``.

    Where neither names an experiment it is the only log there.
    """
    parts = home(path).parts
    saved = next((at for at in reversed(range(len(parts))) if parts[at].lower() in FOLDERS), None)
    if saved is None:
        return None
    found: list[tuple[int, str]] = []  # and what each is called after
    for at, run in enumerate(logs):
        below = run.path.parts[saved:]
        if below and run.path.parts[:saved] == parts[:saved] and below[0].lower() in LOGGED:
            found.append((at, Path(below[1]).stem if len(below) > 1 else ""))
    named = parts[saved + 1 :][:1]
    fitting = [at for at, name in found if not named or name == Path(named[0]).stem]
    return fitting[0] if len(fitting) == 1 else None


def _with(run: Run, traces: Sequence[Trace]) -> Run:
    """The run and its checkpoints; of a file that also held series, those and its notes are in a run already."""
    found = [one for trace in traces for one in trace.checkpoints]
    fresh = [trace for trace in traces if not trace.series]
    return replace(
        run,
        checkpoints=(*run.checkpoints, *found),
        sources=(*run.sources, *(Source(str(trace.path), trace.format, 0, 0) for trace in fresh)),
        notes=(*run.notes, *(note for trace in fresh for note in trace.notes)),
    )


def _order(checkpoint: Checkpoint) -> tuple[bool, int, str]:
    return checkpoint.step is None, checkpoint.step or 0, str(checkpoint.path)
