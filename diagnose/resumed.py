"""Finds logs that go on in a file of another name: ``log_resume.txt``, ``log1.txt``, ``part2.csv``, ``train.log.1``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from diagnose.run import Series, Trace
from diagnose.tables.naming import words

_ROTATED = re.compile(r"(?<=\.(?:log|txt|out|err|csv))\.\d{1,3}$", re.IGNORECASE)
_AGAIN = re.compile(r"[ _.-]*(?:resum(?:ed?|ing)|cont(?:inued?)?|restart(?:ed)?|part)[ _-]*\d*$", re.IGNORECASE)
_NUMBER = re.compile(r"[ _.-]*\(?\d+\)?$")
_LOGS = frozenset(  # what a log is called that says nothing of its run, so that a number behind it counts starts
    (
        *("log", "logs", "train", "training", "metrics", "history", "results", "progress", "loss", "losses"),
        *("output", "out", "stdout", "stderr", "console", "nohup", "slurm", "job"),
    )
)


def base_of(name: str) -> str:
    """The name of a log without what counts its starts; the name itself where nothing does."""
    name = _ROTATED.sub("", name)
    stem, dot, end = name.rpartition(".")
    if not dot:
        stem, end = name, ""
    plain = _AGAIN.sub("", stem)
    if plain == stem and set(words(numberless := _NUMBER.sub("", stem))) <= _LOGS:
        plain = numberless
    return f"{plain}{dot}{end}" if words(plain) else name


def chained(paths: Sequence[Path], files: Mapping[Path, Sequence[Trace]]) -> list[list[Path]]:
    """The files of one name, those of one run together; which of two a third goes on with is not guessed."""
    chains: list[list[Path]] = []
    for path in sorted(paths, key=lambda path: _start(files[path])):
        before = [chain for chain in chains if _takes_over(files[chain[-1]], files[path])]
        if len(before) == 1:
            before[0].append(path)
        else:
            chains.append([path])
    return chains


def _takes_over(before: Sequence[Trace], after: Sequence[Trace]) -> bool:
    """Whether the one run of a file has the curves of another, and begins within it or at its end to go further."""
    if len(before) != 1 or len(after) != 1:
        return False
    old, new = ({one.name: one for one in traces[0].series} for traces in (before, after))
    if set(old) != set(new):
        return False
    longest = max(old.values(), key=len)
    mine, theirs = np.unique(longest.steps), new[longest.name].steps
    if len(mine) < 3 or not len(theirs) or not _later(longest, new[longest.name]):
        return False
    apart = float(np.median(np.diff(mine)))
    return bool(mine[1] < theirs.min() <= mine[-1] + 2 * apart and theirs.max() > mine[-1])


def _later(old: Series, new: Series) -> bool:
    """Whether the clock, where both logged it, does not speak against it."""
    return old.wall is None or new.wall is None or bool(new.wall[0] >= old.wall[0])


def _start(traces: Sequence[Trace]) -> int:
    return min((int(one.steps.min()) for trace in traces for one in trace.series if len(one)), default=0)
