"""Takes the runs out of trackio's database: a row for each call of ``log``, its numbers as JSON."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from diagnose.run import Note
from diagnose.tables.jsontext import parsed
from diagnose.tables.points import is_number
from diagnose.tables.records import as_float
from diagnose.trackers.run_in_database import DatabaseRun, rows
from kb.text import Text

_WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_DEEP = 8


def trackio(
    path: Path, database: sqlite3.Connection, tables: Mapping[str, set[str]], notes: list[Note]
) -> dict[str, DatabaseRun]:
    """The runs by id, or by name in databases of before runs had ids."""
    found: dict[str, DatabaseRun] = {}
    unclear = 0
    columns = f"{_key(tables['metrics'])}, run_name, step, metrics"
    stamp = "timestamp" if "timestamp" in tables["metrics"] else "NULL"
    query = f"SELECT {columns}, {stamp} FROM metrics"  # noqa: S608 - our own words
    for key, name, step, raw, when in rows(path, database, query, notes):
        logged = _parsed(raw)
        if not isinstance(logged, dict) or not isinstance(step, int):
            unclear += 1
            continue
        run = found.setdefault(str(key), DatabaseRun(str(name)))
        wall = _seconds(when)
        for place, value in _numbers("", logged):
            run.points.add(place, step, value, wall)
    if {"run_name", "config"} <= tables.get("configs", set()):
        query = f"SELECT {_key(tables['configs'])}, config FROM configs"  # noqa: S608
        for key, raw in rows(path, database, query, notes):
            if str(key) in found and isinstance(config := _parsed(raw), dict):
                mine = {name: one for name, one in config.items() if not name.startswith("_")}  # _Created, _Username
                found[str(key)].settings.take("", mine)
    if unclear:
        what = Text(f"rows that are not JSON objects: {unclear}; skipped", f"有 {unclear} 行不是 JSON 对象，已跳过")
        notes.append(Note(str(path), what))
    return found


def _key(columns: set[str]) -> str:
    return "run_id" if "run_id" in columns else "run_name"


def _parsed(raw: Any) -> Any:
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    return parsed(text)[0] if isinstance(text, str) else None


def _numbers(name: str, value: Any, depth: int = 0) -> Iterator[tuple[str, float]]:
    """The numbers in one row; an image or a table (an object with a ``_type``) has none."""
    if isinstance(value, dict) and depth < _DEEP and "_type" not in value:
        for key, one in value.items():
            yield from _numbers(f"{name}/{key}" if name else str(key), one, depth + 1)
    elif is_number(value):
        yield name, as_float(value)
    elif isinstance(value, str) and value in _WORDS:
        yield name, _WORDS[value]


def _seconds(when: Any) -> float:
    try:
        return datetime.fromisoformat(when).timestamp()
    except (TypeError, ValueError, OverflowError, OSError):
        return math.nan
