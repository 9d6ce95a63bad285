"""Reads one metric of MLflow's file store, ``mlruns/EXPERIMENT/RUN/metrics/NAME``: lines of time, value and step."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np

from diagnose.run import Note, Series, Trace
from diagnose.trackers.mlflow_files import METRICS, deleted, run_folder
from diagnose.trackers.points import Points
from kb.refused import unreadable
from kb.text import Text

FORMAT = "mlflow_metric"
# Milliseconds, value, step; a data set's name and digest may follow. MLflow before 1.0 had no step.
_LINE = re.compile(rb"(\d{12,14}) ([-+\d.eEnaifty]{1,40})(?: (-?\d{1,18})(?: \S+ \S+)?)?[ \r]*")


def sniff(path: Path, head: bytes) -> bool:
    """Whether the first line is of this kind; without a step, the folder must be the one metrics are in."""
    match = _LINE.fullmatch(head.split(b"\n", 1)[0])
    if match is None or b"\n" not in head:
        return False
    return match[3] is not None or METRICS in path.parts


def read(path: Path) -> list[Trace]:
    """One series, named as the metric is.

    The trace has the run's folder for its path: all metrics in it are one run. Runs that were deleted in MLflow, which
    keeps their files, give a note; but files that somebody took out of the store are read.
    """
    home = run_folder(path)
    gone: list[Note] = []
    if deleted(home):
        if home / METRICS in path.parents:
            what = Text("of a run that was deleted in MLflow; left out", "所属运行已在 MLflow 中删除；已略过")
            return [Trace(path, FORMAT, notes=(Note(str(path), what),))]
        what = Text("of a run that was deleted in MLflow", "所属运行已在 MLflow 中删除")
        gone = [Note(str(path), what)]
    try:
        raw = path.read_bytes()
    except OSError as error:
        return [Trace(path, FORMAT, notes=(Note(str(path), unreadable(error)),))]
    lines = raw.split(b"\n")
    notes = gone
    if cut := lines.pop():  # MLflow ends every line; a step cut in two would be another step
        what = Text("the last line is cut short; it is left out", "最后一行不完整，已略去")
        notes.append(Note(str(path), what, len(lines) + 1 if cut else None))
    points, broken, name = Points(), [], _name(path)
    for at, line in enumerate(lines):
        match = _LINE.fullmatch(line)
        value = _number(match[2]) if match else None
        if match and value is not None:
            points.add(name, int(match[3] or at), value, int(match[1]) / 1000)
        elif line.strip():
            broken.append(at + 1)
    if broken:
        what = Text(f"lines that are no metric: {len(broken)}; skipped", f"有 {len(broken)} 行不是指标，已跳过")
        notes.append(Note(str(path), what, broken[0]))
    if points:
        return [Trace(home, FORMAT, points.series(str(path)), notes=tuple(notes))]
    what = Text("no training signal in it", "其中没有训练数据") if raw else Text("the file is empty", "文件是空的")
    return [Trace(path, FORMAT, notes=(*notes, Note(str(path), what)))]


def _name(path: Path) -> str:
    """The metric's name: ``train/loss`` lies in a folder of its own below ``metrics``."""
    home = run_folder(path)
    inside = home / METRICS
    return path.relative_to(inside if inside in path.parents else home).as_posix()


def _number(word: bytes) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Three points of a loss, the last of them not a number."""
    path = folder / METRICS / "train" / "loss"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"1700000000000 0.5 0\n1700000001000 0.25 1\n1700000002000 nan 2\n")
    values = np.array([0.5, 0.25, math.nan])
    wall = np.array([1.7e9, 1.7e9 + 1, 1.7e9 + 2])
    series = Series("train/loss", np.arange(3, dtype=np.int64), values, wall, str(path))
    return path, [Trace(folder, FORMAT, (series,))]
