"""Lines that a script prints and logs into one file stand there twice, one below the other: they are read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from diagnose.run import Note
from diagnose.tables.clock import FINE, tail
from kb.text import Text

if TYPE_CHECKING:
    from diagnose.tables.table import Table

FEW = 6  # rows with a step; fewer may be alike by chance
MANY = 1 / 3  # share of such rows that must repeat the one above; evaluations between them may come once


def once(table: Table) -> Table:
    """The table without the rows that say again what the row above says, step and all, if nearly every step does."""
    steps = next((one for name, one in table.columns.items() if tail(name) in FINE and len(one.rows) >= FEW), None)
    if steps is None or table.labels or table.runs:
        return table
    if (np.diff(steps.values) == 0).sum() < MANY * len(steps.rows):
        return table
    held, same = np.zeros(table.count, np.int64), np.zeros(table.count, np.int64)
    for column in table.columns.values():
        held[column.rows] += 1
        mine, before = column.values[1:], column.values[:-1]
        alike = (np.diff(column.rows) == 1) & ((mine == before) | (np.isnan(mine) & np.isnan(before)))
        same[column.rows[1:][alike]] += 1
    twins = np.append(False, (same[1:] == held[1:]) & (held[1:] == held[:-1]))
    if twins[steps.rows].sum() < MANY * len(steps.rows):
        return table
    first = int(np.argmax(twins))
    what = Text(
        f"lines that repeat the line above, as of a script that prints and logs: {int(twins.sum())}; read once",
        f"有 {int(twins.sum())} 行重复了上一行（脚本既打印又写日志）；只读一次",
    )
    return table.of_rows(np.flatnonzero(~twins), [*table.notes, Note(str(table.path), what, table.line(first))])
