"""One run of a tracker's database while its rows are gathered, and how rows are taken until the file gives out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from diagnose.run import Note
from diagnose.trackers.plain import Plain
from diagnose.trackers.points import Points
from kb.text import Text

WRONG = (sqlite3.Error, UnicodeError)  # what sqlite3 raises on damage; a broken name breaks its own message


@dataclass
class DatabaseRun:
    """What a run is called, what it logged and how it was set."""

    name: str = ""
    points: Points = field(default_factory=Points)
    settings: Plain = field(default_factory=Plain)


def rows(path: Path, database: sqlite3.Connection, query: str, notes: list[Note]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query in the order they were written; a damaged page ends them, with a note."""
    count = 0
    try:
        for row in database.execute(query):
            count += 1
            yield row
    except WRONG as error:
        what = Text(f"the database is damaged after {count} rows: {error}", f"数据库在 {count} 行之后损坏：{error}")
        notes.append(Note(str(path), what))
