"""Keras on stdout: the last state of an epoch's bar; a lone unfinished epoch batch by batch."""

from __future__ import annotations

import re
from pathlib import Path

from . import Run, add, written

BAR = re.compile(r"(\d+)/(\d+) \[[=>.]+\](.*)")
PAIR = re.compile(r"- (\w+): (\d+\.\d{4}|\d+\.\d{3}|nan)")


def runs(path: Path) -> list[Run]:
    run: Run = {}
    epoch = None
    for line in re.split(r"[\r\n]+", path.read_text(encoding="utf-8")):
        if match := re.match(r"Epoch (\d+)/\d+", line):
            epoch = float(match[1])
        if match := BAR.search(line):
            for name, value in PAIR.findall(match[3]):
                add(run, name, float(match[1]) if epoch is None else epoch, float(value))
    return written([run])
