"""Reads the lines of Megatron-LM and Megatron-DeepSpeed: fields between bars, one line for every logged iteration."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from diagnose.run import Note, Series, Trace
from diagnose.tables.alike import column
from diagnose.tables.harvested import harvested
from diagnose.tables.loss_scales import scales_in, with_scales
from diagnose.tables.said import Said
from diagnose.tables.table import Column, Table, traces
from diagnose.tables.textfile import head_text, no_numbers, no_signal, opened
from kb.text import Text

FORMAT = "megatron"
LOSS = "lm loss"
_LINE = re.compile(r"(?<!\w)iteration +(?P<at>\d{1,15})/ *\d{1,15} \|(?P<fields>[^\n]{1,2000})")
_EVAL = re.compile(
    r"validation loss at (?:iteration +|the end of training for )[^\n|]{0,60}?(?P<at>\d{1,15})?[^\n|\d]{0,40}"
    r"\|(?P<fields>[^\n]{1,1000})"
)
_FIELD = re.compile(r"(?P<name>[A-Za-z][\w .()/-]{0,60}): *(?P<value>[^\s|]{1,40})")
_SKIPPED = "number of skipped iterations"
_AFTER_LOSS = ("loss scale", "grad norm", _SKIPPED)  # Megatron writes these behind the losses


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001
    """An iteration among the first lines; below its long list of arguments, the marks of that list."""
    text = head_text(head)
    if _LINE.search(text) is not None and ("consumed samples:" in text or "learning rate:" in text):
        return True
    return "arguments ------------------------" in text and "tensor_model_parallel_size" in text


def read(path: Path) -> list[Trace]:
    """Every field of every iteration, evaluations under ``val/``.

    Megatron prints a loss only when it is above 0, so a NaN makes the field disappear: it is put back as NaN,
    except where all iterations since the last line were skipped and no loss existed.
    """
    text, notes = opened(path)
    harvest = harvested(text, _said, path, notes)
    scales = scales_in(text)
    del text  # large
    notes += no_numbers(path, harvest.damage)
    table = harvest.table(path, FORMAT, notes)
    if not table.count:
        return [Trace(path, FORMAT, notes=tuple(notes or [no_signal(path)]))]
    return traces(with_scales(_put_back(table), scales))


def _said(line: str) -> Said | None:
    """The fields of an iteration or of an evaluation; a line that gives none but its number says nothing."""
    trained = match = _LINE.search(line)
    if match is None:
        match = _EVAL.search(line) if "validation loss at" in line else None
    if match is None:
        return None
    fields = list(_FIELD.finditer(line, *match.span("fields")))
    names = [field["name"].strip() for field in fields]
    names = names if trained else [f"val/{name.removesuffix(' value')}" for name in names]
    spans = [field.span("value") for field in fields]
    if not names:
        return None
    if match["at"]:
        names, spans = ["iteration", *names], [match.span("at"), *spans]
    return Said("train" if trained else "val", tuple(names), tuple(spans))


def _put_back(table: Table) -> Table:
    """Set each loss that was left out of a line to NaN, and say so."""
    columns = dict(table.columns)
    trained = np.ones(table.count, bool)
    for name, one in columns.items():
        if name.startswith("val/"):
            trained[one.rows] = False
    rows = np.flatnonzero(trained)
    reported = np.zeros(table.count, bool)
    for name in _AFTER_LOSS:
        if name in columns:
            reported[columns[name].rows] = True
    at = columns["iteration"].dense(table.count)[rows] if "iteration" in columns else rows.astype(np.float64)
    since = np.diff(at, prepend=at[:1] - 1)
    since[since <= 0] = 1
    skips = np.zeros(table.count)
    if _SKIPPED in columns:
        skips[columns[_SKIPPED].rows] = columns[_SKIPPED].values
    all_skipped = np.zeros(table.count, bool)
    all_skipped[rows] = skips[rows] >= since
    lost, skipped = np.zeros((2, table.count), bool)
    for name in [name for name in columns if name.endswith(" loss") and not name.startswith("val/")] or [LOSS]:
        gone = trained & reported
        if name in columns:
            gone[columns[name].rows] = False
        skipped |= gone & all_skipped
        none = np.flatnonzero(gone & ~all_skipped)
        lost[none] = True
        if len(none):
            held = columns.get(name, Column(none[:0], np.zeros(0)))
            columns[name] = Column(*column([(held.rows, held.values), (none, np.full(len(none), np.nan))]))
    notes = list(table.notes)
    if lost.any():
        what = Text(
            f"lines without a loss: {lost.sum()}. Megatron leaves a loss out when it is NaN; read as NaN",
            f"有 {lost.sum()} 行没有损失。损失为 NaN 时 Megatron 不打印该项；按 NaN 读取",
        )
        notes.append(Note(str(table.path), what, table.line(int(lost.argmax()))))
    if skipped.any():
        what = Text(
            f"lines without a loss because every iteration was skipped (loss scale too high): {skipped.sum()}",
            f"有 {skipped.sum()} 行因所有迭代都被跳过（损失缩放过大）而没有损失",
        )
        notes.append(Note(str(table.path), what, table.line(int(skipped.argmax()))))
    return replace(table, columns=columns, notes=notes)


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """A skipped iteration, a good one, one whose loss is gone, an evaluation, and a line cut short."""
    path = folder / "pretrain_gpt.out"
    tail = "number of nan iterations:   0 |\n"
    path.write_text(
        "time (ms) | forward-compute: 193.5 | optimizer: 63.0\n"
        " iteration        1/      40 | learning rate: 0.000E+00 | loss scale: 8.0 "
        f"| number of skipped iterations:   1 | {tail}"
        " iteration        2/      40 | learning rate: 5.000E-01 | lm loss: 4.500000E+00 | loss scale: 4.0 "
        f"| number of skipped iterations:   0 | {tail}"
        " iteration        3/      40 | learning rate: 2.500E-01 | loss scale: 4.0 "
        f"| number of skipped iterations:   0 | {tail}"
        " validation loss at iteration 3 | lm loss value: 5.000000E+00 | lm loss PPL: 1.500000E+02 |\n"
        " iteration        4/      40 | learning rate: 1.2",
        encoding="utf-8",
    )
    curves: dict[str, tuple[list[int], list[float]]] = {
        "learning rate": ([1, 2, 3], [0.0, 0.5, 0.25]),
        "loss scale": ([1, 2, 3], [8.0, 4.0, 4.0]),
        _SKIPPED: ([1, 2, 3], [1.0, 0.0, 0.0]),
        "number of nan iterations": ([1, 2, 3], [0.0, 0.0, 0.0]),
        LOSS: ([2, 3], [4.5, np.nan]),
        "val/lm loss": ([3], [5.0]),
        "val/lm loss PPL": ([3], [150.0]),
    }
    series = tuple(
        Series(name, np.array(steps, np.int64), np.array(values, np.float64), source=str(path))
        for name, (steps, values) in curves.items()
    )
    return path, [Trace(path, FORMAT, series)]
