"""Detectors on stdout: the events line of detectron2, the table rows of Ultralytics."""

from __future__ import annotations

import re
from pathlib import Path

from . import Run, add, written

D2 = re.compile(r"d2\.utils\.events.*?iter: (\d+) (.*)")
TRAIN = re.compile(r"^\s+(\d+)/(\d+)\s+[\d.]+G\s+(-?[\d.]+)\s+(-?[\d.]+)\s+(-?[\d.]+)\s+\d+\s+\d+: 100%")
ALL = re.compile(r"^\s+all\s+\d+\s+\d+\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s*$")


def runs(path: Path) -> list[Run]:
    run: Run = {}
    lines = path.read_text(encoding="utf-8").splitlines()
    epochs = [int(match[1]) for line in lines if (match := TRAIN.match(line))]
    epoch = epochs[0] - 1 if epochs else None
    for line in lines:
        if match := D2.search(line):
            found = re.findall(r"(\w+): ([\d.]+)M?(?=  |$)", match[2])
            cut = line is lines[-1] and "max_mem" not in line
            for name, value in found[:-1] if cut else found:
                add(run, name, int(match[1]), float(value))
        elif match := TRAIN.match(line):
            epoch = int(match[1])
            for name, value in zip(("box_loss", "cls_loss", "dfl_loss"), match.groups()[2:], strict=True):
                add(run, f"train/{name}", epoch, float(value))
        elif match := ALL.match(line):
            for name, value in zip(("precision", "recall", "mAP50", "mAP50-95"), match.groups(), strict=True):
                add(run, f"val/box/{name}", epoch, float(value))
    return written([run])
