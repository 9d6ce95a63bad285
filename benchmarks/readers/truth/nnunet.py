"""nnU-Net 1 and 2: a block an epoch, one number a line."""

from __future__ import annotations

import re
from pathlib import Path

from . import Run, add, written

STAMP = re.compile(r"^\d{4}-\d\d-\d\d [\d:.]+: ?")
EPOCH = re.compile(r"^(?:Epoch|epoch: ) ?(\d+)\s*$")
ONE = re.compile(
    r"^(Current learning rate|train_loss|val_loss|train loss|validation loss|lr|Epoch time|This epoch took"
    r"|Yayy! New best EMA pseudo Dice|Mean Validation Dice)\s*:?\s+(-?[\d.]+(?:e-?\d+)?|nan|inf)(?: s)?\s*$"
)
MANY = re.compile(r"^(Pseudo dice|Average global foreground Dice):? \[(.*?)(\]?)\s*$")
NAMES = {
    "This epoch took": "Epoch time",
    "Yayy! New best EMA pseudo Dice": "best EMA pseudo Dice",
}


def runs(path: Path) -> list[Run]:
    lines = [STAMP.sub("", line) for line in path.read_text(encoding="utf-8").splitlines()]
    first = next(int(match[1]) for line in lines if (match := EPOCH.match(line)))
    number = re.search(r"^", "")
    epoch = first - 1 if any(ONE.match(line) for line in lines[: _at(lines)]) else first
    assert number is not None
    run: Run = {}
    reached = epoch
    for line in lines:
        if match := EPOCH.match(line):
            reached = int(match[1])
        elif match := ONE.match(line):
            add(run, NAMES.get(match[1], match[1]), reached, float(match[2]))
        elif match := MANY.match(line):
            cells = re.findall(r"-?[\d.]+(?:e-?\d+)?|nan", re.sub(r"np\.float\d+\(", "", match[2]))
            cut = "]" not in line
            for at, cell in enumerate(cells[:-1] if cut else cells, 1):
                name = match[1] if len(cells) == 1 and not cut else f"{match[1]} {at}"
                add(run, name, reached, float(cell))
    return written([run])


def _at(lines: list[str]) -> int:
    return next(at for at, line in enumerate(lines) if EPOCH.match(line))
