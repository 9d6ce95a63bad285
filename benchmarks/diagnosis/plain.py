"""The curves of a run in a table with the names every program knows, so that peers are judged by what they conclude."""

from __future__ import annotations

import csv
import math
from pathlib import Path

from benchmarks.diagnosis.ours import library
from diagnose.clinic import read
from diagnose.run import Run
from kb.problem import Problem

COLUMNS = {
    "train-loss": "loss",
    "val-loss": "val_loss",
    "learning-rate": "lr",
    "grad-norm": "grad_norm",
    "data-time": "data_time",
    "step-time": "step_time",
    "gpu-util": "gpu_util",
    "throughput": "samples_per_sec",
}
Row = dict[str, float]


def table(path: Path) -> list[Row]:
    """Rows by step of the run with the most points under ``path``; the first curve of each role, and all metrics."""
    try:
        runs = read([path], library())
    except Problem:
        return []
    run = max(runs, key=lambda one: sum(map(len, one.series)))
    rows: dict[int, Row] = {}
    for name, series in _named(run):
        for step, value in zip(series.steps.tolist(), series.values.tolist(), strict=True):
            rows.setdefault(step, {"step": step})[name] = value
    return [rows[step] for step in sorted(rows)]


def _named(run: Run):
    for role, column in COLUMNS.items():
        for series in run.with_role(role)[:1]:
            yield column, series
    for series in run.with_role("metric"):
        yield "val_" + series.name.split("/")[-1].lower().removeprefix("val_"), series


def write(rows: list[Row], path: Path) -> None:
    """The table as a CSV, empty where nothing was logged."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, names)
        out.writeheader()
        out.writerows({name: "nan" if math.isnan(value) else value for name, value in row.items()} for row in rows)
