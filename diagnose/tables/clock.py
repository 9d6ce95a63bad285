"""Which column of a table counts training time, what step that gives each row, and where it starts over."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from diagnose.run import Curve
from diagnose.tables.timeline import MANY, Ints, Remark, Rows, across_epochs, cuts, placed, real_restarts
from kb.text import Text

FINE = (
    *("global_step", "step", "_step", "steps", "total_steps", "total_timesteps", "timesteps", "num_timesteps"),
    *("iteration", "iter", "iters", "iterations", "it", "itr", "global_iter", "cur_iter", "num_updates", "update"),
    *("current_step", "current_steps", "cur_step", "train_step", "training_step", "global_steps", "global_iteration"),
    *(
        "iter_num",
        "num_steps",
        "training_iteration",
        "n_iter",
        "niter",
        "optimizer_step",
        "updates",
        "batch",
        "batch_idx",
        "步数",
        "步",
        "迭代",
        "迭代次数",
    ),
)
ROUNDS = ("回合", "轮数", "训练轮次", "训练轮数", "第几轮")
COARSE = (
    "epoch",
    "epochs",
    "ep",
    "epoch_num",
    "cur_epoch",
    "current_epoch",
    "episode",
    "round",
    "轮次",
    "轮",
    "周期",
    *ROUNDS,
)
INDEX = ("unnamed:_0", "index")  # what pandas leaves of a data frame's index
NUMBER_OF = re.compile(  # Epoch #, epoch_idx, Step No., Epoch (of 100), train_iter
    r"^(?:train|training)_|[_.]*(?:#|(?<=_)(?:idx|index|no|nr|num|number|id|done|count)\.?|\((?:of_?|/)\d+\))$"
)
RANK = {name: rank for rank, name in enumerate((*FINE, *COARSE, *INDEX))}
FAR = 2.0**53  # beyond it a float no longer counts by ones


@dataclass(frozen=True)
class Clock:
    """``steps`` int64 [rows]; ``raw`` what the column said; ``cuts`` the rows at which another run begins.

    ``silent`` are columns that would say the same again as a series, ``summaries`` the rows marked -1 in
    place of a step, ``counted`` whether steps are row numbers; ``notes`` go with the row they are about.
    """

    name: str
    steps: Ints
    raw: Curve
    cuts: tuple[int, ...]
    silent: frozenset[str] = frozenset()
    summaries: tuple[int, ...] = ()
    counted: bool = False
    notes: tuple[Remark, ...] = ()


NO_UNIT = re.compile(r"[(\[](?:#|-|1|n|no\.?|count)[)\]]\Z")  # Epoch [#]


def tail(name: str) -> str:
    """The bare clock name inside a column name (``train/Global Step`` -> ``global_step``), or "" if it is none."""
    word = re.sub(r"[\s\-]+", "_", NO_UNIT.sub("", name.strip().lower()).strip()).rsplit("/", 1)[-1]
    if word not in RANK and (bare := NUMBER_OF.sub("", word)) in (*FINE, *COARSE):
        word = bare
    return (word if word in RANK else "") if name else "index"


def counts(name: str) -> bool:
    """Whether a column of this name counts steps or epochs; the index of a data frame does not."""
    return tail(name) not in ("", *INDEX)


def clock_of(
    candidates: Mapping[str, Curve], main: Rows, *, restarts: Sequence[int] = (), held: Sequence[Ints] = ()
) -> Clock:
    """Choose among ``candidates`` (one value a row, NaN for none); ``main`` are the rows training itself wrote.

    ``held`` are the rows of every other column.
    """
    rows = np.arange(len(main), dtype=np.int64)
    index = frozenset(name for name, values in candidates.items() if tail(name) in INDEX and _rises(values))
    name = best(candidates, len(main))
    if not name:
        note = (None, Text("no step or epoch column: rows are counted", "没有 step 或 epoch 列：按行号计步"))
        where = tuple(real_restarts(None, restarts, len(rows)))
        return Clock("", rows, rows.astype(np.float64), where, index, counted=True, notes=(note,))
    raw = candidates[name]
    summaries = _summaries(raw)
    trusted = main & np.isfinite(raw)
    trusted[list(summaries)] = False
    if not trusted.any():
        trusted = np.isfinite(raw)
    epochs = next((one for other, one in candidates.items() if tail(other) in COARSE and other != name), None)
    notes: list[Remark] = []
    driven = across_epochs(name, raw, epochs, trusted, notes) if tail(name) in FINE else None
    steps = placed(name, raw, driven, trusted, summaries=summaries, notes=notes)
    where = tuple(sorted({*cuts(name, steps, trusted, notes), *real_restarts(steps, restarts, len(rows))}))
    silent = index | _copies(name, candidates)
    why = _unfit(name, steps, trusted, held)
    if why is None:
        return Clock(name, steps.astype(np.int64), steps, where, silent | {name}, summaries, notes=tuple(notes))
    notes.append((None, why))
    return Clock(name, rows, steps, where, silent - {name}, summaries, counted=True, notes=tuple(notes))


def best(candidates: Mapping[str, Curve], count: int) -> str:
    """The finest column that can serve: present in most rows, not constant, not absurd; "" when none can."""
    ranked = []
    for place, (name, values) in enumerate(candidates.items()):
        known = values[np.isfinite(values)]
        if not len(known) or len(known) < count / 2 or np.abs(known).max() >= FAR:
            continue
        constant = count > 1 and known.min() == known.max()
        fraction = bool((known != np.floor(known)).any())
        word = tail(name)
        if word in INDEX and (fraction or not _rises(values)):
            continue
        ranked.append((constant, word in INDEX, fraction, len(known) < 0.9 * count, RANK[word], place, name))
    return min(ranked)[-1] if ranked else ""


def _rises(values: Curve) -> bool:
    """Whether every row has a value, above that of the row before."""
    return bool((np.diff(values) > 0).all())


def _summaries(raw: Curve) -> tuple[int, ...]:
    """Rows whose clock is -1 although time had begun: totals written after the last epoch."""
    known = np.flatnonzero(np.isfinite(raw))
    if not len(known) or raw[known[0]] < 0:
        return ()
    return tuple(int(row) for row in known[raw[known] == -1])


def _copies(name: str, candidates: Mapping[str, Curve]) -> frozenset[str]:
    """Other fine counters that never disagree with the clock."""
    clock = candidates[name]
    found = set()
    for other, values in candidates.items():
        both = np.isfinite(values) & np.isfinite(clock)
        if other != name and tail(other) in FINE and (values[both] == clock[both]).all():
            found.add(other)
    return frozenset(found)


def _unfit(name: str, steps: Curve, trusted: Rows, held: Sequence[Ints]) -> Text | None:
    """Why the best clock there is cannot give integral steps, one for each row; None when it can."""
    if (steps != np.floor(steps)).any():
        return Text(f"{name} has fractions: rows are counted instead", f"{name} 含小数：改按行号计步")
    if np.abs(steps).max() >= FAR:
        return Text(
            f"{name} is too large to be exact: rows are counted instead", f"{name} 过大，不再精确：改按行号计步"
        )
    again = int((np.diff(steps) < 0).sum())
    if again > MANY:
        return Text(
            f"{name} starts over {again} times: rows are counted instead", f"{name} 重新开始了 {again} 次：改按行号计步"
        )
    gaps = np.diff(steps[trusted])
    if len(gaps) > 1 and (gaps == 0).mean() > 0.5 and not _shared_out(steps, trusted, held):
        return Text(f"many rows share one {name}: rows are counted instead", f"许多行的 {name} 相同：改按行号计步")
    return None


def _shared_out(steps: Curve, trusted: Rows, held: Sequence[Ints]) -> bool:
    """Whether rows of one step share its columns out among them, as Lightning's rows of an epoch's end do."""
    gaps = [np.diff(steps[rows[trusted[rows]]]) for rows in held]
    return any(map(len, gaps)) and 2 * sum(int((one == 0).sum()) for one in gaps) <= sum(map(len, gaps))
