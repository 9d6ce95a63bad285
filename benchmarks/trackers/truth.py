"""Remembers what was logged, for the programs that write with a tracker's own package; needs nothing but Python."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class Truth:
    """Points by name, in the order logged, values as hexadecimal floats; and the settings of the run."""

    def __init__(self, file: str, run: str | None = None) -> None:
        self.file, self.run = file, run
        self.series: dict[str, list[tuple[int, str]]] = {}
        self.settings: dict[str, Any] = {}

    def add(self, row: dict[str, Any], step: int, above: str = "") -> None:
        """Take what is a number in a row; nested names are joined with ``/``."""
        for key, value in row.items():
            name = f"{above}/{key}" if above else key
            if isinstance(value, dict):
                self.add(value, step, name)
            elif hasattr(value, "__float__") and not isinstance(value, bool):
                self.series.setdefault(name, []).append((step, float(value).hex()))

    def told(self) -> dict[str, Any]:
        """As it is written down."""
        run = {} if self.run is None else {"run": self.run}
        return {"file": self.file, **run, "series": self.series, "settings": self.settings}


def write(folder: Path, name: str, truths: list[Truth]) -> None:
    """Write ``NAME.json`` into the folder the files are in."""
    (folder / f"{name}.json").write_text(json.dumps([one.told() for one in truths]), encoding="utf-8")


def rows(count: int) -> list[dict[str, Any]]:
    """Rows as a training script logs them, the same every time: odd names, extreme and missing values."""
    found = []
    for step in range(count):
        row: dict[str, Any] = {
            "train/loss": 1 / (step + 1) + (step * 7919 % 101) / 700,
            "val dice": step * 31 % 97 / 97,
            "lr": 3e-4 * (1 - step / count) ** 0.9,
            "epoch": step // 10,
            "tiny": 5e-324 * step,
            "negative": -step / 3,
        }
        if step % 50 == 7:
            row |= {"train/loss": float("nan"), "lr": float("inf"), "negative": float("-inf")}
        if step % 3 == 0:
            row["sometimes"] = step * 0.1
        found.append(row)
    return found
