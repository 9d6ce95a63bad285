"""Whether a table of numbers is a training log at all: what its names must say, and what speaks against it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from diagnose.run import Curve, Note
from diagnose.tables.clock import INDEX, ROUNDS, counts, tail
from diagnose.tables.naming import LOSSES, RATES, SCORES, inside, side_of, words
from diagnose.tables.table import Table
from kb.text import Text

# counters that hardly any table but a log has; a ``batch`` or a ``round`` needs a loss beside it
SURE = frozenset(
    (
        *("epoch", "epochs", "global_step", "step", "_step", "steps", "current_step", "current_steps", "num_updates"),
        *("total_timesteps", "timesteps", "num_timesteps", "iteration", "iter", "iters", "iter_num"),
        *("training_iteration", "轮次", "步数", "迭代", "迭代次数", *ROUNDS),
    )
)
ALSO = frozenset(
    ("reward", "rewards", "return", "returns", "err", "error", "cost", "ap", "ap50", "ap75", "f2", "kappa", "mcc",
     "lpips", "fid", "epe", "top1", "top5", "grad", "gnorm", "logloss", "mlogloss", "crossentropy", "energy", "kld")
)  # fmt: skip
KEYS = frozenset(  # one row a thing: results, not a history
    ("id", "fold", "case", "image", "image_id", "img", "img_id", "patient", "patient_id", "subject", "subject_id",
     "sample", "sample_id", "slice", "frame", "class", "class_id", "category", "category_id", "label", "threshold",
     "thr", "seed", "trial", "run", "run_id", "batch_size", "rank")
)  # fmt: skip


REWARDS = frozenset(("reward", "rewards", "return", "returns", "rew", "ret"))
CLOCKS = frozenset(("time", "elapsed", "seconds", "sec", "wall", "eta", "duration", "runtime", "timestamp"))
BY_CLASS = re.compile(
    r"(?:per|by|each)[ _-]?(?:class|case|image|sample|category|patient)|class[ _-]?wise", re.IGNORECASE
)
FIXED = frozenset(  # what is set or listed, not measured over time
    ("weight", "weights", "threshold", "thresholds", "config", "cfg", "settings", "names", "lambda", "lambdas", "coef",
     "coefs", "scale", "scales", "bins", "matrix", "scores")
)  # fmt: skip
ROWS = frozenset(("idx", "index", "no", "nr", "num", "number", "unnamed_0", "序号", "编号"))
HISTORIES = frozenset(("log", "logs", "history", "train", "training", "progress", "epoch", "epochs", "curve", "curves"))


def checked(table: Table) -> Table:
    """The table, or the table without its columns and a note why it is no log."""
    if not table.columns or (why := no_log(table)) is None:
        return table
    return replace(table, columns={}, notes=[*table.notes, Note(str(table.path), why)])


def no_log(table: Table) -> Text | None:
    """What speaks against a table being a log; None when it may be one."""
    clocks = [name for name in table.columns if counts(name) and _counts_on(table, name)]
    told = speaks(name for name in table.columns if not counts(name))
    if all(map(counts, table.columns)):
        return Text("nothing but counters: not a training log", "只有计数列：不是训练日志")
    if not clocks:
        if table.count == 1:
            return Text(
                "one row of numbers without a step or epoch: a result, not a log",
                "只有一行数值，没有 step 或 epoch：是结果而不是日志",
            )
        key = next((name for name in table.columns if _bare(name) in KEYS and _moves(table, name)), None)
        if key is not None:
            return _by_row(key)
    if not clocks and (why := _each_once(table) or _along_axis(table)):
        return why
    if not clocks and _scores_of_things(table):
        return Text(
            "scores in numbered rows, no step or epoch and no loss: of images rather than of epochs",
            "各行编号并带有分数，没有 step、epoch 或损失：更像每张图像的结果而非各 epoch 的记录",
        )
    if (
        told
        or any(tail(name) in SURE for name in clocks)
        or _monitor(table)
        or (_unnamed(table) and _named_like_log(table))
    ):
        return None
    return Text(
        "no step or epoch, no loss, metric or learning rate among the columns: not a training log",
        "各列中没有 step 或 epoch，也没有损失、指标或学习率：不是训练日志",
    )


def names_curve(stem: str) -> bool:
    """Whether the name of a file says that what is in it was measured again and again: no weights, nothing per case."""
    return speaks([stem]) and BY_CLASS.search(stem) is None and FIXED.isdisjoint(words(stem))


def _each_once(table: Table) -> Text | None:
    """Rows of a data set, a model or a half each, none of which comes twice, are results."""
    if not table.labels or len(table.labels) != table.count:
        return None
    rows = set(zip(table.runs or table.labels, table.labels, strict=True))
    if len(rows) < table.count:
        return None
    return Text(
        f"a row for each of {table.labels[0]!r} and others, no step or epoch: results, not a log",
        f"{table.labels[0]!r} 等各占一行，没有 step 或 epoch：是结果而不是日志",
    )


def _along_axis(table: Table) -> Text | None:
    """Scores along a column in even steps that are no whole numbers (a threshold, a weight), or a ROC curve."""
    said = {name: {*words(name)} for name in table.columns}
    if not set().union(*said.values()).isdisjoint(LOSSES | RATES | REWARDS) or any(map(side_of, table.columns)):
        return None
    if not HISTORIES.isdisjoint(words(table.path.stem)):
        return None
    for name, column in table.columns.items():
        if not said[name].isdisjoint(SCORES | ALSO | CLOCKS) or len(column.rows) < max(3, table.count):
            continue
        gaps = np.diff(column.values)
        even = bool(np.isfinite(gaps).all() and gaps[0] and np.allclose(gaps, gaps[0], rtol=1e-6))
        if even and (column.values != np.floor(column.values)).any():
            return _by_row(name)
    return _by_row("fpr") if {"fpr", "tpr"} <= set(table.columns) else None


def _by_row(key: str) -> Text:
    return Text(
        f"a row for every {key!r} and no step or epoch: results, not a log",
        f"每个 {key!r} 一行，没有 step 或 epoch：是结果而不是日志",
    )


def _scores_of_things(table: Table) -> bool:
    """Whether rows are numbered and hold scores alone, of neither half, in a file that is not called a log."""
    numbered = [name for name in table.columns if _bare(name) in ROWS or tail(name) in INDEX]
    others = [name for name in table.columns if name not in numbered]
    if not numbered or not HISTORIES.isdisjoint(words(table.path.stem)):
        return False
    said = [{*words(name)} for name in others]
    return all(
        one & SCORES and not one & (LOSSES | RATES) and not side_of(name)
        for one, name in zip(said, others, strict=True)
    )


def speaks(names: Iterable[str]) -> bool:
    """Whether one of the names is that of a loss, a metric, a learning rate or a reward."""
    said = {name: {*words(name)} for name in names}
    features = not {"f0", "f3"}.isdisjoint(word for one in said.values() for word in one)  # f1 is no score beside f0
    known = (LOSSES | SCORES | RATES | ALSO) - ({"f1", "f2"} if features else set())
    return any(not one.isdisjoint(known) or _glued(one) or inside(name) for name, one in said.items())


def _glued(said: Iterable[str]) -> bool:
    """``trainloss``, ``meandice``: a known word at the end of another."""
    return any(word.endswith(("loss", "dice", "iou", "acc", "accuracy", "map", "lr")) for word in said)


def _moves(table: Table, name: str) -> bool:
    """Whether a column has more than one value, or the table but one row."""
    values = _finite(table, name)
    return table.count == 1 or bool(len(values) and values.min() != values.max())


def _counts_on(table: Table, name: str) -> bool:
    """Whether a column counts: it has several values, and goes back at no more than a third of its rows."""
    values = _finite(table, name)
    return _moves(table, name) and 3 * int((values[1:] < values[:-1]).sum()) <= len(values)


def _finite(table: Table, name: str) -> Curve:
    values = table.columns[name].values
    return values[np.isfinite(values)]


def _bare(name: str) -> str:
    return "_".join(words(name)).removesuffix("s")


def _monitor(table: Table) -> bool:
    """``r,l,t``: reward, length and time of every episode, as Gym's and Stable Baselines' Monitor write them."""
    return set(table.columns) == {"r", "l", "t"}


def _unnamed(table: Table) -> bool:
    return all(name.startswith("column ") for name in table.columns)


def _named_like_log(table: Table) -> bool:
    """Whether the file's name says what the columns do not."""
    said = words(table.path.stem)
    return speaks([table.path.stem]) or not {
        "log",
        "logs",
        "history",
        "train",
        "training",
        "metrics",
        "progress",
    }.isdisjoint(said)
