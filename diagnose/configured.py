"""Gives each run the settings that lie beside its log: hparams.yaml, config.yaml, args.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from diagnose.known_settings import with_known
from diagnose.run import Run, Source, Trace
from diagnose.serving import BESIDE, SESSION
from diagnose.trackers.run_folders import HYDRA

SCREENS = ("_log", "nanogpt", "ignite", "fairseq", "megatron", "general")  # formats of what was printed for people


def configured(runs: Sequence[Run], traces: Sequence[Trace]) -> list[Run]:
    """The runs, each with the settings of its own folder; what a log itself says of its settings wins.

    What the checks ask for goes by the names of `known_settings` as well.
    """
    asked: set[str] = set()
    found = []
    for run in runs:
        mine = [one for one in traces if _home(one.path) == _folder(run)]
        full = _with(run, mine) if mine else run
        printed = {} if run.settings else _printed(run, asked)
        if printed or full.settings:
            full = replace(full, settings=with_known({**full.settings, **printed}))
        found.append(full)
    return found


def _printed(run: Run, asked: set[str]) -> Mapping[str, Any]:
    """What the logs of a run print of their settings before anything else; only the first run of a file is asked."""
    settings: dict[str, Any] = {}
    for source in run.sources:
        if not source.format.endswith(SCREENS) or source.path in asked:
            continue
        from diagnose.printed_settings import FAR, printed_settings
        from diagnose.tables.decode import decoded
        from diagnose.tables.textfile import unwrapped

        asked.add(source.path)
        try:
            with Path(source.path).open("rb") as file:
                head = file.read(FAR)
        except OSError:
            continue
        settings |= printed_settings(unwrapped(decoded(head)[0]).replace("\r\n", "\n"))
    return settings


def _with(run: Run, traces: Sequence[Trace]) -> Run:
    settings = {key: value for trace in traces for key, value in trace.settings.items()}
    sources = tuple(Source(str(trace.path), trace.format, 0, 0) for trace in traces)
    notes = tuple(note for trace in traces for note in trace.notes)
    return replace(
        run, settings={**settings, **run.settings}, sources=(*run.sources, *sources), notes=(*run.notes, *notes)
    )


def _folder(run: Run) -> Path:
    """Where the run's log lies; a run of event files is its folder."""
    return _home(run.path / "any" if run.path.is_dir() else run.path)


def _home(path: Path) -> Path:
    """The folder a file speaks for: the one above that of trackers (``files``), Hydra and add_hparams."""
    inner = path.parent.name in (*BESIDE, HYDRA) or SESSION.fullmatch(path.parent.name)
    return path.parent.parent if inner else path.parent
