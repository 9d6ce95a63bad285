"""Compares what our readers make of the files of trackers with what was logged, bit for bit."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from diagnose.assemble import assemble
from diagnose.run import Run


@dataclass
class Tally:
    """What was compared, and every difference in words."""

    counts: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.counts + other.counts, self.differences + other.differences)


def compared(folder: Path) -> Tally:
    """Every ``NAME.json`` in the folder says what was logged into which file; each is read and compared."""
    found = Tally()
    for told in sorted(folder.glob("*.json")):
        truth = json.loads(told.read_text(encoding="utf-8"))
        for one in truth if isinstance(truth, list) else [truth]:
            found += _compared(folder, told.stem, one)
    return found


def _compared(folder: Path, name: str, truth: dict[str, Any]) -> Tally:
    runs = [run for run in assemble([folder / truth["file"]]) if "run" not in truth or run.path.name == truth["run"]]
    found = Tally(Counter(runs=1))
    if not truth.get("whole", True) and len(runs) <= 1:
        return found + _beginning(name, truth["series"], runs)
    if len(runs) != 1:
        found.differences.append(f"{name}: {len(runs)} runs instead of 1")
        return found
    _series(name, truth["series"], runs[0], found)
    _settings(name, truth.get("settings", {}), runs[0], found)
    return found


def _series(name: str, truth: dict[str, list[tuple[int, str]]], run: Run, found: Tally) -> None:
    ours = {one.name: one for one in run.series}
    for extra in sorted(ours.keys() - truth.keys()):
        found.differences.append(f"{name}: {extra} was never logged as a number")
    for key, points in truth.items():
        found.counts.update(series=1, points=len(points))
        if key not in ours:
            found.differences.append(f"{name}: {key} is missing")
            continue
        steps = np.array([step for step, _ in points], np.int64)
        values = np.array([float.fromhex(value) for _, value in points])
        same = np.array_equal(steps, ours[key].steps) and _bits(values) == _bits(ours[key].values)
        if not same:
            found.differences.append(f"{name}: {key} differs")


def _beginning(name: str, truth: dict[str, list[tuple[int, str]]], runs: list[Run]) -> Tally:
    """What reached the file of a run that was stopped hard is a beginning of what was logged."""
    cut = {key: points[: next((len(one) for run in runs for one in run.series if one.name == key), 0)]
           for key, points in truth.items()}  # fmt: skip
    found = Tally(Counter({"points never written": sum(map(len, truth.values())) - sum(map(len, cut.values()))}))
    if runs:
        _series(name, cut, runs[0], found)
    return found


def _bits(values: np.ndarray[Any, Any]) -> bytes:
    """The bytes of the numbers, with one pattern for every NaN."""
    return np.where(np.isnan(values), np.nan, values).tobytes()


def _settings(name: str, truth: dict[str, Any], run: Run, found: Tally) -> None:
    for key, value in _plain("", truth):
        found.counts.update(settings=1)
        if key not in run.settings:
            found.differences.append(f"{name}: the setting {key} is missing")
        elif run.settings[key] != value:
            found.differences.append(f"{name}: the setting {key} is {run.settings[key]!r}, not {value!r}")


def _plain(name: str, value: Any) -> list[tuple[str, Any]]:
    """Settings by joined names; a text beyond 200 characters is none we promise to keep."""
    if isinstance(value, dict | list):
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        return [pair for key, one in inside for pair in _plain(f"{name}/{key}" if name else str(key), one)]
    kept = value is not None and not (isinstance(value, str) and len(value) > 200)
    return [(name, value)] if kept else []
