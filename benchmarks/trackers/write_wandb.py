"""Writes offline runs with the installed wandb, and beside them what was logged; run with that package's own Python."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import wandb  # type: ignore[import-not-found]

HARD_STOP = 3  # exit code of the run that is stopped without a word


class Logged:
    """A run that remembers what it was given: the points by name, values as hexadecimal floats."""

    def __init__(self, folder: Path, name: str, **options: Any) -> None:
        self.points: dict[str, list[tuple[int, str]]] = {}
        self._folder, self._name, self._step = folder, name, -1
        self.run = wandb.init(project="polyps", dir=str(folder), name=name, mode="offline", **options)
        self.place = Path(self.run.dir).parent

    def log(self, row: dict[str, Any], step: int | None = None, *, commit: bool | None = None) -> None:
        """Log a row; what in it is a number is remembered."""
        self.run.log(row, step=step, commit=commit)
        at = step if step is not None else self._step + 1
        self._remember(row, "", at)
        if commit is not False:
            self._step = at

    def _remember(self, row: dict[str, Any], above: str, at: int) -> None:
        for key, value in row.items():
            name = f"{above}/{key}" if above else key
            if isinstance(value, dict):
                self._remember(value, name, at)
            elif isinstance(value, int | float | np.number) and not isinstance(value, bool):
                self.points.setdefault(name, []).append((at, float(value).hex()))

    def tell(self, *, whole: bool = True) -> None:
        """Write down what was logged, and the file it went to."""
        (file,) = self.place.glob("*.wandb")
        truth = {
            "whole": whole,
            "file": str(file.relative_to(self._folder)),
            "series": self.points,
            "settings": plain(self.run.config),
        }
        (self._folder / f"{self._name}.json").write_text(json.dumps(truth), encoding="utf-8")

    def finish(self) -> None:
        """End the run as a script does."""
        self.tell()
        self.run.finish()


def plain(config: Any) -> dict[str, Any]:
    """The settings as W&B holds them at the end."""
    return json.loads(json.dumps(dict(config), default=str))


def curves(folder: Path) -> None:
    """Names of all kinds, nested ones, whole numbers, numbers of numpy, and values that are not finite."""
    run = Logged(folder, "curves", config={"lr": 3e-4, "batch_size": 16, "model": {"name": "pvt", "dims": [64, 128]}})
    random = np.random.default_rng(0)
    for step in range(400):
        row = {
            "train/loss": 1 / (step + 1) + random.normal() / 7,
            "lr": 3e-4 * (1 - step / 400) ** 0.9,
            "val": {"dice": float(random.random()), "per class": {"polyp": step / 3, "背景": -step / 7}},
            "epoch": step // 10,
            "grad_norm": np.float32(random.random()),
            "tiny": 5e-324 * step,
            "huge": 1.7e308 if step % 2 else -1.7e308,
            "数": step * 0.1,
        }
        if step % 50 == 7:
            row |= {"train/loss": math.nan, "grad_norm": math.inf, "lr": -math.inf}
        if step % 3 == 0:
            row["sometimes"] = step
        run.log(row)
    run.finish()


def own_step(folder: Path) -> None:
    """A step metric of its own, steps with gaps, several calls for one step."""
    run = Logged(folder, "own-step")
    run.run.define_metric("epoch")
    run.run.define_metric("val/*", step_metric="epoch")
    for epoch in range(30):
        run.log({"loss": 1 / (epoch + 1)}, step=epoch * 7, commit=False)
        run.log({"val/dice": epoch / 30, "epoch": epoch}, step=epoch * 7)
    run.finish()


def media(folder: Path) -> None:
    """Histograms, images, tables, words, lists and truth values beside numbers."""
    run = Logged(folder, "media")
    for step in range(6):
        row: dict[str, Any] = {
            "loss": 1 / (step + 1),
            "weights": wandb.Histogram(np.random.default_rng(step).normal(size=500)),
            "picture": wandb.Image(np.full((8, 8, 3), 40 * step, np.uint8)),
            "table": wandb.Table(columns=["a", "b"], data=[[1, 2.5], [3, 4.5]]),
            "note": "a word",
            "page": wandb.Html("<p>hello</p>"),
        }
        run.log(row)
    run.finish()


def long_records(folder: Path) -> None:
    """Rows and settings of more than a block of the file."""
    run = Logged(folder, "long", config={"prompt": "字" * 60_000})
    for step in range(5):
        run.log({f"layer.{at}/norm": at / (step + 3) for at in range(3_000)} | {"text": "x" * 90_000})
    for step in range(40):
        run.log({"loss": step / 7, "pad": "y" * (700 * step)})
    run.finish()


def settings(folder: Path) -> None:
    """Settings that are set, changed and nested."""
    run = Logged(folder, "settings", config={"lr": 1e-3, "steps": [10, 20], "deep": {"a": {"b": 2}}})
    run.run.config.update({"lr": 5e-4, "epochs": 20}, allow_val_change=True)
    run.run.config["optimizer"] = "AdamW"
    run.run.config.setdefaults({"amp": True, "lr": 9.0})
    run.log({"loss": 1.0})
    run.run.config.update({"late": 0.5}, allow_val_change=True)
    run.log({"loss": 0.5})
    run.run.summary["best"] = 0.5
    run.finish()


def stopped(folder: Path) -> None:
    """A run that is told it will be preempted, and is stopped hard a moment later."""
    run = Logged(folder, "stopped")
    run.run.mark_preempting()
    run.run.alert(title="soon", text="the machine goes away")
    for step in range(50):
        run.log({"loss": 1 / (step + 1)})
    run.tell(whole=False)
    time.sleep(3)  # what is written goes to the file in another process
    os._exit(HARD_STOP)


def resumed(folder: Path) -> None:
    """The same run started twice; without a server W&B begins a folder, and counts from 0, again."""
    for name in ("resumed-1", "resumed-2"):
        run = Logged(folder, name, id="samerun1", resume="allow")
        for step in range(20):
            run.log({"loss": 1 / (step + 1)})
        run.finish()


RUNS = (curves, own_step, media, long_records, settings, resumed, stopped)

if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for write in RUNS:
        write(target)
