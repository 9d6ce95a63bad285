"""Tells what the processes of one job wrote as one run: the curves of the first, and of the others what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from diagnose.run import Note, Series, Trace
from diagnose.same_values import telling
from kb.text import Text


def one_job(told: Mapping[str, list[Trace]]) -> list[Trace]:
    """The runs of the first process that logged any, with the losses and scores of the others that are not the same.

    ``told`` are the traces by rank. A curve of another process bears its rank behind its name, unless only that one
    logged it.
    """
    first = next((rank for rank, found in told.items() if any(one.series for one in found)), next(iter(told)))
    runs = list(told[first])
    same = other = spare = 0
    for rank, found in told.items():
        if rank == first or len(found) != len(runs):
            spare += sum(len(one.series) for one in found) if rank != first else 0
            continue
        for at, trace in enumerate(found):
            mine = {one.name: one for one in runs[at].series}
            more = []
            for one in trace.series:
                if one.name not in mine:
                    more.append(one)
                elif _equal(mine[one.name], one):
                    same += 1
                elif telling(one):
                    more.append(replace(one, name=f"{one.name} (rank {rank})"))
                    other += 1
                else:
                    spare += 1
            runs[at] = replace(runs[at], series=(*runs[at].series, *more))
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


def each_trial(told: Mapping[str, list[Trace]]) -> list[Trace]:
    """The runs of every trial of a search that logged any, each with the process that wrote it."""
    found = []
    for process, runs in told.items():
        what = Text(f"told apart by the process that wrote it: {process}", f"按写入的进程区分：{process}")
        found += [replace(one, notes=(*one.notes, Note(str(one.path), what))) for one in runs if one.series]
    return found or next(iter(told.values()))


def _named(told: Mapping[str, list[Trace]]) -> str:
    ranks = list(told)
    return ", ".join(ranks if len(ranks) < 6 else [*ranks[:3], "...", ranks[-1]])


def _equal(one: Series, other: Series) -> bool:
    return np.array_equal(one.steps, other.steps) and np.array_equal(one.values, other.values, equal_nan=True)
