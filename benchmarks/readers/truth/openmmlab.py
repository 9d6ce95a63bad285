"""The text logs of mmcv and mmengine: `Iter [50/80000]` and `Iter(train) [  50/40000]` with `name: value` pairs."""

from __future__ import annotations

import re
from pathlib import Path

from . import Run, add, written

TRAIN = re.compile(r" - INFO - (?:Iter\(train\) \[\s*(\d+)/\d+\]|Iter \[(\d+)/\d+\])(.*)")
VALID = re.compile(r" - INFO - Iter\(val\) \[\s*(\d+)/(\d+)\](.*)")
ROW = re.compile(r"\| +(\S.*?) +\| +([\d.]+|nan|IoU) +\| +([\d.]+|nan|Acc) +\| +([\d.]+|nan|Dice) +\|")
PAIR = re.compile(r"([A-Za-z][\w./-]*): (-?\d[\d.]*(?:e[+-]?\d+)?|nan)(?=,|\s|$)")


def runs(path: Path) -> list[Run]:
    run: Run = {}
    lines = path.read_text(encoding="utf-8").splitlines()
    reached = None
    for line in lines:
        if match := TRAIN.search(line):
            reached = float(match[1] or match[2])
            cut = line is lines[-1] and not re.search(r" loss: [\d.]+$", line)
            for pair in PAIR.finditer(match[3]):
                if not (cut and pair.end() == len(match[3])):  # a number at the edge of an excerpt may lack digits
                    add(run, f"train/{pair[1]}", reached, float(pair[2]))
        elif (match := ROW.match(line)) and match[1] != "Class":  # the table of classes before an evaluation's line
            for name, value in zip(("IoU", "Acc", "Dice"), match.groups()[1:], strict=True):
                add(run, f"val/{name}.{match[1]}", reached, float(value))
        elif (match := VALID.search(line)) and match[1] == match[2]:
            for name, value in PAIR.findall(match[3]):
                add(run, f"val/{name}", reached, float(value))
    return written([run])
