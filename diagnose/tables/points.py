"""Curves kept point by point in JSON: lists of steps beside lists of values, pairs, lists of nothing but numbers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from diagnose.tables.clock import counts
from diagnose.tables.evidence import names_curve, speaks
from diagnose.tables.file_names import HALVES
from kb.text import Text

DEEP = 8  # levels of nesting a curve's name may have
STEPS = ("steps", "step", "x", "iterations", "iteration", "epochs", "epoch")
VALUES = ("values", "value", "y")
TIMES = ("timestamps", "timestamp", "wall_time", "times")
FOLD = re.compile(r"(?:k?[ _-]?fold|seed|run|trial|cv|repeat|experiment|exp)s?[ _-]?\d*", re.IGNORECASE)
Row = Mapping[str, Any]


def rows_of_points(document: Any, stem: str) -> list[Row]:
    """The points of every curve as rows, in order of the step; none when the document is something else.

    A curve that has no name is called ``stem`` after its file, where that is a name of a loss or a score.
    """
    spoken = names_curve(stem)
    if isinstance(document, list) and spoken:
        if len(document) > 1 and all(map(is_number, document)):
            return [{stem: one} for one in document]
        if len(document) > 1 and _are_pairs(document):
            return _joined([(stem, *zip(*document, strict=True))])
        if len(document) > 1 and all(isinstance(one, dict) and set(one) == {"x", "y"} for one in document):
            return [{"step": one["x"], stem: one["y"]} for one in document]
    if isinstance(document, dict) and spoken and len(document) > 1 and all(map(_is_step, document.items())):
        return [{"step": int(key), stem: one} for key, one in document.items()]
    return _joined(_curves(document, "", 0))


def framed(document: Any) -> Any:
    """The rows of a data frame saved as columns and data, as objects; any other document as it is."""
    if isinstance(document, list) and len(document) > 2 and all(isinstance(row, list) for row in document):
        below = {"columns": document[0], "data": document[1:]}  # rows below a header
        return document if (rows := framed(below)) is below else rows
    if isinstance(document, dict) and (rows := _halves(document)):
        return rows
    if not isinstance(document, dict) or not {"columns", "data"} <= set(document):
        return document
    names, data = document["columns"], document["data"]
    if not isinstance(names, list) or not isinstance(data, list) or not all(isinstance(one, str) for one in names):
        return document
    if not all(isinstance(row, list) and len(row) == len(names) for row in data):
        return document
    return [dict(zip(names, row, strict=True)) for row in data]


class Part(NamedTuple):
    """What a JSON file holds of one run, and which run that is where it holds several."""

    document: Any
    what: Text | None = None


def in_folds(document: Any) -> list[Part]:
    """A part for every fold (or seed, or run) of a document that holds a history for each; else the document alone."""
    parts: list[tuple[str, Any]] = []
    if isinstance(document, dict) and all(map(FOLD.fullmatch, document)):
        parts = [(name, one) for name, one in document.items() if _has_lists(one)]
    elif isinstance(document, list) and all(map(_has_lists, document)):
        parts = [(name, one) for one in document if (name := _called(one))]
    if len(parts) < 2 or len(parts) != len(document):
        return [Part(document)]
    return [
        Part(one, Text(f"one of several runs in the file: {name}", f"文件中多次运行之一：{name}"))
        for name, one in parts
    ]


def _has_lists(one: Any) -> bool:
    """Whether an object holds lists of numbers: the curves of one run."""
    if not isinstance(one, dict):
        return False
    lists = {name: value for name, value in one.items() if isinstance(value, list) and len(value) > 1}
    own = any(speaks([str(name)]) and all(map(is_number, value)) for name, value in lists.items())
    return own or any(_has_lists(value) for value in one.values() if isinstance(value, dict))


def _called(one: Row) -> str:
    """Which run an object says it is of; "" when it does not."""
    name = next((name for name in one if FOLD.fullmatch(name) and isinstance(one[name], str | int)), None)
    return "" if name is None else f"{name} {one[name]}"


def _halves(document: Row) -> Any:
    """``{"train": [{...}], "val": [{...}]}`` as rows in order of the step, or as lists; None for anything else."""
    halves = {
        name: rows
        for name, rows in document.items()
        if str(name).lower() in HALVES and isinstance(rows, list) and rows and all(map(_is_row, rows))
    }
    if not halves:
        return None
    first = next(iter(halves.values()))[0]
    clock = next((name for name in first if counts(name)), None)
    if clock is None or not all(is_number(one.get(clock)) for rows in halves.values() for one in rows):
        names = {half: list(dict.fromkeys(name for one in rows for name in one)) for half, rows in halves.items()}
        return {f"{half}/{name}": [one.get(name) for one in halves[half]] for half in halves for name in names[half]}
    merged: dict[float, dict[str, Any]] = {}
    for half, rows in halves.items():
        for one in rows:
            row = merged.setdefault(one[clock], {clock: one[clock]})
            row |= {f"{half}/{name}": value for name, value in one.items() if name != clock}
    return [merged[step] for step in sorted(merged)]


def _is_row(one: Any) -> bool:
    return isinstance(one, dict)


def is_number(one: Any) -> bool:
    """Whether a JSON value is a point: a number, and not true or false."""
    return isinstance(one, int | float) and not isinstance(one, bool)


def are_pairs(values: Sequence[Any]) -> bool:
    """Whether a list is one of ``[step, value]``, in order of the step."""
    return _are_pairs(values) and all(isinstance(one[0], int) for one in values)


def _are_pairs(values: Sequence[Any]) -> bool:
    if not all(isinstance(one, list) and len(one) == 2 and all(map(is_number, one)) for one in values):
        return False
    return all(a[0] < b[0] for a, b in itertools.pairwise(values))


def _is_step(item: tuple[str, Any]) -> bool:
    return item[0].isascii() and item[0].isdecimal() and len(item[0]) < 16 and is_number(item[1])


def _curves(document: Any, prefix: str, depth: int) -> Iterator[tuple[Any, ...]]:
    """Every curve in a document: its name, its steps, its values, and its times if they are there."""
    if depth > DEEP:
        return
    if isinstance(document, list):
        named = [one for one in document if isinstance(one, dict) and isinstance(one.get("name"), str)]
        for one in named if len(named) == len(document) else ():
            yield from _curves(one, f"{prefix}/{one['name']}" if prefix else one["name"], depth + 1)
    elif isinstance(document, dict):
        lists = {name: one for name, one in document.items() if isinstance(one, list)}
        steps = next((lists[name] for name in STEPS if name in lists), None)
        values = next((list(map(_bare, lists[name])) for name in VALUES if name in lists), None)
        if prefix and steps and values and len(steps) == len(values) and all(map(is_number, steps)):
            times = next((lists[name] for name in TIMES if name in lists and len(lists[name]) == len(steps)), [])
            yield (prefix, steps, values, *([times] if times else []))
            return
        for name, one in document.items():
            yield from _curves(one, f"{prefix}/{name}" if prefix else str(name), depth + 1)


def _bare(one: Any) -> Any:
    """A number that Sacred wrote with its type around it."""
    return one["value"] if isinstance(one, dict) and "py/object" in one and "value" in one else one


def _joined(curves: Any) -> list[Row]:
    """Curves side by side, a row for every step; a step that a curve holds twice has two."""
    rows: dict[tuple[float, int], dict[str, Any]] = {}
    for name, steps, values, *times in curves:
        seen: dict[float, int] = {}
        for at, (step, value) in enumerate(zip(steps, values, strict=True)):
            seen[step] = seen.get(step, -1) + 1
            row = rows.setdefault((step, seen[step]), {"step": step})
            row[name] = value
            if times and (seconds := _seconds(times[0][at])) is not None:
                row.setdefault("timestamp", seconds)
    return [rows[key] for key in sorted(rows)]


def _seconds(time: Any) -> float | None:
    """Seconds since 1970 of a number or of a date in ISO's form; a date without a zone counts as UTC."""
    if is_number(time):
        return float(time)
    try:
        moment = datetime.fromisoformat(time)
        return (moment if moment.tzinfo else datetime.fromisoformat(f"{time}+00:00")).timestamp()
    except (TypeError, ValueError, OverflowError, OSError):
        return None
