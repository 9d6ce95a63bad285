"""Finds which rows of a table each process wrote, when several wrote to it in turn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from diagnose.run import Curve
from diagnose.tables.chains import Processes, processes
from diagnose.tables.clock import COARSE, best, tail
from diagnose.tables.timeline import Ints

WRITERS = frozenset(
    {
        *("rank", "local_rank", "global_rank", "pid", "process", "process_id", "worker", "run", "run_id", "run_name"),
        *("trial", "trial_id", "fold", "seed"),
    }
)
RANKS = frozenset({"rank", "local_rank", "global_rank"})  # of the processes of one job
CALLED = frozenset(  # in words
    {
        *("run", "run_id", "run_name", "run_hash", "run_uuid", "model", "model_name", "experiment", "experiment_name"),
        *("exp", "method", "fold", "fold_name", "seed", "trial", "trial_name"),
    }
)
MANY = 64  # runs whose rows one table may mix


def by_name(clocks: Mapping[str, Curve], main: NDArray[np.bool_], named: Iterable[Sequence[str] | Curve]) -> list[Ints]:
    """The rows of each run, where a column names it and one clock cannot serve them all; none when it can.

    ``clocks`` and ``main`` are as in `by_process`, ``named`` the columns that may name a run, a value for every row.
    """
    name = best(clocks, len(main))
    time = clocks[name] if name else np.zeros(len(main))

    def idle(rows: Ints) -> int:
        return int((np.diff(time[rows[main[rows]]]) <= 0).sum())

    every = idle(np.arange(len(main)))
    for column in named if every else ():
        words, first, of = np.unique(np.asarray(column), return_index=True, return_inverse=True)
        if not 1 < len(words) <= MANY:
            continue
        parts = [np.flatnonzero(of == number) for number in np.argsort(first).tolist()]
        if min(map(len, parts)) > 1 and (not name or 2 * sum(map(idle, parts)) < every):
            return parts
    return []


def by_process(
    clocks: Mapping[str, Curve], main: NDArray[np.bool_], labels: Sequence[str], named: Mapping[str, Curve]
) -> Processes | None:
    """Who wrote each row; None when nothing speaks for several writers.

    ``clocks`` are the columns that count, a value a row and NaN for none, ``named`` those called like a process
    (`WRITERS`); ``main`` are the rows training itself wrote, others go with the row before; ``labels`` their words.
    """
    name = best(clocks, len(main))
    if not name:
        return None
    time = np.where(main, clocks[name], np.nan)
    epochs = next((one for other, one in clocks.items() if tail(other) in COARSE and other != name), None)
    if epochs is not None and np.isfinite(epochs[main]).all() and np.isfinite(time).any():
        with np.errstate(all="ignore"):  # a damaged epoch may be infinite
            time = time + np.floor(epochs) * (np.nanmax(time) + 1)  # an iteration may count from 0 in every epoch
    known = np.flatnonzero(np.isfinite(time))
    backs = np.diff(time[known]) < 0
    if backs.sum() < 2:
        return None
    writers = [""] * len(main)
    for column in named.values():
        if np.isfinite(column[known]).all():
            writers = [f"{before} {one:g}".strip() for before, one in zip(writers, column, strict=True)]
    words = {word: at for at, word in enumerate(dict.fromkeys(labels))}
    kinds = [words[word] for word in labels] if labels else [0] * len(main)
    return processes(time, kinds, writers)
