"""Gives each run the settings that lie beside its log: hparams.yaml, config.yaml, args.json."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from diagnose.folder import SESSION
from diagnose.run import Run, Source, Trace
from diagnose.trackers.run_folders import HYDRA


def configured(runs: Sequence[Run], traces: Sequence[Trace]) -> list[Run]:
    """The runs, each with the settings of its own folder; what a log itself says of its settings wins."""
    if not traces:
        return list(runs)
    return [_with(run, [one for one in traces if _home(one.path) == _folder(run)]) for run in runs]


def _with(run: Run, traces: Sequence[Trace]) -> Run:
    settings = {key: value for trace in traces for key, value in trace.settings.items()}
    sources = tuple(Source(str(trace.path), trace.format, 0, 0) for trace in traces)
    notes = tuple(note for trace in traces for note in trace.notes)
    return replace(
        run, settings={**settings, **run.settings}, sources=(*run.sources, *sources), notes=(*run.notes, *notes)
    )


def _folder(run: Run) -> Path:
    """Where the run's log lies; a run of event files is its folder."""
    return run.path if run.path.is_dir() else run.path.parent


def _home(path: Path) -> Path:
    """The folder a settings file speaks for: the one above that of trackers (``files``), Hydra and add_hparams."""
    inner = path.parent.name in ("files", HYDRA) or SESSION.fullmatch(path.parent.name)
    return path.parent.parent if inner else path.parent
