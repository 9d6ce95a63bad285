"""From paths to runs: what lies there is read, and what belongs together is put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from diagnose.attach import attached, home, name_of
from diagnose.configured import configured
from diagnose.event_folders import event_parts
from diagnose.folder import walk
from diagnose.readers import HEAD, readers
from diagnose.run import Note, Run, Source, Trace
from diagnose.stitch import Part, stitched
from diagnose.tidy import tidied
from kb.text import Text

EVENTS = "tensorboard"  # the one format whose unit is the folder


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
    seen = walk(paths)
    unread, strangers = list(seen.notes), 0
    by_root: dict[Path, list[Trace]] = {}
    settings: list[Trace] = []
    for path, given in seen.files:
        root = path.parent if path == given else given
        read = _read(path)
        if read is None:
            strangers += 1
            if path == given:
                unread.append(Note(str(path), Text("no reader knows this kind of file", "没有能读取这种文件的读取器")))
            continue
        good = [trace for trace in read if trace.series or trace.checkpoints]
        by_root.setdefault(root, []).extend(good)
        aside = [trace for trace in read if trace.settings and not (trace.series or trace.checkpoints)]
        settings += aside
        if not good and not aside:
            unread += [note for trace in read for note in trace.notes]
    runs = configured([run for root, traces in by_root.items() for run in _runs(root, traces)], settings)
    return Found(tuple(_told_apart(runs)), tuple(unread), strangers)


def _read(path: Path) -> list[Trace] | None:
    """What the first reader (in order of name) that claims the file makes of it; None when none does."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        why = error.strerror or type(error).__name__
        return [Trace(path, "", notes=(Note(str(path), Text(f"cannot be read: {why}", f"无法读取：{why}")),))]
    for name, reader in readers().items():
        try:
            if reader.sniff(path, head):
                return reader.read(path)
        except Exception as bug:  # noqa: BLE001 - one file must not cost the user all the others
            why = f"{type(bug).__name__}: {bug}"[:200]
            what = Text(
                f"the {name} reader broke here, which is our bug: {why}",
                f"{name} 读取器在此出错，这是我们的缺陷：{why}",
            )
            return [Trace(path, name, notes=(Note(str(path), what),))]
    return None


def _runs(root: Path, traces: Sequence[Trace]) -> list[Run]:
    """The runs under one root: logs by folder or file, checkpoints with the log they belong to."""
    logs: list[Run] = []
    events = [trace for trace in traces if trace.format == EVENTS and trace.series]
    for folder, parts in event_parts(events, root):
        logs += _named(folder, root, parts)
    files: dict[Path, list[Trace]] = {}
    for trace in traces:
        if trace.format != EVENTS and trace.series:
            files.setdefault(trace.path, []).append(replace(trace, checkpoints=()))
    for path in _latest_states(files):
        logs += _named(path, root, stitched(files[path], restarts_replace=False))
    return attached(logs, [trace for trace in traces if trace.checkpoints], root)


def _latest_states(files: Mapping[Path, Sequence[Trace]]) -> list[Path]:
    """The log files, without the older states that every ``checkpoint-500`` of the Hugging Face Trainer repeats."""
    states: dict[Path, tuple[tuple[int, bool], Path]] = {}
    for path, traces in files.items():
        if path.name == "trainer_state.json":
            reached = (max(int(one.steps.max()) for trace in traces for one in trace.series), path.parent == home(path))
            states[home(path)] = max(states.get(home(path), ((-1, False), path)), (reached, path))
    newest = {path for _, path in states.values()}
    return [path for path in files if path.name != "trainer_state.json" or path in newest]


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
    names: dict[tuple[str, str], set[str]] = {}
    points: Counter[tuple[str, str]] = Counter()
    for trace in traces:
        key = (str(trace.path), trace.format)
        names.setdefault(key, set()).update(one.name for one in trace.series)
        points[key] += sum(map(len, trace.series))
    return [Source(path, form, len(names[path, form]), points[path, form]) for path, form in names]


def _told_apart(runs: Sequence[Run]) -> list[Run]:
    """Runs of several roots that ended up with one name are called by their whole path."""
    count = Counter(run.name for run in runs)
    return [replace(run, name=run.path.as_posix()) if count[run.name] > 1 else run for run in runs]
