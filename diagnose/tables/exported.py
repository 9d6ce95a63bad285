"""Takes a chart downloaded from W&B apart: it holds several runs side by side, and every number three times."""

from __future__ import annotations

import re
from dataclasses import replace

from diagnose.run import Note
from diagnose.tables.clock import counts
from diagnose.tables.table import Column, Table
from kb.text import Text

BOUND = re.compile(r"__(?:MIN|MAX)$")
OF_RUN = re.compile(r"(?P<run>.+?) - (?P<tag>.+)")


def runs_exported(table: Table) -> list[Table]:
    """A table for every run in a chart downloaded from W&B, its columns named as the run logged them; else the table.

    W&B writes ``run - tag`` with ``run - tag__MIN`` and ``__MAX``, the same numbers again where nothing was averaged.
    """
    bounds = [name for name in table.columns if BOUND.search(name)]
    if not bounds:
        return [table]
    clocks = {name: column for name, column in table.columns.items() if counts(name)}
    by_run: dict[str, dict[str, Column]] = {}
    for name, column in table.columns.items():
        if name not in clocks and name not in bounds:
            match = OF_RUN.fullmatch(name)
            run, tag = (match["run"], match["tag"]) if match else ("", name)
            by_run.setdefault(run, {})[tag] = column
    what = Text(
        f"downloaded from W&B: {len(by_run)} runs side by side; __MIN and __MAX left out",
        f"从 W&B 下载的图表：并列着 {len(by_run)} 次运行；略去 __MIN 和 __MAX 列",
    )
    notes = [*table.notes, Note(str(table.path), what)]
    found = [replace(table, columns={**clocks, **columns}, notes=[]) for columns in by_run.values()]
    return [replace(found[0], notes=notes), *found[1:]] if found else [table]
