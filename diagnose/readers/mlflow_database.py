"""Reads the SQLite files of MLflow (``mlflow.db``) and trackio; opened read-only, one trace for every run in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import numpy as np

from diagnose.run import Note, Series, Trace
from diagnose.trackers.mlflow_tables import mlflow
from diagnose.trackers.run_in_database import WRONG, DatabaseRun, damaged
from diagnose.trackers.trackio_tables import trackio
from diagnose.trackers.write_ahead import log_of, merged
from kb.refused import unreadable
from kb.text import Text

FORMAT = "mlflow_database"
MAGIC = b"SQLite format 3\0"


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001 - the content alone decides
    """Whether it is a SQLite file, of whatever kind."""
    return head.startswith(MAGIC)


def read(path: Path) -> list[Trace]:
    """The metrics and parameters of every run; each has a path of its own, the file's and the run's name below it."""
    try:
        with path.open("rb") as file:
            head = file.read(len(MAGIC))
    except OSError as error:
        return [_nothing(path, unreadable(error))]
    if head != MAGIC:
        what = Text("not a SQLite file", "不是 SQLite 文件") if head else Text("the file is empty", "文件是空的")
        return [_nothing(path, what)]
    notes: list[Note] = []
    try:
        with closing(_opened(path, notes)) as database:
            runs = _runs(path, database, notes)
    except OSError as error:
        return [_nothing(path, unreadable(error))]
    except WRONG as error:
        return [_nothing(path, damaged(error))]
    if runs is None:
        return [
            _nothing(
                path, Text("a SQLite file, but not of MLflow or trackio", "是 SQLite 文件，但不是 MLflow 或 trackio 的")
            )
        ]
    with_points = {name: run for name, run in runs.items() if run.points}
    if not with_points:
        notes.append(
            Note(str(path), Text("no training signal in it: no run has metrics", "其中没有训练数据：没有记录任何指标"))
        )
        return [Trace(path, FORMAT, notes=tuple(notes))]
    traces = []
    for name, run in zip(_names(with_points), with_points.values(), strict=True):
        said = [*notes, *run.settings.notes(str(path))]
        notes = []  # those on the file go with its first run
        traces.append(
            Trace(path / name, FORMAT, run.points.series(str(path)), settings=run.settings.values, notes=tuple(said))
        )
    return traces


def _opened(path: Path, notes: list[Note]) -> sqlite3.Connection:
    """The file as it is now, with its log; ``immutable`` keeps SQLite from making lock and log files beside it."""
    whole = merged(path)
    if whole is not None:
        database = sqlite3.connect(":memory:")
        database.deserialize(whole.data)
        notes.append(_with_log(path, whole.pages))
    else:
        database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        notes += _unsaved(path)
    database.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return database


def _runs(path: Path, database: sqlite3.Connection, notes: list[Note]) -> dict[str, DatabaseRun] | None:
    """The runs by id; None when the tables are of another program."""
    tables = {
        name: {column[1] for column in database.execute(f"PRAGMA table_info({name})")}
        for name in ("metrics", "params", "tags", "configs", "runs")
        if _is_table(database, name)
    }
    has = tables.get("metrics", set())
    if {"key", "value", "run_uuid"} <= has:
        return mlflow(path, database, tables, notes)
    if {"run_name", "step", "metrics"} <= has:
        return trackio(path, database, tables, notes)
    return None


def _is_table(database: sqlite3.Connection, name: str) -> bool:
    """Whether a real table has this name: a view could run any query, without end."""
    query = "SELECT count(*) FROM sqlite_master WHERE name = ? AND sql LIKE 'CREATE TABLE %'"
    return bool(database.execute(query, (name,)).fetchone()[0])


def _names(runs: dict[str, DatabaseRun]) -> Iterable[str]:
    """What each run is called, as one part of a path; its id goes with names that several have."""
    plain = [
        "".join(one if one.isalnum() or one in " .-_" else "-" for one in run.name).strip(". ") for run in runs.values()
    ]
    for name, key in zip(plain, runs, strict=True):
        short = "".join(one for one in key if one.isalnum())[:8]
        yield name if name and plain.count(name) == 1 else f"{name}-{short}".strip("-") or "run"


def _with_log(path: Path, pages: int) -> Note:
    name = log_of(path).name
    what = Text(
        f"read with {pages} pages of {name}: the program that writes has not ended, or was stopped hard",
        f"连同 {name} 中的 {pages} 页一起读取：写入程序尚未结束，或曾被强行中止",
    )
    return Note(str(path), what)


def _unsaved(path: Path) -> list[Note]:
    """Says so when changes lie in a log that is not read, or a change was broken off half-way."""
    said = []
    for log in (log_of(path), path.with_name(f"{path.name}-journal")):
        try:
            size = log.stat().st_size
        except OSError:
            continue
        if size and log.suffix.endswith("-wal"):
            what = Text(
                f"the newest points may still be in {log.name}, of which no whole change could be read",
                f"最新的数据点可能还在 {log.name} 中，但从中读不出完整的改动",
            )
            said.append(Note(str(path), what))
        elif size and _begins(log) != b"\0":  # a journal that was ended has its head wiped
            what = Text(
                f"{log.name} lies beside it: a change was broken off half-way, and the newest points may be wrong",
                f"旁边有 {log.name}：一次写入中途中断，最新的数据点可能有误",
            )
            said.append(Note(str(path), what))
    return said


def _begins(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(1)


def _nothing(path: Path, why: Text) -> Trace:
    return Trace(path, FORMAT, notes=(Note(str(path), why),))


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Two runs of MLflow, one with a NaN, stored as 0 and marked."""
    path = folder / "mlflow.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA page_size = 512")  # keeps the example small
        database.execute("CREATE TABLE runs (run_uuid TEXT, name TEXT, lifecycle_stage TEXT)")
        database.execute("CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT)")
        database.execute(
            "CREATE TABLE metrics (key TEXT, value FLOAT, timestamp BIGINT, run_uuid TEXT, step BIGINT, is_nan BOOLEAN)"
        )
        database.executemany("INSERT INTO runs VALUES (?, ?, 'active')", [("a1", "calm-owl"), ("b2", "red-fox")])
        database.execute("INSERT INTO params VALUES ('lr', '1e-3', 'a1')")
        rows = [("a1", 0, 0.5, 0), ("a1", 1, 0.0, 1), ("b2", 0, 0.75, 0)]
        database.executemany(
            "INSERT INTO metrics VALUES ('loss', ?, 1700000000000, ?, ?, ?)", [(v, r, s, n) for r, s, v, n in rows]
        )
        database.commit()
    wall = np.array([1.7e9, 1.7e9])
    first = Series("loss", np.array([0, 1], np.int64), np.array([0.5, np.nan]), wall, str(path))
    second = Series("loss", np.array([0], np.int64), np.array([0.75]), wall[:1], str(path))
    return path, [
        Trace(path / "calm-owl", FORMAT, (first,), settings={"lr": 0.001}),
        Trace(path / "red-fox", FORMAT, (second,)),
    ]
