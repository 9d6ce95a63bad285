"""TransUNet family: `iteration N : loss : v, loss_ce: v`, and the fork that writes train and val rows by epoch."""

from __future__ import annotations

import re
from pathlib import Path

from . import Run, add, written

ROW = re.compile(r"^\[[\d:.]+\] (?:epoch : (\d+), )?(?:iteration ?:? ?(\d+),? )?(.*)$")
PAIR = re.compile(r"([A-Za-z_ ]+?) ?: (-?[\d.]+)(?=,|$)")


def runs(path: Path) -> list[Run]:
    found: list[Run] = [{}]
    reached = -1
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if "Namespace(" in line:
            found.append({})
            reached = -1
        match = ROW.match(line)
        if not match or "save best" in line or (match[1] is None and match[2] is None):
            continue
        text = match[3].lstrip(": ")
        val = re.search(r"\bval\b", text) is not None
        if match[2] is not None and not val:
            reached = int(match[2])
        step = float(reached) if match[2] is not None and not val else None
        for name, value in PAIR.findall(text + "" if number < len(lines) or line.endswith(("\n", ",")) else text):
            bare = re.sub(r"\b(train|val) ", "", name).strip()
            prefix = "val/" if val else "train/" if "train" in name else ""
            add(found[-1], prefix + bare, step, float(value))
        if match[1] is not None:
            add(found[-1], "?epoch", None, int(match[1]))
    return written(found)
