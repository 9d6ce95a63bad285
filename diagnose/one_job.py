"""Tells what the processes of one job wrote as one run: the curves of the first, and of the others what differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from diagnose.attach import name_of
from diagnose.run import Note, Run, Series, Trace
from diagnose.same_values import telling
from diagnose.serving import RANK, STREAMS
from diagnose.tables.naming import RATES, words
from kb.text import Text

Logged = TypeVar("Logged", Trace, Run)


def one_job(told: Mapping[str, list[Logged]]) -> list[Logged]:
    """The runs of the first process that logged any, with the losses and scores of the others that are not the same.

    ``told`` are the traces by rank. A curve of another process bears its rank behind its name, unless only that one
    logged it.
    """
    first = next((rank for rank, found in told.items() if any(one.series for one in found)), next(iter(told)))
    runs: list[Logged] = list(told[first])
    same = other = spare = 0
    for rank, found in told.items():
        if rank == first or len(found) != len(runs):
            spare += sum(len(one.series) for one in found) if rank != first else 0
            continue
        fuller: list[Logged] = []
        for run, trace in zip(runs, found, strict=True):
            mine = {one.name: one for one in run.series}
            more: list[Series] = []
            for one in trace.series:
                if one.name not in mine:
                    more.append(one)
                elif equal(mine[one.name], one):
                    same += 1
                elif telling(one):
                    more.append(replace(one, name=f"{one.name} (rank {rank})"))
                    other += 1
                else:
                    spare += 1
            fuller.append(_with(run, more))
        runs = fuller
    if not runs or not (same or other or spare):
        return runs
    what = Text(
        f"written by {len(told)} processes of one job ({_named(told)}): read as one run, that of rank {first}; "
        f"curves of others: {same} the same, {other} other and kept beside, {spare} left out",
        f"由同一任务的 {len(told)} 个进程写入（{_named(told)}）：合为一次运行，以 rank {first} 为准；"
        f"其他进程的曲线：{same} 条相同，{other} 条不同并保留，{spare} 条略去",
    )
    runs[0] = replace(runs[0], notes=(*runs[0].notes, Note(str(runs[0].path), what)))
    return runs


def _with(run: Logged, more: Sequence[Series]) -> Logged:
    return replace(run, series=(*run.series, *more))


def by_job(runs: Sequence[Run], root: Path) -> list[Run]:
    """The runs; those that the processes of a job logged into a folder each (``rank_0``, ``attempt_0/1``) made one."""
    jobs: dict[tuple[Path, str], dict[str, Run]] = {}
    for run in runs:
        if (place := _place(run.path, root)) is not None:
            jobs.setdefault((place.job, run.path.name + run.name.partition("#")[2]), {})[place.rank] = run
    found = list(runs)
    for (job, name), ranks in jobs.items():
        members = list(ranks.values())
        first, *others = members
        if not others or not (_is_certain(first.path) or all(_alike(first, one) for one in others)):
            continue
        [one] = one_job({rank: [run] for rank, run in ranks.items()})
        alone = sum(folder == job for folder, _ in jobs) == 1
        sources = tuple(source for run in members for source in run.sources)
        path = job if alone else job / name
        whole = replace(one, path=path, name=name_of(path, root), sources=sources)
        spare = set(map(id, others))
        found = [whole if run is first else run for run in found if id(run) not in spare]
    return found


class _Place(NamedTuple):
    """Where a process of a job logged: the folder of the job, and its rank."""

    job: Path
    rank: str


def _place(path: Path, root: Path) -> _Place | None:
    folder = path.parent
    if not (_is_certain(path) or (folder.name.isdigit() and path.name in STREAMS)):
        return None
    job = folder.parent
    if RANK.fullmatch(job.name):  # a start of the job
        job = job.parent
    rank = folder.name.lower().removeprefix("rank").lstrip("-_")
    return _Place(job if root in (job, *job.parents) else root, rank)


def _is_certain(path: Path) -> bool:
    """Whether the folder of a file says that it is that of a process; a number alone may be that of a trial."""
    folder = path.parent
    if folder.name.isdigit():
        return RANK.fullmatch(folder.parent.name) is not None and path.name in STREAMS
    return RANK.fullmatch(folder.name) is not None and folder.name.lower().startswith("rank")


def _alike(one: Run, other: Run) -> bool:
    """Whether two runs have the same curves at the same steps, and no learning rate speaks against one job."""
    mine, theirs = ({series.name: series for series in run.series} for run in (one, other))
    if set(mine) != set(theirs):
        return False
    for name, first in mine.items():
        second = theirs[name]
        length = min(len(first), len(second))
        if abs(len(first) - len(second)) > 1 or not np.array_equal(first.steps[:length], second.steps[:length]):
            return False
        if not RATES.isdisjoint(words(name)) and not np.array_equal(first.values[:length], second.values[:length]):
            return False
    return True


def each_trial(told: Mapping[str, list[Trace]]) -> list[Trace]:
    """The runs of every trial of a search that logged any, each with the process that wrote it."""
    found = []
    for process, runs in told.items():
        what = Text(f"told apart by the process that wrote it: {process}", f"按写入的进程区分：{process}")
        found += [replace(one, notes=(*one.notes, Note(str(one.path), what))) for one in runs if one.series]
    return found or next(iter(told.values()))


def _named(told: Iterable[str]) -> str:
    ranks = list(told)
    return ", ".join(ranks if len(ranks) < 6 else [*ranks[:3], "...", ranks[-1]])


def equal(one: Series, other: Series) -> bool:
    """Whether two curves are the same to the bit."""
    return np.array_equal(one.steps, other.steps) and np.array_equal(one.values, other.values, equal_nan=True)
