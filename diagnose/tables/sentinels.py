"""The -1 that stands for "not measured": left out, and said so, where a table or a metric uses it that way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from diagnose.run import Note
from diagnose.tables.clock import counts
from diagnose.tables.naming import never_negative
from diagnose.tables.table import Column, Table
from diagnose.tables.timeline import Ints
from kb.text import Text


def measured(table: Table) -> Table:
    """The table without the cells of -1 that say nothing.

    A script that marks its last row with an epoch of -1 (totals, no epoch) fills what a row did not measure
    with -1 too; COCO's evaluation gives -1 for objects of a size, or of a class, that the data set has not.
    Columns with other negative numbers are left alone: there -1 is a value.
    """
    totals = any(counts(name) and _ends_with_totals(column) for name, column in table.columns.items())
    columns, emptied = dict(table.columns), []
    for name, column in table.columns.items():
        if counts(name) or not (totals or never_negative(name)):
            continue
        spare = column.values == -1
        if spare.any() and not (column.values[~spare] < 0).any():
            columns[name] = Column(column.rows[~spare], column.values[~spare])
            emptied.append((name, int(spare.sum())))
    if not emptied:
        return table
    unmeasured = np.unique(np.concatenate([_marked(table.columns[name]) for name, _ in emptied]))
    for name, column in columns.items():  # what was not measured in a row was not in its other columns either
        spare = column.values == -1
        if counts(name) or spare.sum() < 2 or (column.values[~spare] < 0).any() or spare.all():
            continue
        if np.isin(column.rows[spare], unmeasured).all():
            columns[name] = Column(column.rows[~spare], column.values[~spare])
            emptied.append((name, int(spare.sum())))
    count, names = sum(number for _, number in emptied), ", ".join(name for name, _ in emptied)
    what = Text(
        f"cells of -1 mean 'not measured' here and are left out: {count} (in {names})",
        f"此处的 -1 表示“未测量”，已略去 {count} 个单元格（{names}）",
    )
    kept = {name: column for name, column in columns.items() if len(column.rows)}
    return replace(table, columns=kept, notes=[*table.notes, Note(str(table.path), what)])


def _marked(column: Column) -> Ints:
    marked: Ints = column.rows[column.values == -1]
    return marked


def _ends_with_totals(column: Column) -> bool:
    """Whether a counter that began at nought or above says -1 later."""
    values = column.values
    return bool(len(values) > 1 and values[0] >= 0 and (values[1:] == -1).any())
