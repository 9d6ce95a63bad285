"""Reads what ignite's engines print for MONAI: a loss at every iteration, metrics at the end of every epoch."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from diagnose.run import Series, Trace
from diagnose.tables.harvested import harvested
from diagnose.tables.said import Said
from diagnose.tables.table import Column, Table, traces
from diagnose.tables.textfile import head_text, no_numbers, no_signal, opened

FORMAT = "ignite"
OWN = "line "  # before the names of what a line counts, lest a metric has that name
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
    harvest = harvested(text, _said, path, notes)
    silent = [no_signal(path)] if text else []
    del text  # large
    notes += no_numbers(path, harvest.damage)
    table = harvest.table(path, FORMAT, notes, {kind: kind.partition(" ")[0] for kind, _ in harvest.rows})
    if not table.count:
        return [Trace(path, FORMAT, notes=(*notes, *silent))]
    return traces(_counted(table))


def _said(line: str) -> Said | None:
    """The numbers of a line with its epoch, and of a trainer's iterations which of how many it is."""
    match = _LINE.search(line)
    fields = [] if match is None else list(_FIELD.finditer(line, *match.span("fields")))
    if match is None or not fields:
        return None
    evaluated = (match["who"] or "").lower() in ("evaluator", "validator")
    clock = ["epoch", *(["iter"] if match["iter"] else []), *(["of"] if match["iter"] and not evaluated else [])]
    groups = [name if name != "epoch" or match["epoch"] else "ended" for name in clock]
    names = (*(OWN + name for name in clock), *(field["name"].strip() for field in fields))
    spans = (*map(match.span, groups), *(field.span("value") for field in fields))
    return Said(("val" if evaluated else "train") + (" iter" if match["iter"] else ""), names, spans)


def _counted(table: Table) -> Table:
    """The table with one clock: iterations since the start from where a trainer told an epoch's length, else epochs."""
    columns = dict(table.columns)
    own = {name: columns.pop(OWN + name, None) for name in ("epoch", "iter", "of")}
    epoch, iteration, length = (
        np.full(table.count, np.nan) if one is None else one.dense(table.count) for one in own.values()
    )
    known = np.flatnonzero(np.isfinite(length))
    latest = np.searchsorted(known, np.arange(table.count), side="right") - 1
    length = np.where(latest >= 0, length[known[latest]] if len(known) else 0, 0)
    evaluated = np.array(table.labels) == "val"
    done = np.where(evaluated | np.isnan(iteration), epoch * length, (epoch - 1) * length + iteration)
    for name, values, rows in (("iter", done, length > 0), ("epoch", epoch, length == 0)):
        if rows.any():
            columns[name] = Column(np.flatnonzero(rows), values[rows])
    return replace(table, columns=columns)


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
