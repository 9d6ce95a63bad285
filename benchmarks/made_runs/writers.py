"""Logs as trainers write them: event files, CSV, JSON lines and text, each with several spellings of the names.

Spellings 0 and 1 belong to the development part, 2 and 3 to the evaluation part.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from benchmarks.made_runs import text_lines
from benchmarks.made_runs.recipe import Recipe

START = 1_700_000_000  # seconds since 1970; a made-up clock, so that making a run again changes no byte
Numbers = Mapping[str, float]

SPELLINGS: dict[str, tuple[dict[str, str], ...]] = {
    "events": (
        {"": "train/{}", "val_loss": "val/loss", "dice": "val/dice", "iou": "val/iou", "accuracy": "val/accuracy",
         "mae": "val/mae"},
        {"": "Train/{}", "loss": "Loss/train", "val_loss": "Loss/val", "lr": "LR", "dice": "Metric/dice",
         "iou": "Metric/iou", "accuracy": "Metric/acc", "mae": "Metric/MAE"},
        {"": "{}", "loss": "train_loss", "lr": "learning_rate", "dice": "val_dice", "iou": "val_iou",
         "accuracy": "val_acc", "mae": "val_mae"},
        {"": "{}", "val_loss": "eval/loss", "lr": "lr/group0", "dice": "eval/mDice", "iou": "eval/mIoU",
         "accuracy": "eval/accuracy", "mae": "eval/mae"},
    ),
    "csv": (
        {"": "{}", "dice": "val_dice", "iou": "val_iou", "accuracy": "val_accuracy", "mae": "val_mae"},
        {"": "{}", "loss": "train_loss", "lr": "lr-Adam", "dice": "val_dice", "iou": "val_iou", "accuracy": "val_acc"},
        {"": "train/{}", "val_loss": "val/loss", "lr": "lr/pg0", "dice": "metrics/dice", "iou": "metrics/iou",
         "accuracy": "metrics/accuracy_top1", "mae": "metrics/mae"},
        {"": "{}", "loss": "Training Loss", "val_loss": "Validation Loss", "lr": "LR", "dice": "Dice", "iou": "IoU",
         "accuracy": "Accuracy"},
    ),
    "jsonl": (
        {"": "{}", "accuracy": "accuracy/top1", "val_loss": "val/loss", "dice": "mDice", "iou": "mIoU"},
        {"": "train_{}", "val_loss": "test_loss", "dice": "test_dice", "iou": "test_iou", "accuracy": "test_acc1",
         "mae": "test_mae"},
        {"": "train/{}", "val_loss": "val/loss", "dice": "val/dice", "iou": "val/iou", "accuracy": "val/acc",
         "mae": "val/mae"},
        {"": "{}", "lr": "learning_rate", "val_loss": "eval_loss", "dice": "eval_dice", "iou": "eval_iou",
         "accuracy": "eval_accuracy", "mae": "eval_mae"},
    ),
}  # fmt: skip


class Writer(Protocol):
    """Takes the lines of a run."""

    def line(self, step: int, epoch: int, numbers: Numbers, clock: float) -> None:
        """A line of training."""

    def epoch(self, step: int, epoch: int, numbers: Numbers, found: Numbers, clock: float) -> None:
        """The end of an epoch: its mean training numbers, and what validation found."""

    def resume(self, step: int) -> None:
        """Training was stopped at ``step`` and goes on from there."""

    def close(self) -> None:
        """The run is over."""


class Nothing:
    """Writes nothing."""

    def line(self, *_: object) -> None: ...
    def epoch(self, *_: object) -> None: ...
    def resume(self, step: int) -> None: ...
    def close(self) -> None: ...


def writer_of(recipe: Recipe, folder: Path) -> Writer:
    """The writer a recipe asks for."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds = {"events": Events, "csv": Table, "jsonl": JsonLines, "text": Lines, "none": lambda *_: Nothing()}
    return kinds[recipe.log](recipe, folder)


def spelled(recipe: Recipe, numbers: Numbers) -> dict[str, float]:
    """The numbers under the names of a spelling."""
    names = SPELLINGS[recipe.log][recipe.style]
    return {names.get(name, names[""].format(name)): value for name, value in numbers.items()}


class Events:
    """A TensorBoard event file, and one more after every resume."""

    def __init__(self, recipe: Recipe, folder: Path) -> None:
        self.recipe, self.folder = recipe, folder
        self._open(0.0)

    def _open(self, clock: float) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.summary.writer.record_writer import RecordWriter

        when = START + clock
        file = (self.folder / f"events.out.tfevents.{int(when)}.made.0").open("wb")
        self.records, self.clock = RecordWriter(file), clock
        self.records.write(Event(wall_time=when, file_version="brain.Event:2").SerializeToString())

    def _write(self, step: int, numbers: Numbers, clock: float) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        self.clock = clock
        for tag, number in spelled(self.recipe, numbers).items():
            value = Summary(value=[Summary.Value(tag=tag, simple_value=number)])
            self.records.write(Event(wall_time=START + clock, step=step, summary=value).SerializeToString())

    def line(self, step: int, epoch: int, numbers: Numbers, clock: float) -> None:
        del epoch
        self._write(step, numbers, clock)

    def epoch(self, step: int, epoch: int, numbers: Numbers, found: Numbers, clock: float) -> None:
        if self.recipe.every:
            self._write(step, found, clock)
        else:
            self._write(epoch, {**numbers, **found}, clock)

    def resume(self, step: int) -> None:
        del step
        self.records.close()
        self._open(self.clock + 600)

    def close(self) -> None:
        self.records.close()


class Table:
    """One CSV; lines of training and of validation take turns, or share a row an epoch. A resume appends."""

    def __init__(self, recipe: Recipe, folder: Path) -> None:
        self.recipe = recipe
        self.path = folder / ("metrics.csv" if recipe.style % 2 else "log.csv")
        self.rows: list[dict[str, float]] = []

    def line(self, step: int, epoch: int, numbers: Numbers, clock: float) -> None:
        del clock
        self.rows.append({"epoch": epoch, "step": step, **spelled(self.recipe, numbers)})

    def epoch(self, step: int, epoch: int, numbers: Numbers, found: Numbers, clock: float) -> None:
        del clock
        shown = found if self.recipe.every else {**numbers, **found}
        if shown:
            counted = {"epoch": epoch, "step": step} if self.recipe.every else {"epoch": epoch}
            self.rows.append({**counted, **spelled(self.recipe, shown)})

    def resume(self, step: int) -> None: ...

    def close(self) -> None:
        names = dict.fromkeys(name for row in self.rows for name in row)
        with self.path.open("w", newline="", encoding="utf-8") as file:
            out = csv.DictWriter(file, list(names))
            out.writeheader()
            out.writerows(self.rows)


class JsonLines:
    """One JSON object a line."""

    def __init__(self, recipe: Recipe, folder: Path) -> None:
        self.recipe = recipe
        self.path = folder / ("log.jsonl" if recipe.style % 2 else "scalars.json")
        self.lines: list[str] = []

    def _add(self, counted: dict[str, float], numbers: Numbers) -> None:
        self.lines.append(json.dumps({**spelled(self.recipe, numbers), **counted}))

    def line(self, step: int, epoch: int, numbers: Numbers, clock: float) -> None:
        del clock
        self._add({"epoch": epoch, "step": step}, numbers)

    def epoch(self, step: int, epoch: int, numbers: Numbers, found: Numbers, clock: float) -> None:
        del clock
        shown = found if self.recipe.every else {**numbers, **found}
        if shown:
            self._add({"epoch": epoch, "step": step} if self.recipe.every else {"epoch": epoch}, shown)

    def resume(self, step: int) -> None: ...

    def close(self) -> None:
        self.path.write_text("\n".join(self.lines) + "\n", encoding="utf-8")


class Lines:
    """A text log in one of the manners of `text_lines`."""

    def __init__(self, recipe: Recipe, folder: Path) -> None:
        self.recipe = recipe
        self.path = folder / "train.log"
        self.manner = text_lines.MANNERS[recipe.style](recipe)
        self.lines: list[str] = [*self.manner.head()]

    def line(self, step: int, epoch: int, numbers: Numbers, clock: float) -> None:
        self.lines.append(self.manner.line(step, epoch, numbers, clock))

    def epoch(self, step: int, epoch: int, numbers: Numbers, found: Numbers, clock: float) -> None:
        if not self.recipe.every:
            self.lines.append(self.manner.epoch(step, epoch, {**numbers, **found}, clock))
        elif found:
            self.lines.append(self.manner.found(step, epoch, found, clock))

    def resume(self, step: int) -> None:
        self.lines.append(f"=> resumed from checkpoint (step {step})")

    def close(self) -> None:
        self.path.write_text("\n".join(self.lines) + "\n", encoding="utf-8")
