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
from kb.parser_words import in_both
from kb.text import Text

_DAMAGED = Text("it is damaged", "已损坏")
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
        notes.append(Note(str(path), damaged(error, count)))


def damaged(error: Exception, count: int = 0) -> Text:
    """What is said of a database that gave out, after ``count`` rows if it gave any."""
    why = in_both(str(error), _DAMAGED)
    after_en, after_zh = (f" after {count} rows", f"，读到第 {count} 行为止") if count else ("", "")
    return Text(f"the database cannot be read{after_en}: {why.en}", f"数据库无法读取{after_zh}：{why.zh}")
