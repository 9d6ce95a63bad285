"""Reads tables of numbers: CSV, TSV and semicolon files, as Ultralytics, Lightning, Keras and people write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from diagnose.readers import HEAD as SHOWN
from diagnose.run import Note, Series, Trace
from diagnose.tables.aligned import in_tabs
from diagnose.tables.bare import in_rows, is_bare
from diagnose.tables.decode import decoded, is_binary
from diagnose.tables.digits import MARGIN, Bytes
from diagnose.tables.evidence import checked
from diagnose.tables.exported import runs_exported
from diagnose.tables.file_names import named_by_file
from diagnose.tables.sentinels import measured
from diagnose.tables.sheet import looks_tabular, sheets
from diagnose.tables.table import Table, traces
from diagnose.tables.turned import turned
from diagnose.trackers.catboost_files import is_ours
from diagnose.trackers.dvclive_plots import header_of
from kb.refused import unreadable
from kb.text import Text

FORMAT = "csv"
NAMES = (".csv", ".tsv")
LARGE = 2 << 20  # bytes from which a file is worth being read in pieces
HEAD = 1 << 18  # bytes that are read line by line first
PIECE = 1 << 19  # bytes read at once: what is made of them stays in the processor's cache
ARENA = (
    16 << 20
)  # bytes given back once, so that the C library keeps as many for us: fresh memory costs more than reading


def sniff(path: Path, head: bytes) -> bool:
    """A .csv or .tsv that is not JSON, DVCLive's or CatBoost's; or, under any other name, a header above numbers.

    Or numbers alone, where the name says of what.
    """
    text, _ = decoded(head)
    if not is_binary(text) and is_bare(path, text, whole=len(head) < SHOWN):
        return True
    if is_binary(text) or text.lstrip()[:1] in ("{", "[") or header_of(path, text) or is_ours(path, text):
        return False
    return path.suffix.lower() in NAMES or looks_tabular(in_tabs(text))


def read(path: Path) -> list[Trace]:
    """The columns of numbers in the table; one trace for every run in it, at least one."""
    try:
        if path.stat().st_size >= LARGE and _is_plain(path):
            np.empty(ARENA, np.uint8)
            return _traces(sheets(path, FORMAT, _pieces(path)))
        data = path.read_bytes()
    except OSError as error:
        return [Trace(path, FORMAT, notes=(Note(str(path), unreadable(error)),))]
    text, encoding = decoded(data)
    notes = []
    if encoding != "utf-8":
        notes.append(Note(str(path), Text(f"read as {encoding}", f"按 {encoding} 编码读取")))
    if not text.strip():
        notes.append(Note(str(path), Text("the file is empty", "文件是空的")))
    return _traces(sheets(path, FORMAT, [in_rows(text) if is_bare(path, text) else turned(in_tabs(text))], notes))


def _traces(tables: Iterable[Table]) -> list[Trace]:
    """The runs in the tables that are logs."""
    good = (checked(measured(named_by_file(table))) for table in tables)
    return [trace for table in good for run in runs_exported(table) for trace in traces(run)]


def _is_plain(path: Path) -> bool:
    """Whether a file is simple enough to be read in pieces: ASCII, no line without end, quotes in its head at most."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        plain = head.isascii() and b"\0" not in head and b"\n" in head
        while plain and (block := file.read(PIECE)):
            plain = block.isascii() and b"\0" not in block and b'"' not in block
            plain &= b"\n" in block or len(block) < PIECE
    return plain


def _pieces(path: Path) -> Iterator[str | Bytes]:
    """The text cut at line ends: a head and an end to be read with care, and all between in bytes."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        at = head.rfind(b"\n") + 1
        yield head[:at].decode("ascii")
        rest = head[at:]
        while block := file.read(PIECE):
            at = block.rfind(b"\n") + 1
            whole = b"".join((MARGIN, rest, block[:at]))
            if b"\r" in whole:
                whole = whole.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            if at:
                yield np.frombuffer(whole, np.uint8)
            rest = block[at:] if at else rest + block
    yield rest.decode("ascii")


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
