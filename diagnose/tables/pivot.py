"""Turns a long table (``step,tag,value``, a number a row), as Comet, Aim and pandas leave it, into a wide one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np

from diagnose.run import Curve
from diagnose.tables.clock import INDEX, best, counts, tail
from diagnose.tables.table import Column, Table
from diagnose.tables.timeline import Ints

TAGS = frozenset(("tag", "metric", "metric_name", "metricname", "name", "key", "variable", "measure", "scalar"))
VALUES = frozenset(("value", "values", "metric_value", "metricvalue", "y"))
HALVES = frozenset(("train", "training", "val", "valid", "validation", "eval", "test"))
MANY = 256  # names of a column beyond which it lists things: files, images


def plain(name: str) -> str:
    """A column's name in small letters, its words joined by ``_``: ``run.name`` -> ``run_name``."""
    return re.sub(r"[\W_]+", "_", name.strip().lower()).strip("_")


def tag_of(names: Iterable[str]) -> str | None:
    """The column that says what the number of each row measures, where there is one of values and one that counts."""
    every = list(names)
    if not any(map(counts, every)) or not any(plain(name) in VALUES for name in every):
        return None
    return next((name for name in every if plain(name) in TAGS), None)


def pivoted(table: Table, tags: Sequence[str]) -> Table:
    """The table with a column for every tag in place of that of values, a row for every step of a run.

    ``tags`` has a word for every row. Runs that stand one after another stay so, and so do restarts of one.
    """
    value = next((name for name in table.columns if plain(name) in VALUES), None)
    words = [word for word in dict.fromkeys(tags) if word]
    clocks = {name: one.dense(table.count) for name, one in table.columns.items() if tail(name)}
    clock = best(clocks, table.count)
    if value is None or not clock or not 0 < len(words) <= MANY:
        return table
    table = _halved(table)
    time = _filled(clocks[clock])
    run, label, tag = (_numbered(some, table.count) for some in (table.runs, table.labels, tags))
    begun, again = _places(time, np.stack([run, label, tag], 1))
    order = np.lexsort((label, again, time, begun, run))
    keys = np.stack([run, begun, time, again, label], 1)[order]
    fresh = np.concatenate([[True], (np.diff(keys, axis=0) != 0).any(axis=1)])
    place = np.empty(table.count, np.int64)
    place[order] = np.cumsum(fresh) - 1
    first = order[fresh]
    kept = {name: one for name, one in table.columns.items() if name != value and tail(name) not in INDEX}
    columns = {name: _at(one, place) for name, one in kept.items()}
    held, which = table.columns[value], tag[table.columns[value].rows]
    for word in words:
        mine = which == tags.index(word)
        if mine.any():
            columns[_name(word, columns)] = _at(Column(held.rows[mine], held.values[mine]), place)
    return replace(
        table,
        count=len(first),
        columns=columns,
        lines=[table.lines[row] for row in first.tolist()] if len(table.lines) else (),
        labels=[table.labels[row] for row in first.tolist()] if table.labels else (),
        runs=[table.runs[row] for row in first.tolist()] if table.runs else (),
        restarts=(),
    )


def _halved(table: Table) -> Table:
    """Runs called ``exp/train`` and ``exp/validation`` are one run in two halves, as TensorBoard names its folders."""
    halves = [word.rpartition("/") for word in table.runs]
    if table.labels or not halves or not all(half.lower() in HALVES for _, _, half in halves):
        return table
    return replace(table, runs=[run for run, _, _ in halves], labels=[half for _, _, half in halves])


def _numbered(words: Sequence[str], count: int) -> Ints:
    """Each word's number: the row it is first on; noughts where there are no words."""
    first: dict[str, int] = {}
    found = [first.setdefault(word, row) for row, word in enumerate(words)]
    return np.array(found or [0] * count, np.int64)


def _filled(values: Curve) -> Curve:
    """The values, that of the row before where there is none."""
    known = np.isfinite(values)
    last = np.maximum.accumulate(np.where(known, np.arange(len(values)), -1))
    return np.where(last >= 0, values[np.maximum(last, 0)], 0.0)


def _places(time: Curve, keys: Ints) -> tuple[Ints, Ints]:
    """Of every row, how often its curve had started over before it, and how often its step was there already."""
    begun, again = np.zeros(len(time), np.int64), np.zeros(len(time), np.int64)
    order = np.lexsort((np.arange(len(time)), *keys.T))
    ends = np.flatnonzero((np.diff(keys[order], axis=0) != 0).any(axis=1)) + 1
    for rows in np.split(order, ends):
        gaps = np.diff(time[rows])
        if 2 * (gaps < 0).sum() <= len(gaps):  # else written the other way round
            begun[rows[1:]] = np.cumsum(gaps < 0)
        seen: dict[tuple[int, float], int] = {}
        for row in rows.tolist():
            key = (int(begun[row]), float(time[row]))
            again[row] = seen.get(key, 0)
            seen[key] = int(again[row]) + 1
    return begun, again


def _at(column: Column, place: Ints) -> Column:
    """A column with its cells at other rows, the first cell of a row counting."""
    rows, first = np.unique(place[column.rows], return_index=True)
    return Column(rows, column.values[first])


def _name(word: str, taken: Collection[str]) -> str:
    return f"{word} (value)" if word in taken else word
