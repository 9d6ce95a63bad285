"""Reads the lines of Megatron-LM and Megatron-DeepSpeed: fields between bars, one line for every logged iteration."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from diagnose.run import Note, Series, Trace
from diagnose.tables.records import tabled
from diagnose.tables.table import traces
from diagnose.tables.textfile import Damage, cut_short, head_text, hits, no_numbers, no_signal, opened, unfinished
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

Rows = list[dict[str, float]]


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
    rows: Rows = []
    where: list[int] = []
    damage: list[Damage] = []
    found = sorted([*hits(_LINE, text), *hits(_EVAL, text)], key=lambda hit: hit[1].start())
    before: list[str] | None = None
    for line, match in found:
        trained = match.re is _LINE
        pairs = [(field["name"].strip(), field["value"]) for field in _FIELD.finditer(match["fields"])]
        values = [value for _, value in pairs]
        if values and text.endswith(values[-1]) and match.end() == len(text) and trained and cut_short(values, before):
            notes.append(unfinished(path, line))
            pairs.pop()
        before = values if trained else before
        row: dict[str, float] = {"iteration": int(match["at"])} if match["at"] else {}
        for name, value in pairs:
            try:
                row[name if trained else f"val/{name.removesuffix(' value')}"] = float(value)
            except ValueError:
                damage.append((line, value))
        if any(name != "iteration" for name in row):
            rows.append(row)
            where.append(line)
    notes += no_numbers(path, damage)
    if not rows:
        return [Trace(path, FORMAT, notes=tuple(notes or [no_signal(path)]))]
    notes += _put_back(path, rows, where)
    return traces(tabled(path, FORMAT, rows, where, notes))


def _put_back(path: Path, rows: Rows, lines: Sequence[int]) -> list[Note]:
    """Set each loss that was left out of a line to NaN, and say so."""
    trained = [(row, line) for row, line in zip(rows, lines, strict=True) if not any("val/" in name for name in row)]
    names = dict.fromkeys(name for row, _ in trained for name in row if name.endswith(" loss"))
    lost: list[int] = []
    skipped: list[int] = []
    last = None
    for row, line in trained:
        gone = [name for name in names or [LOSS] if name not in row]
        if gone and any(name in row for name in _AFTER_LOSS):
            since = row["iteration"] - last if last is not None and last < row["iteration"] else 1
            if row.get(_SKIPPED, 0) >= since:
                skipped.append(line)
            else:
                row.update(dict.fromkeys(gone, float("nan")))
                lost.append(line)
        last = row["iteration"]
    notes = []
    if lost:
        what = Text(
            f"lines without a loss: {len(lost)}. Megatron leaves a loss out when it is NaN; read as NaN",
            f"有 {len(lost)} 行没有损失。损失为 NaN 时 Megatron 不打印该项；按 NaN 读取",
        )
        notes.append(Note(str(path), what, lost[0]))
    if skipped:
        what = Text(
            f"lines without a loss because every iteration was skipped (loss scale too high): {len(skipped)}",
            f"有 {len(skipped)} 行因所有迭代都被跳过（损失缩放过大）而没有损失",
        )
        notes.append(Note(str(path), what, skipped[0]))
    return notes


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
