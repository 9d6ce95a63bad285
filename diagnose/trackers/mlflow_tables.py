"""Takes the runs out of MLflow's database (tables metrics, params, runs)."""

from __future__ import annotations

import math
import sqlite3
import sys
from collections.abc import Mapping
from pathlib import Path

from diagnose.run import Note
from diagnose.trackers.run_in_database import DatabaseRun, rows
from kb.foreign_yaml import typed
from kb.text import Text

OWN_TAGS = "mlflow."  # what MLflow notes of itself: user, source, commit
_LARGEST = sys.float_info.max  # what MLflow stores for infinity


def mlflow(
    path: Path, database: sqlite3.Connection, tables: Mapping[str, set[str]], notes: list[Note]
) -> dict[str, DatabaseRun]:
    """The runs by id, without those that were deleted in MLflow."""
    found: dict[str, DatabaseRun] = {}
    deleted: set[str] = set()
    if {"run_uuid", "name"} <= tables.get("runs", set()):
        stage = "lifecycle_stage" if "lifecycle_stage" in tables["runs"] else "''"
        for key, name, state in rows(path, database, f"SELECT run_uuid, name, {stage} FROM runs", notes):  # noqa: S608
            if state == "deleted":
                deleted.add(str(key))
            else:
                found[str(key)] = DatabaseRun(str(name or ""))
    columns = [
        name if name in tables["metrics"] else fill
        for name, fill in (("step", "0"), ("is_nan", "0"), ("timestamp", "NULL"))
    ]
    query = f"SELECT run_uuid, key, value, {', '.join(columns)} FROM metrics"  # noqa: S608 - our own words
    unclear = 0
    for key, name, value, step, is_nan, stamp in rows(path, database, query, notes):
        if str(key) in deleted:
            continue
        if not (isinstance(value, int | float) and isinstance(step, int)):
            unclear += 1
            continue
        number = math.nan if is_nan else float(value)
        number = math.copysign(math.inf, number) if abs(number) >= _LARGEST else number
        wall = stamp / 1000 if isinstance(stamp, int | float) else math.nan
        found.setdefault(str(key), DatabaseRun()).points.add(str(name), step, number, wall)
    if {"run_uuid", "key", "value"} <= tables.get("params", set()):
        for key, name, value in rows(path, database, "SELECT run_uuid, key, value FROM params", notes):
            if str(key) in found:
                found[str(key)].settings.take(str(name), typed(value) if isinstance(value, str) else value)
    if {"run_uuid", "key", "value"} <= tables.get("tags", set()):
        for key, name, value in rows(path, database, "SELECT run_uuid, key, value FROM tags", notes):
            if (
                str(key) in found
                and not str(name).startswith(OWN_TAGS)
                and str(name) not in found[str(key)].settings.values
            ):
                found[str(key)].settings.take(str(name), value)
    if unclear:
        notes.append(
            Note(
                str(path),
                Text(f"metrics that are no numbers: {unclear}; skipped", f"有 {unclear} 个指标不是数字，已跳过"),
            )
        )
    if deleted:
        notes.append(
            Note(str(path), Text(f"deleted runs left out: {len(deleted)}", f"已略过被删除的运行：{len(deleted)} 个"))
        )
    return found
