"""CSV with the csv module: the clock column by format, empty cells left out, a last row of -1 as a summary."""

from __future__ import annotations

import csv
import math
from pathlib import Path

from . import Run, add, written

CLOCKS = {
    "yolo_csv": ("epoch",),
    "lightning_csv": ("step",),
    "sb_progress": ("total/steps", "iteration"),
    "keras_style_csv": ("epoch", "Epoch"),
}
OPTIONAL = {"epoch", "n_parameters", "total/epochs"}


def runs(path: Path) -> list[Run]:
    form = path.parts[-3]
    with path.open(newline="", encoding="utf-8") as file:
        rows = [[cell.strip() for cell in row] for row in csv.reader(file) if row]
    if not rows:
        return []
    head = rows[0]
    clock = next((head.index(name) for name in CLOCKS.get(form, ()) if name in head), None)
    run: Run = {}
    last = -1.0
    sentinel = clock is not None and any(float(row[clock]) == -1 for row in rows[2:])
    for row in rows[1:]:
        step = None if clock is None else float(row[clock])
        if step == -1 and sentinel:
            step = last + 1
        last = step if step is not None else last
        for at, (name, cell) in enumerate(zip(head, row, strict=True)):
            if at == clock or not cell:
                continue
            value = float(cell)
            if sentinel and value == -1:  # the file's word for "not measured here"
                continue
            add(run, f"?{name}" if name in OPTIONAL else name, step, value)
    for points in run.values():
        assert not any(math.isnan(step) for step, _ in points if step is not None)
    return written([run])
