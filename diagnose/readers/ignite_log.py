"""Reads what ignite's engines print for MONAI: a loss at every iteration, metrics at the end of every epoch."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from diagnose.run import Series, Trace
from diagnose.tables.records import tabled
from diagnose.tables.table import traces
from diagnose.tables.textfile import Damage, cut_short, head_text, hits, no_numbers, no_signal, opened, unfinished

FORMAT = "ignite"
_LINE = re.compile(
    r"(?P<who>Trainer|Evaluator|trainer|evaluator|Validator|validator)?[\])'\":, -]{0,8}"
    r"Epoch(?:: (?P<epoch>\d{1,7})/\d{1,7}, Iter: (?P<iter>\d{1,12})/(?P<of>\d{1,12})|"
    r"\[(?P<ended>\d{1,7})\] Metrics) -- "
    r"(?P<fields>[^\n]{1,2000})"
)
_FIELD = re.compile(r"(?P<name>[^\s:][^:\n]{0,60}): (?P<value>[^\s:,]{1,40})(?=[ ,]|$)[ ,]*")


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001
    """A line of an engine's numbers, or the name of ignite's logger, among the first lines."""
    text = head_text(head)
    return "ignite.engine.engine" in text or _LINE.search(text) is not None


def read(path: Path) -> list[Trace]:
    """``train`` for what a trainer says, ``val`` for an evaluator; names that say it already stay as they are.

    Where iterations are printed, steps are iterations since the start of training: the log tells an epoch's length.
    """
    text, notes = opened(path)
    rows: list[dict[str, Any]] = []
    where: list[int] = []
    damage: list[Damage] = []
    before: dict[bool, list[str]] = {}
    length = 0  # iterations of an epoch, once a trainer has told
    for line, match in hits(_LINE, text):
        evaluated = (match["who"] or "").lower() in ("evaluator", "validator")
        epoch = int(match["epoch"] or match["ended"])
        if match["iter"] and not evaluated:
            length = int(match["of"])
        done = epoch * length if match["ended"] or evaluated else (epoch - 1) * length + int(match["iter"])
        row: dict[str, Any] = {"iter": done} if length else {"epoch": epoch}
        pairs = [(field["name"].strip(), field["value"]) for field in _FIELD.finditer(match["fields"])]
        values = [value for _, value in pairs]
        kind = match["iter"] is not None
        if match.end() == len(text) and cut_short(values, before.get(kind)):
            notes.append(unfinished(path, line))
            pairs = pairs[:-1]
        before[kind] = values
        numbers = 0
        for name, value in pairs:
            try:
                row[name] = float(value)
            except ValueError:
                damage.append((line, value))
            else:
                numbers += 1
        if numbers:
            rows.append(row | {"mode": "val" if evaluated else "train"})
            where.append(line)
    notes += no_numbers(path, damage)
    if not rows:
        return [Trace(path, FORMAT, notes=tuple([*notes, no_signal(path)] if text else notes))]
    return traces(tabled(path, FORMAT, rows, where, notes))


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Two epochs of two iterations, a metric with a blank in its name, an evaluation, and a line cut short."""
    path = folder / "monai.log"
    trainer, evaluator = (f"INFO:ignite.engine.engine.Supervised{who}:" for who in ("Trainer", "Evaluator"))
    path.write_text(
        f"{trainer}Epoch: 1/9, Iter: 1/2 -- train_loss: 0.7500 \n"
        f"{trainer}Epoch: 1/9, Iter: 2/2 -- train_loss: nan \n"
        f"{trainer}Epoch[1] Metrics -- train_liver dice: 0.2500 \n"
        f"{evaluator}Epoch[1] Metrics -- dice: 0.5000 \n"
        f"{evaluator}Key metric: dice best value: 0.5 at epoch: 1\n"
        f"{trainer}Epoch: 2/9, Iter: 1/2 -- train_loss: 0.5000 \n"
        f"{trainer}Epoch: 2/9, Iter: 2/2 -- train_loss: 0.2",
        encoding="utf-8",
    )
    curves: dict[str, tuple[list[int], list[float]]] = {
        "train_loss": ([1, 2, 3], [0.75, np.nan, 0.5]),
        "train_liver dice": ([2], [0.25]),
        "val/dice": ([2], [0.5]),
    }
    series = tuple(
        Series(name, np.array(steps, np.int64), np.array(values, np.float64), source=str(path))
        for name, (steps, values) in curves.items()
    )
    return path, [Trace(path, FORMAT, series)]
