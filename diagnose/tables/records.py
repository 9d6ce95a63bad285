"""Parsed JSON into a table: which part of it is a history, and which of its values are points."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from diagnose.run import Note
from diagnose.tables.clock import counts
from diagnose.tables.table import LABELS, SPLITS, Column, Table
from kb.text import Text

DEEP = 8  # levels of nesting a metric's name may have
SHORT = 10  # numbers in a list that a configuration may well hold
HISTORIES = ("log_history", "history", "logs", "log", "metrics", "results", "records", "epochs", "data")
NUMBERED = re.compile(r"(?:(epoch|step|iter|iteration)[ _-]?)?(\d+)", re.IGNORECASE)
Row = Mapping[str, Any]


def tabled(path: Path, form: str, rows: Sequence[Row], lines: Sequence[int] = (), notes: Sequence[Note] = ()) -> Table:
    """One table out of objects that each hold some numbers; nested names are joined with ``/``."""
    flat = [dict(_leaves(row)) for row in rows]
    split = _split(flat)
    clocked = [any(counts(name) and is_number(one) for name, one in row.items()) for row in flat]
    settings: dict[str, Any] = {}
    first = clocked.index(True) if any(clocked) else 0
    for row in flat[:first]:  # mmcv and mmengine begin with a line on the machine and the seed
        settings.update(row)
    kept = [at for at in range(first, len(flat)) if any(is_number(one) for one in flat[at].values())]
    found: dict[str, tuple[list[int], list[float]]] = {}
    things: dict[str, set[str]] = {}
    for place, at in enumerate(kept):
        for name, one in flat[at].items():
            if is_number(one):
                places, values = found.setdefault(name.strip(), ([], []))
                if not places or places[-1] != place:  # two names that differ only in blanks
                    places.append(place)
                    values.append(as_float(one))
            elif isinstance(one, str) and name != split:
                things.setdefault(name, set()).add(one[:200])
    said = list(notes)
    if why := _no_log(things, len(kept), clocked=any(clocked)):
        said.append(Note(str(path), why))
        found = {}
    columns = {
        name: Column(np.array(places, dtype=np.int64), np.array(values, dtype=np.float64))
        for name, (places, values) in found.items()
    }
    labels = [str(flat[at].get(split, "")) for at in kept] if split is not None else []
    where = [lines[at] for at in kept] if lines else []
    return Table(path, form, len(kept), columns, where, labels, (), said, settings)


def documented(path: Path, form: str, document: Any, notes: Sequence[Note] = ()) -> Table:
    """A whole JSON file as a table: rows, named lists, TensorBoard's triples, or nothing and why."""
    if isinstance(document, list) and document and all(_is_event(one) for one in document):
        every = np.arange(len(document))
        wall, step, value = (np.array([as_float(one[at]) for one in document]) for at in range(3))
        name = path.stem.split("-tag-", 1)[-1]  # the download carries the tag in its file name
        columns = {"wall_time": Column(every, wall), "step": Column(every, step), name: Column(every, value)}
        return Table(path, form, len(document), columns, notes=notes)
    history = history_in(document)
    if isinstance(history, list):
        return tabled(path, form, history, (), notes)
    if history is None:
        what = Text("JSON, but no training history in it", "是 JSON，但其中没有训练历史")
        return Table(path, form, 0, {}, notes=notes or [Note(str(path), what)])
    columns = {}
    for name, values in history.items():
        rows = [at for at, one in enumerate(values) if is_number(one)]
        columns[name.strip()] = Column(np.array(rows, np.int64), np.array([as_float(values[at]) for at in rows]))
    lengths = sorted({len(values) for values in history.values()})
    if len(lengths) > 1:
        sizes = ", ".join(map(str, lengths))
        what = Text(
            f"lists of different lengths ({sizes}); each is counted from its own start",
            f"各列表长度不同（{sizes}）；各自从头计步",
        )
        notes = [*notes, Note(str(path), what)]
    return Table(path, form, lengths[-1], columns, notes=notes)


def history_in(document: Any, depth: int = 0) -> list[Row] | dict[str, list[Any]] | None:
    """The rows, or the named lists, of a JSON document that is a history; None when it is something else."""
    if isinstance(document, list):
        return [one for one in document if isinstance(one, dict)] or None
    if not isinstance(document, dict):
        return None
    for name in HISTORIES:
        inner = document.get(name)
        inner_rows = isinstance(inner, list) and any(isinstance(one, dict) for one in inner)
        if (inner_rows or isinstance(inner, dict)) and depth < DEEP and (found := history_in(inner, depth + 1)):
            return found
    if rows := _numbered_rows(document):
        return rows
    lists = {name: one for name, one in _lists(document) if one and sum(map(is_number, one)) * 2 > len(one)}
    others = sum(not isinstance(one, list | dict) for one in document.values())
    if others > len(lists) and max(map(len, lists.values()), default=0) < SHORT:
        return None  # a configuration with an image size and a mean in it
    return lists or None


def is_number(one: Any) -> bool:
    """Whether a JSON value is a point: a number, and not true or false."""
    return isinstance(one, int | float) and not isinstance(one, bool)


def as_float(one: float) -> float:
    """The number as a float; whole numbers beyond its range become infinite, as they would in training."""
    try:
        return float(one)
    except OverflowError:
        return float("inf") if one > 0 else float("-inf")


def _split(flat: Sequence[Row]) -> str | None:
    """The key that files each row under a word (``mode``: train or val), when there are few such words."""
    words: dict[str, set[str]] = {}
    for row in flat:
        for name in SPLITS:
            if isinstance(one := row.get(name), str):
                words.setdefault(name, set()).add(one)
    return next((name for name, found in words.items() if len(found) <= LABELS), None)


def _leaves(row: Row, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    for name, one in row.items():
        full = f"{prefix}/{name}" if prefix else str(name)
        if isinstance(one, dict):
            if depth < DEEP:
                yield from _leaves(one, full, depth + 1)
        elif one is not None:
            yield full, one


def _lists(document: Row, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, list[Any]]]:
    for name, one in document.items():
        full = f"{prefix}/{name}" if prefix else str(name)
        if isinstance(one, list):
            yield full, one
        elif isinstance(one, dict) and depth < DEEP:
            keys = [NUMBERED.fullmatch(key) for key in one]
            if one and all(keys):  # how pandas writes a column: {"0": 0.9, "1": 0.7}
                yield full, list(one.values())
            else:
                yield from _lists(one, full, depth + 1)


def _is_event(one: Any) -> bool:
    """A ``[wall time, step, value]`` of TensorBoard's JSON download."""
    return isinstance(one, list) and len(one) == 3 and all(map(is_number, one)) and as_float(one[0]) > 1e8


def _numbered_rows(document: Row) -> list[Row]:
    """``{"1": {"loss": 0.9}, "epoch_2": {...}}`` as rows with a clock."""
    rows: list[Row] = []
    for key, one in document.items():
        match = NUMBERED.fullmatch(key)
        if match is None or not isinstance(one, dict) or len(match[2]) > 15:
            return []
        rows.append({(match[1] or "epoch").lower(): int(match[2]), **one})
    return rows


def _no_log(things: Mapping[str, set[str]], rows: int, *, clocked: bool) -> Text | None:
    if clocked:
        return None
    if rows == 1:
        return Text(
            "one object of numbers without a step or epoch: a result, not a log",
            "只有一组数值，没有 step 或 epoch：是结果而不是日志",
        )
    name = next((name for name, words in things.items() if len(words) > max(2, rows // 2)), None)
    if name is None:
        return None
    return Text(
        f"a list of things ({name!r}) without a step or epoch: not a training log",
        f"这是一份清单（{name!r}），没有 step 或 epoch：不是训练日志",
    )
