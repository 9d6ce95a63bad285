"""Names columns that say too little (``Value``, ``train``, none at all) after their file, where that says more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from diagnose.run import Curve
from diagnose.tables.clock import counts, tail
from diagnose.tables.evidence import CLOCKS, SURE, names_curve
from diagnose.tables.naming import LOSSES, RATES, SCORES, is_told, words
from diagnose.tables.table import WALLS, Column, Table

EMPTY = frozenset(("value", "values", "y", "val", "0", "metric", "metric_value", "scalar"))  # what says nothing
HALVES = frozenset(("train", "training", "trn", "tr", "val", "valid", "validation", "eval", "dev", "test", "testing"))
LOGS = frozenset(("log", "logs", "history", "train", "training", "progress"))
UNNAMED = re.compile(r"column \d+")
MILLISECONDS = 1e11  # more than any count of seconds since 1970


def named_by_file(table: Table) -> Table:
    """The table with ``Value`` in ``val_loss.csv`` called ``val_loss``, and ``train`` in ``loss.csv`` ``train/loss``.

    In a file without a header called so, a first column of rising whole numbers is the step.
    """
    stem = table.path.stem.split(".")[0]
    said = not LOGS.isdisjoint(words(stem))
    if not names_curve(stem):
        return replace(table, columns=dict(_counted(table))) if said and len(table.columns) > 1 else table
    columns = dict(_counted(table))
    told = [name for name in columns if not counts(name) and tail(name) == "" and not _is_time(name)]
    halves = [name for name in told if name.strip().lower() in HALVES]
    if len(told) == 1 and (told[0].strip().lower() in EMPTY or UNNAMED.fullmatch(told[0])):
        names = {told[0]: stem}
    elif halves and HALVES.isdisjoint(words(stem)) and not {one.lower() for one in HALVES} & set(words(stem)):
        names = {name: f"{name}/{stem}" for name in halves}
    else:
        names = _measured(told, stem) if any(tail(name) in SURE for name in columns) else {}
    if any(name in columns for name in names.values()):
        return table
    return replace(table, columns={names.get(name, name): one for name, one in columns.items()})


def _measured(told: list[str], stem: str) -> dict[str, str]:
    """New names of columns called after data sets or parts, in a file called after what was measured of them."""
    core = [word for word in words(stem) if word not in LOGS]
    if len(told) < 2 or not core or not set(core) <= LOSSES | SCORES | HALVES:
        return {}
    if any(is_told(name) or not RATES.isdisjoint(words(name)) for name in told):
        return {}
    return {name: f"{name}/{'_'.join(core)}" for name in told if CLOCKS.isdisjoint(words(name))}


def _counted(table: Table) -> Iterator[tuple[str, Column]]:
    """The columns; of those without a name a first one that counts is called ``step``, and one of times so."""
    unnamed = len(table.columns) > 1 and all(map(UNNAMED.fullmatch, table.columns))
    for at, (name, column) in enumerate(table.columns.items()):
        if unnamed and not at and _counts_up(column.values):
            yield "step", column
        elif unnamed and at and len(column.values) and column.values.min() > MILLISECONDS:
            yield "timestamp", column
        else:
            yield name, column


def _counts_up(values: Curve) -> bool:
    """Whether values are whole numbers from 0 upwards, each above the one before."""
    return bool(
        len(values) > 2 and values[0] >= 0 and (values == np.floor(values)).all() and (np.diff(values) > 0).all()
    )


def _is_time(name: str) -> bool:
    return name.strip().lower().replace(" ", "_") in WALLS
