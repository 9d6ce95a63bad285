"""Reads tables of numbers: CSV, TSV and semicolon files, as Ultralytics, Lightning, Keras and people write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from diagnose.run import Note, Series, Trace
from diagnose.tables.decode import decoded, is_binary
from diagnose.tables.sheet import looks_tabular, sheets
from diagnose.tables.table import traces
from kb.text import Text

FORMAT = "csv"
NAMES = (".csv", ".tsv")


def sniff(path: Path, head: bytes) -> bool:
    """A .csv or .tsv of text that is not JSON; or, under any other name, a header above rows of numbers."""
    text, _ = decoded(head)
    if is_binary(text) or text.lstrip()[:1] in ("{", "["):
        return False
    return path.suffix.lower() in NAMES or looks_tabular(text)


def read(path: Path) -> list[Trace]:
    """The columns of numbers in the table; one trace for every run in it, at least one."""
    try:
        data = path.read_bytes()
    except OSError as error:
        what = Text(f"cannot be read: {error.strerror}", f"无法读取：{error.strerror}")
        return [Trace(path, FORMAT, notes=(Note(str(path), what),))]
    text, encoding = decoded(data)
    notes = []
    if encoding != "utf-8":
        notes.append(Note(str(path), Text(f"read as {encoding}", f"按 {encoding} 编码读取")))
    if not text.strip():
        notes.append(Note(str(path), Text("the file is empty", "文件是空的")))
    found: list[Trace] = []
    for table in sheets(path, FORMAT, text, notes):
        found += traces(table)
    return found


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Two epochs as Lightning writes them: training and validation cells take turns."""
    path = folder / "metrics.csv"
    path.write_text("epoch,step,train_loss,val_loss\n0,9,0.9,\n0,9,,0.8\n1,19,0.5,\n1,19,,0.6\n", encoding="utf-8")
    series = [
        ("epoch", [9, 9, 19, 19], [0, 0, 1, 1]),
        ("train_loss", [9, 19], [0.9, 0.5]),
        ("val_loss", [9, 19], [0.8, 0.6]),
    ]
    made = tuple(
        Series(name, np.array(steps, np.int64), np.array(values, np.float64), source=str(path))
        for name, steps, values in series
    )
    return path, [Trace(path, FORMAT, made)]
