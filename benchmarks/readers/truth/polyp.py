"""Polyp-PVT family: a dice a dataset and epoch; a run is one script's lines until its epoch goes back."""

from __future__ import annotations

import re
from pathlib import Path

from . import Run, add, written

LINE = re.compile(
    r"-(?P<script>[^\[\]]*?\.py)[-.]?.*?epoch:? (?P<epoch>\d+), "
    r"dataset:? (?P<set>[\w-]+), dice:? (?P<dice>\d[\d.]*(?:e-?\d+)?|nan)"
)


def runs(path: Path) -> list[Run]:
    found: list[Run] = []
    current: dict[str, tuple[int, Run]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not (match := LINE.search(line)):
            continue
        script, epoch = match["script"].split("-", 2)[-1], int(match["epoch"])
        reached, run = current.get(script, (epoch + 1, {}))
        if epoch < reached:
            run = {}
            found.append(run)
        current[script] = (epoch, run)
        add(run, f"dice {match['set']}", epoch, float(match["dice"]))
    return written(found)
