"""Holds what was read against what the file holds: runs, series, steps, values, one by one."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .truth import Point, Run

Read = Mapping[str, Sequence[Point]]


@dataclass
class Verdict:
    """How one file was read; lists name series as ``run: name``."""

    expected_runs: int = 0
    read_runs: int = 0
    series: int = 0
    points: int = 0
    right: int = 0
    right_points: int = 0
    missing: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Every run, series, step and value as the file has it, and nothing beside."""
        return self.expected_runs == self.read_runs and not (self.missing or self.invented or self.wrong)


def verdict(expected: Sequence[Run], read: Sequence[Read]) -> Verdict:
    """``expected`` by the independent parser, ``read`` by the reader under test."""
    found = Verdict(len(expected), len(read))
    for at, (truth, given) in enumerate(_paired(expected, read), 1):
        _run(f"{at}", truth, given, found)
    return found


def _paired(expected: Sequence[Run], read: Sequence[Read]) -> list[tuple[Run, Read]]:
    """In order where the counts agree, else each expected run with the read one that shares most points."""
    if len(expected) == len(read):
        return list(zip(expected, read, strict=True))
    left = list(read)
    pairs: list[tuple[Run, Read]] = []
    for run in expected:
        best = max(left, key=lambda one: _shared(run, one), default=None)
        if best is None or not _shared(run, best):
            pairs.append((run, {}))
        else:
            left.remove(best)
            pairs.append((run, best))
    return [*pairs, *(({}, one) for one in left)]


def _shared(run: Run, read: Read) -> int:
    return sum(
        len({value for _, value in points} & {value for _, value in read.get(name, ())}) for name, points in run.items()
    )


def _run(label: str, truth: Run, given: Read, found: Verdict) -> None:
    left = dict(given)
    for name, points in truth.items():
        optional, bare = name.startswith("?"), name.removeprefix("?")
        expected = _in_order(points)
        key = _like(bare, left)
        if not optional:
            found.series += 1
            found.points += len(expected)
        if key is None:
            if not optional:
                found.missing.append(f"{label}: {bare}")
            continue
        if key != bare:
            found.renamed.append(f"{bare} -> {key}")
        why = _difference(expected, left.pop(key))
        if why and not optional:
            found.wrong.append(f"{label}: {bare}: {why}")
        elif not optional:
            found.right += 1
            found.right_points += len(expected)
    found.invented += [f"{label}: {name}" for name in left if _word(name) not in ("epoch", "step", "iteration", "iter")]


def _like(name: str, read: Read) -> str | None:
    """The series of that name; else the only one whose words end alike (``train/loss`` for ``loss``)."""
    if name in read:
        return name
    same = [key for key in read if _word(key) == _word(name)]
    if len(same) != 1:
        same = [key for key in read if _word(key).endswith(" " + _word(name)) or _word(name).endswith(" " + _word(key))]
    return same[0] if len(same) == 1 else None


def _word(name: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", name.lower()))


def _in_order(points: Sequence[Point]) -> list[Point]:
    """By step, the last written value of a step kept: what the design promises."""
    if any(step is None for step, _ in points):
        return list(points)
    last = dict(points)
    return sorted(last.items())  # type: ignore[arg-type]


def _difference(expected: Sequence[Point], read: Sequence[Point]) -> str:
    """ "" when alike, else what is not."""
    if len(expected) != len(read):
        return f"{len(read)} points instead of {len(expected)}"
    for at, ((step, value), (own_step, own)) in enumerate(zip(expected, read, strict=True)):
        if not (value == own or (math.isnan(value) and math.isnan(own))):
            return f"value {at}: {own!r} instead of {value!r}"
        if step is not None and step != own_step:
            return f"step {at}: {own_step!r} instead of {step!r}"
    steps = [step for step, _ in read if step is not None]
    if any(a >= b for a, b in itertools.pairwise(steps)):
        return "steps do not rise"
    return ""
