"""From paths to runs: what lies there is read, and what belongs together is put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from diagnose.attach import attached, home, name_at, name_of
from diagnose.configured import configured
from diagnose.event_folders import EVENTS, curve_home, event_parts, stands_alone
from diagnose.files import read_units
from diagnose.folder import Unit, Walk
from diagnose.foreign import kind_of
from diagnose.gather import gathered
from diagnose.one_a_file import in_one
from diagnose.range_test import trained
from diagnose.run import Note, Run, Series, Source, Trace
from diagnose.saved_histories import without_log
from diagnose.sequel import parts_of
from diagnose.stitch import Part
from diagnose.tidy import Rising, tidied
from diagnose.trackers.run_folders import STATE
from kb.text import Text

Reading = Callable[[Iterable[Unit]], Iterator[tuple[Unit, list[list[Trace] | None]]]]


@dataclass(frozen=True)
class Found:
    """What was read: the runs, what was seen and held none, and how many files nobody could read."""

    runs: tuple[Run, ...]
    unread: tuple[Note, ...] = ()
    strangers: int = 0


def assemble(paths: Sequence[Path]) -> list[Run]:
    """The runs under ``paths``. Raises `Problem` for a path that does not exist."""
    return list(survey(paths).runs)


def survey(paths: Sequence[Path]) -> Found:
    """The runs under ``paths``, and what was passed by on the way. Raises `Problem` for a path that does not exist."""
    going = Survey(paths)
    runs = tuple(going.runs())
    return Found(runs, tuple(going.unread), going.strangers)


class Survey:
    """Reads what lies under ``paths`` run by run.

    ``unread``, ``strangers`` and ``files`` (how many were read) grow on the way; they are complete when the last run
    was given.
    """

    def __init__(self, paths: Sequence[Path], reading: Reading = read_units) -> None:
        self._walk = Walk()
        self._reading = reading
        self._paths = paths
        self._unread: list[Note] = []
        self._rising = Rising()
        self.strangers = 0
        self.files = 0

    @property
    def unread(self) -> list[Note]:
        """What was seen so far and held no run, with the reason."""
        return [*self._walk.notes, *self._unread]

    def runs(self) -> Iterator[Run]:
        """The runs, each as soon as it is read. Raises `Problem` for a path that does not exist."""
        if len(self._paths) == 1:
            yield from self._one_by_one()
        else:  # the names that runs of several folders share are known once all are read
            yield from _told_apart([run for root, part in self._by_root() for run in self._assembled(root, part)])

    def _one_by_one(self) -> Iterator[Run]:
        names: set[str] = set()
        for run in self._in_order():
            yield replace(run, name=run.path.as_posix()) if run.name in names else run
            names.add(run.name)

    def _in_order(self) -> Iterator[Run]:
        """The runs of one path: unit by unit, but that curves whose folders make one run are kept until it ends."""
        curves: list[Trace] = []
        owner: Path | None = None
        for unit, traces in self._units():
            alone = stands_alone(traces[0]) if len(traces) == 1 else None
            home = curve_home(unit, traces) if alone is None else None
            if owner is not None and home != owner:
                yield from self._assembled(unit.root, curves)
                curves, owner = [], None
            if alone is not None:
                yield self._alone(traces[0], alone, unit.root)
            elif home is not None:
                curves, owner = curves + traces, home
            else:
                yield from self._assembled(unit.root, traces)
        if owner is not None:
            yield from self._assembled(unit.root, curves)

    def _by_root(self) -> Iterator[tuple[Path, list[Trace]]]:
        by_root: dict[Path, list[Trace]] = {}
        for unit, traces in self._units():
            by_root.setdefault(unit.root, []).extend(traces)
        yield from by_root.items()

    def _units(self) -> Iterator[tuple[Unit, list[Trace]]]:
        """Every unit and what is worth keeping of its files; the rest is remembered as unread."""
        units = (unit for path in self._paths for unit in self._walk.units(path))
        for unit, files in self._reading(units):
            self.files += len(files)
            kept: list[Trace] = []
            for place, read in zip(unit.places, files, strict=True):
                if read is None:
                    if (path := Path(place)) in self._paths:
                        what = _kind(path) or Text("no reader knows this kind of file", "没有能读取这种文件的读取器")
                        self._unread.append(Note(place, what))
                    else:
                        self.strangers += 1
                    continue
                told = [trained(trace) for trace in read]
                good = [trace for trace in told if trace.series or trace.checkpoints or trace.settings]
                kept += good
                if not good:
                    self._unread += [note for trace in told for note in trace.notes]
            yield unit, kept

    def _assembled(self, root: Path, traces: Sequence[Trace]) -> list[Run]:
        good = [trace for trace in traces if trace.series or trace.checkpoints]
        return configured(_runs(root, good), [trace for trace in traces if not (trace.series or trace.checkpoints)])

    def _alone(self, trace: Trace, folder: str, root: Path) -> Run:
        """The run of an event file with which nothing is to be put together, as in every folder of a sweep."""
        series, notes = tidied(trace.series, self._rising)
        points = sum([one.steps.size for one in trace.series])
        source = Source(trace.series[0].source, trace.format, len(trace.series), points)
        return Run(cast("Path", folder), name_at(folder, root), (source,), series, notes=(*trace.notes, *notes))


def _kind(path: Path) -> Text | None:
    """What a file is that no reader wants, where that is known."""
    try:
        with path.open("rb") as file:
            return kind_of(path, file.read(32))
    except OSError:
        return None


def _runs(root: Path, traces: Sequence[Trace]) -> list[Run]:
    """The runs under one root: logs by folder or file, checkpoints with the log they belong to."""
    logs: list[Run] = []
    events = [trace for trace in traces if trace.format == EVENTS and trace.series]
    for folder, parts in event_parts(events, root):
        logs += _named(folder, root, parts)
    if len(events) == len(traces):
        return gathered(logs, root)
    files: dict[Path, list[Trace]] = {}
    for trace in traces:
        if trace.format != EVENTS and trace.series and not trace.checkpoints:
            files.setdefault(trace.path, []).append(trace)
    files = in_one(files)
    for path, parts in parts_of({path: files[path] for path in _latest_states(files)}):
        logs += _named(path, root, parts)
    logs = gathered(logs, root)
    saved = [trace for trace in traces if trace.checkpoints]
    for trace in without_log([trace for trace in saved if trace.series], logs):
        logs += [
            run
            for path, parts in parts_of({trace.path: [replace(trace, checkpoints=())]})
            for run in _named(path, root, parts)
        ]
    return attached(logs, saved, root)


def _latest_states(files: Mapping[Path, Sequence[Trace]]) -> list[Path]:
    """The log files, without the older states that every ``checkpoint-500`` of the Hugging Face Trainer repeats."""
    states: dict[Path, tuple[tuple[int, bool], Path]] = {}
    for path, traces in files.items():
        if path.name == STATE:
            reached = (max(int(one.steps.max()) for trace in traces for one in trace.series), path.parent == home(path))
            states[home(path)] = max(states.get(home(path), ((-1, False), path)), (reached, path))
    newest = {path for _, path in states.values()}
    return [path for path in files if path.name != STATE or path in newest]


def _named(path: Path, root: Path, parts: Sequence[Part]) -> list[Run]:
    """A run for every part, numbered when there are several."""
    name = name_of(path, root)
    return [_run(path, f"{name}#{at}" if len(parts) > 1 else name, part) for at, part in enumerate(parts, 1)]


def _run(path: Path, name: str, part: Part) -> Run:
    series, notes = tidied(list(part.series.values()))
    return Run(
        path,
        name,
        sources=tuple(_sources(part.traces)),
        series=series,
        settings={key: one for trace in part.traces for key, one in trace.settings.items()},
        notes=(*part.notes, *notes),
    )


def _sources(traces: Sequence[Trace]) -> list[Source]:
    """The files of a run, with series and points as they were read."""
    read: dict[tuple[str, str], list[Series]] = {}
    for trace in traces:
        read.setdefault((str(trace.path), trace.format), []).extend(trace.series)
    return [
        Source(path, form, len({one.name for one in series}), sum([one.steps.size for one in series]))
        for (path, form), series in read.items()
    ]


def _told_apart(runs: Sequence[Run]) -> list[Run]:
    """Runs of several roots that ended up with one name are called by their whole path."""
    count = Counter(run.name for run in runs)
    return [replace(run, name=run.path.as_posix()) if count[run.name] > 1 else run for run in runs]
