"""Holds two runs, or two groups of runs, side by side: verdicts, curves, schedules and settings that differ."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from diagnose.finding import SEVERITIES, Examined, Verdict
from diagnose.known_settings import as_written
from diagnose.measure import blocks, finite
from diagnose.run import Run, Series
from diagnose.schedule import schedule
from kb.collection import Library
from kb.search import lookup
from kb.text import Text
from kb.words import fold

Side = Literal["a", "b", "same"]
_JUDGED = ("train-loss", "val-loss", "metric")
_IDLE = frozenset(
    {"seed", "name", "path", "dir", "out", "output", "device", "gpu", "host", "port", "resume", "project"}
)


@dataclass(frozen=True)
class CurveChange:
    """One curve of both: its level at the end and its best, in A and in B, and which side ends better.

    ``noise`` is the distance two ends of the same quality may well have: the larger of both curves' own unrest.
    """

    name: str
    role: str
    end: tuple[float, float]
    best: tuple[float, float]
    noise: float
    better: Side


@dataclass(frozen=True)
class VerdictChange:
    """A symptom found on one side only, on one of its subjects."""

    verdict: Verdict
    side: Literal["a", "b"]


@dataclass(frozen=True)
class SettingChange:
    """A setting that differs, and the changes of outcome that the library connects with it."""

    name: str
    values: tuple[str, str]
    goes_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """All that differs between A and B; ``shared`` are symptoms both show, ``only`` curves that one side lacks."""

    a: tuple[Run, ...]
    b: tuple[Run, ...]
    verdicts: tuple[VerdictChange, ...]
    shared: tuple[Verdict, ...]
    curves: tuple[CurveChange, ...]
    schedules: tuple[tuple[str, Text, Text], ...]
    settings: tuple[SettingChange, ...]
    only: tuple[tuple[str, ...], tuple[str, ...]]


def compare(a: Sequence[Examined], b: Sequence[Examined], library: Library) -> Comparison:
    """What differs between the runs of A and those of B; of a group the middle run speaks for a curve.

    A symptom counts as a group's own when more than half of its runs show it.
    """
    found_a, found_b = _found(a), _found(b)
    verdicts = tuple(
        [VerdictChange(one, "a") for key, several in found_a.items() if key not in found_b for one in several]
        + [VerdictChange(one, "b") for key, several in found_b.items() if key not in found_a for one in several]
    )
    runs_a, runs_b = tuple(one.run for one in a), tuple(one.run for one in b)
    names_a, names_b = _names(runs_a), _names(runs_b)
    curves = tuple(
        change
        for name, role in names_a.items()
        if name in names_b and role in _JUDGED and (change := _curve(name, role, runs_a, runs_b)) is not None
    )
    return Comparison(
        runs_a,
        runs_b,
        tuple(sorted(verdicts, key=lambda one: -_harm(one.verdict))),
        tuple(one for key, several in found_a.items() if key in found_b for one in several),
        curves,
        tuple(_schedules(runs_a[0], runs_b[0])),
        tuple(_settings(runs_a, runs_b, verdicts, library)),
        (tuple(n for n in names_a if n not in names_b), tuple(n for n in names_b if n not in names_a)),
    )


def _found(group: Sequence[Examined]) -> dict[tuple[str, str], list[Verdict]]:
    """The symptoms that more than half of a group's runs show, by id and cause: all findings of the first such run."""
    seen: dict[tuple[str, str], list[list[Verdict]]] = {}
    for one in group:
        inside: dict[tuple[str, str], list[Verdict]] = {}
        for verdict in one.verdicts:
            if verdict.evidence is not None:
                inside.setdefault((verdict.entry.id, verdict.evidence.cause), []).append(verdict)
        for key, several in inside.items():
            seen.setdefault(key, []).append(several)
    return {key: runs[0] for key, runs in seen.items() if 2 * len(runs) > len(group)}


def _harm(verdict: Verdict) -> int:
    return SEVERITIES.index(verdict.severity) if verdict.severity else -1


def _names(runs: Iterable[Run]) -> dict[str, str]:
    return {one.name: one.role for run in runs for one in run.series}


def _curve(name: str, role: str, a: Sequence[Run], b: Sequence[Run]) -> CurveChange | None:
    ours, theirs = _levels(name, a), _levels(name, b)
    if not ours or not theirs:
        return None
    lower = role != "metric" or _series(name, a)[0].lower_is_better
    end_a, end_b = (float(np.median([one[0] for one in side])) for side in (ours, theirs))
    best_a, best_b = (float(np.median([one[1 if lower else 2] for one in side])) for side in (ours, theirs))
    spread = max((np.ptp([one[0] for one in side]) / 2 for side in (ours, theirs)), default=0.0)
    noise = float(max(spread, *(one[3] for one in (*ours, *theirs))))
    gap = end_b - end_a if lower else end_a - end_b
    better: Side = "same" if abs(gap) <= 2 * noise else "a" if gap > 0 else "b"
    return CurveChange(name, role, (end_a, end_b), (best_a, best_b), noise, better)


def _series(name: str, runs: Iterable[Run]) -> list[Series]:
    return [one for run in runs for one in run.series if one.name == name and len(finite(one)[1])]


def _levels(name: str, runs: Iterable[Run]) -> list[tuple[float, float, float, float]]:
    """For each run: the level at the end (last tenth), the lowest, the highest, and the unrest of that level."""
    found = []
    for one in _series(name, runs):
        values = finite(one)[1]
        tail = values[-max(1, min(len(values) // 10, 1000), min(3, len(values))) :]
        curve = blocks(one)
        unrest = curve.noise / np.sqrt(len(tail))
        found.append((float(np.median(tail)), float(curve.levels.min()), float(curve.levels.max()), float(unrest)))
    return found


def _schedules(a: Run, b: Run) -> Iterable[tuple[str, Text, Text]]:
    """The rates of both whose schedules differ in shape, peak, warm-up or end."""
    rates = {one.name: one for one in b.with_role("learning-rate")}
    for one in a.with_role("learning-rate"):
        if one.name not in rates:
            continue
        ours, theirs = schedule(one), schedule(rates[one.name])
        if ours is None or theirs is None:
            continue
        same = (ours.name, ours.warm_up, ours.ends) == (theirs.name, theirs.warm_up, theirs.ends)
        if same and abs(ours.peak - theirs.peak) <= 1e-3 * ours.peak:
            continue
        yield one.name, ours.text(), theirs.text()


def _settings(
    a: Sequence[Run], b: Sequence[Run], verdicts: Sequence[VerdictChange], library: Library
) -> Iterable[SettingChange]:
    """Settings that differ and are the same within each side; those the library connects with an outcome first."""
    ours, theirs = _agreed(a), _agreed(b)
    changes = []
    for name in sorted(ours.keys() | theirs.keys()):
        values = (ours.get(name, "-"), theirs.get(name, "-"))
        if values[0] != values[1] and name in ours and name in theirs:
            changes.append(SettingChange(name, values, tuple(_connected(name, verdicts, library))))
    return sorted(changes, key=lambda one: (not one.goes_with, _idle(one.name)))


def _agreed(runs: Sequence[Run]) -> Mapping[str, str]:
    """The settings on which all runs of a side agree, flattened to ``outer.inner``."""
    flat = [dict(_flat("", as_written(run.settings))) for run in runs]
    first = flat[0] if flat else {}
    return {key: value for key, value in first.items() if all(one.get(key) == value for one in flat)}


def _flat(prefix: str, settings: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    for key, value in settings.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from _flat(f"{name}.", value)
        else:
            yield name, f"{value:g}" if isinstance(value, float) else str(value)


def _connected(name: str, verdicts: Sequence[VerdictChange], library: Library) -> Iterable[str]:
    """The symptoms whose page is tied to the concept that the setting is called after."""
    word = name.rpartition(".")[2]
    found = lookup(library, word.replace("_", " ")) if fold(word) else None
    concept = found.entry.id if found and found.entry else ""
    for page in {change.verdict.entry.id: change.verdict.entry for change in verdicts}.values():
        tied = itertools.chain(page.related, *(cause.see for cause in page.causes.values()))
        if concept and concept in tied:
            yield page.id


def _idle(name: str) -> bool:
    return name.rpartition(".")[2].lower() in _IDLE
