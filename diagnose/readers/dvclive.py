"""Reads the plots of DVCLive: a folder of TSV files, one a metric, with its step and perhaps its time in front."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from diagnose.run import Note, Series, Trace
from diagnose.tables.decode import decoded, lines
from diagnose.tables.textfile import without_numbers
from diagnose.trackers.dvclive_plots import header_of, run_of
from diagnose.trackers.points import Points
from kb.refused import unreadable
from kb.text import Text

FORMAT = "dvclive"


def sniff(path: Path, head: bytes) -> bool:
    """Whether the header is ``step`` and the file's own name, with ``timestamp`` before them or without."""
    return header_of(path, decoded(head)[0]) is not None


def read(path: Path) -> list[Trace]:
    """One series. The trace has the folder of all plots for its path: together they are one run."""
    try:
        text = decoded(path.read_bytes())[0]
    except OSError as error:
        return [_nothing(path, unreadable(error))]
    header = header_of(path, text)
    if header is None:
        said = Text("not a plot of DVCLive", "不是 DVCLive 的曲线文件")
        return [_nothing(path, said if text.strip() else Text("the file is empty", "文件是空的"))]
    home, name = run_of(path)
    points, broken, every = Points(), [], lines(text)
    for number, line in enumerate(every[1:], 2):
        cells = dict(zip(header, line.split("\t"), strict=False))
        try:
            points.add(name, int(cells["step"]), float(cells[path.stem]), _wall(cells.get("timestamp", "")))
        except (KeyError, ValueError):
            if line.strip():
                broken.append(number)
    notes = [*without_numbers(path, broken, len(every))]
    if not points:
        return [_nothing(path, Text("no training signal in it", "其中没有训练数据"), *notes)]
    return [Trace(home, FORMAT, points.series(str(path)), notes=tuple(notes))]


def _wall(cell: str) -> float:
    """Milliseconds since 1970 in seconds."""
    return float(cell) / 1000 if cell else math.nan


def _nothing(path: Path, why: Text, *notes: Note) -> Trace:
    return Trace(path, FORMAT, notes=(*notes, Note(str(path), why)))


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Three steps of a metric that is called after its folder too, the last of them not a number."""
    path = folder / "plots" / "metrics" / "train" / "loss.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("timestamp\tstep\tloss\n1700000000000\t0\t0.5\n1700000001000\t1\t0.25\n1700000002000\t5\tnan\n")
    wall = np.array([1.7e9, 1.7e9 + 1, 1.7e9 + 2])
    series = Series("train/loss", np.array([0, 1, 5], np.int64), np.array([0.5, 0.25, math.nan]), wall, str(path))
    return path, [Trace(folder, FORMAT, (series,))]
