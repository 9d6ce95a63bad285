"""SINet and its relatives: `Epoch [001/100], Step [0020/0128], name: value`, the step counted on over the epochs."""

from __future__ import annotations

import re
from pathlib import Path

from . import Run, add

STEP = re.compile(r"Epoch(?: Num:)? ?\[?0*(\d+)/(\d+)\],? (?:=> )?\[?(?:Global )?Step:? ?\[?0*(\d+)/0*(\d+)\](.*)")
PAIR = re.compile(r"(\w[\w-]*): ?(-?[\d.]+(?:e-?\d+)?|nan|inf)")
MEAN = re.compile(r"\[Train Info\]: Epoch \[0*(\d+)/\d+\], (.*)")
VALID = re.compile(r"(?:\[Val Info\]:Epoch:|^Epoch: )(\d+),? MAE: ?([\d.]+)")
SMALL = re.compile(r"(CAMO(?:-small)?): MAE:([\d.]+)")
RATE = re.compile(r",\d+ lr:([\d.]+)")
HEAD = re.compile(r"Network-Train|CCD-Train")


def runs(path: Path) -> list[Run]:
    lines = path.read_text(encoding="utf-8").splitlines()
    seen = [match for line in lines if (match := STEP.search(line))]
    if not seen:
        return []
    first = min(1, *(int(match[1]) for match in seen))
    found: list[Run] = [{}]
    reached = -1
    for line in lines:
        if HEAD.search(line):
            found.append({})
            reached = -1
        elif match := STEP.search(line):
            step = (int(match[1]) - first) * int(match[4]) + int(match[3])
            if step < reached:
                found.append({})
            reached = step
            add(found[-1], "?epoch", step, int(match[1]))
            for name, value in PAIR.findall(match[5]):
                prefix = "train/loss/" if name.startswith("lateral") else "train/"
                add(found[-1], prefix + name, step, float(value))
        elif match := MEAN.search(line):
            for name, value in PAIR.findall(match[2]):
                add(found[-1], f"train/{name}", None, float(value))
        elif match := VALID.search(line):
            add(found[-1], "val/MAE", None, float(match[2]))
        elif "Best" not in line and (match := SMALL.search(line)):
            add(found[-1], f"val/MAE {match[1]}", None, float(match[2]))
        elif match := RATE.search(line):
            add(found[-1], "lr", None, float(match[1]))
    return [run for run in found if any(name.startswith("train/") for name in run)]
