"""Reads what CatBoost leaves in ``catboost_info``: errors of its learning and test sets as TSV, and all as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from diagnose.run import Note, Series, Trace
from diagnose.tables.decode import decoded, lines
from diagnose.tables.jsontext import salvaged
from diagnose.tables.points import is_number
from diagnose.tables.textfile import without_numbers
from diagnose.trackers.catboost_files import TIMES, WHOLE, is_ours, set_of, told_beside
from diagnose.trackers.points import Points
from kb.refused import unreadable
from kb.text import Text

FORMAT = "catboost_info"
BESIDE = Text("the same numbers as in the .tsv files beside it", "与旁边 .tsv 文件中的数值相同")
TIME = Text("times, and no training signal", "是耗时，没有训练数据")


def sniff(path: Path, head: bytes) -> bool:
    """One of them by its name and its beginning."""
    return is_ours(path, decoded(head)[0])


def read(path: Path) -> list[Trace]:
    """A series for every set and measure, by iteration. The trace has the folder for its path: it is one run."""
    try:
        text = decoded(path.read_bytes())[0]
    except OSError as error:
        return [_nothing(path, unreadable(error))]
    if path.name == TIMES or (path.name == WHOLE and told_beside(path)):
        return [_nothing(path, TIME if path.name == TIMES else BESIDE)]
    notes: list[Note] = []
    points = Points()
    rows = _of_json(path, text, notes) if path.suffix == ".json" else _of_table(path, text, notes)
    for step, name, value in rows:
        points.add(name, step, value)
    if not points:
        return [_nothing(path, Text("no training signal in it", "其中没有训练数据"), *notes)]
    return [Trace(path.parent, FORMAT, points.series(str(path)), notes=tuple(notes))]


def _of_table(path: Path, text: str, notes: list[Note]) -> Iterator[tuple[int, str, float]]:
    side, every = set_of(path), lines(text)
    names = every[0].split("\t")[1:]
    broken = []
    for number, line in enumerate(every[1:], 2):
        step, *cells = line.split("\t")
        try:
            at, values = int(step), [float(cell) for cell in cells]
        except ValueError:
            at, values = 0, []
        if len(values) == len(names):
            yield from ((at, f"{side}/{name}", value) for name, value in zip(names, values, strict=True))
        elif line.strip():
            broken.append(number)
    notes += without_numbers(path, broken, len(every))


def _of_json(path: Path, text: str, notes: list[Note]) -> Iterator[tuple[int, str, float]]:
    document, wrong = salvaged(text)
    if wrong is not None:
        notes.append(Note(str(path), wrong))
    meta, rows = (document.get(name) if isinstance(document, dict) else None for name in ("meta", "iterations"))
    if not isinstance(meta, dict):
        return
    for row in _list(rows):
        step = row.get("iteration") if isinstance(row, dict) else None
        if not isinstance(step, int):
            continue
        for kind in ("learn", "test"):
            for side in _list(meta.get(f"{kind}_sets")):
                named = zip(_list(meta.get(f"{kind}_metrics")), _list(row.get(str(side))), strict=False)
                for measure, value in named:
                    if isinstance(measure, dict) and is_number(value):
                        yield step, f"{side}/{measure.get('name')}", float(value)


def _list(one: Any) -> list[Any]:
    return one if isinstance(one, list) else []


def _nothing(path: Path, why: Text, *notes: Note) -> Trace:
    return Trace(path, FORMAT, notes=(*notes, Note(str(path), why)))


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Two measures of a test set over three iterations, one of them not a number."""
    path = folder / "catboost_info" / "test_error.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("iter\tLogloss\tAUC\n0\t0.75\t0.5\n1\t0.5\t0.75\n5\tnan\t0.75\n", encoding="utf-8")
    steps = np.array([0, 1, 5], np.int64)
    curves = {"test/Logloss": [0.75, 0.5, math.nan], "test/AUC": [0.5, 0.75, 0.75]}
    series = tuple(Series(name, steps, np.array(values), source=str(path)) for name, values in curves.items())
    return path, [Trace(path.parent, FORMAT, series)]
