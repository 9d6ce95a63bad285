"""Reads ``results.txt`` of YOLOv7, YOLOR and the first YOLOv5: fifteen columns without a header, an epoch a line."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from diagnose.run import Note, Series, Trace
from diagnose.tables.decode import decoded, lines
from diagnose.tables.records import tabled
from diagnose.tables.table import traces
from diagnose.tables.textfile import cut_short
from kb.refused import unreadable
from kb.text import Text

FORMAT = "yolo_results"
NAMES = (  # as train.py writes them: epoch, memory, mean losses, targets, image size, then results of the evaluation
    *("train/box_loss", "train/obj_loss", "train/cls_loss", "train/total_loss", "targets", "image_size"),
    *("metrics/precision", "metrics/recall", "metrics/mAP_0.5", "metrics/mAP_0.5:0.95"),
    *("val/box_loss", "val/obj_loss", "val/cls_loss"),
)
_NUMBER = r"[+-]?(?:(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:e[+-]?\d{1,4})?|nan|inf)"
LINE = re.compile(rf"\s*(\d{{1,9}})/\d{{1,9}}\s+[\d.]{{1,9}}G((?:\s+{_NUMBER}){{13}})\s*", re.IGNORECASE | re.ASCII)


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001 - every reader is asked the same way
    """A first line of ``epoch/last``, gigabytes and thirteen numbers."""
    return LINE.fullmatch(lines(decoded(head)[0])[0]) is not None


def read(path: Path) -> list[Trace]:
    """The losses and scores of every epoch; one trace for every run, at least one."""
    try:
        text, _ = decoded(path.read_bytes())
    except OSError as error:
        return [Trace(path, FORMAT, notes=(Note(str(path), unreadable(error)),))]
    rows: list[dict[str, float]] = []
    where: list[int] = []
    broken: list[int] = []
    every = lines(text)
    before: list[str] | None = None
    for number, line in enumerate(every, 1):
        match = LINE.fullmatch(line)
        if match and not (number == len(every) and cut_short(match[2].split(), before)):
            before = match[2].split()
            rows.append({"epoch": int(match[1]), **dict(zip(NAMES, map(float, before), strict=True))})
            where.append(number)
        elif line.strip():
            broken.append(number)
    notes = []
    if not rows:
        notes.append(Note(str(path), Text("no training signal found", "没有找到训练数据")))
    elif broken:
        what = Text(
            f"lines of another shape or cut short: {len(broken)}; skipped",
            f"有 {len(broken)} 行格式不同或不完整，已跳过",
        )
        notes.append(Note(str(path), what, broken[0]))
    return traces(tabled(path, FORMAT, rows, where, notes))


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Two epochs of YOLOv7."""
    path = folder / "results.txt"
    losses, scores = "0.0625 0.03125 0.015625 0.109375 63 640", "0.5 0.25 0.375 0.125 0.0625 0.03125 0.015625"
    path.write_text("".join(f"  {epoch}/99   6.36G {losses} {scores}\n" for epoch in (0, 1)), encoding="utf-8")
    values = map(float, f"{losses} {scores}".split())
    made = tuple(
        Series(name, np.array([0, 1], np.int64), np.array([value, value]), source=str(path))
        for name, value in zip(NAMES, values, strict=True)
    )
    return path, [Trace(path, FORMAT, made)]
