"""Reads what Darknet prints while it trains YOLO: a line an iteration, and the mAP of its evaluations."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from diagnose.run import Series, Trace
from diagnose.tables.log_lines import LogLines
from diagnose.tables.said import LOOK, Said
from diagnose.tables.textfile import head_text, unbarred

FORMAT = "darknet_log"
NAMES = (".txt", ".log", ".out", ".err", "")
LINE = re.compile(
    r"^\s{0,4}(?P<at>\d{1,9}): (?P<loss>[-+\w.]{1,30}), (?P<avg>[-+\w.]{1,30}) avg(?: loss)?,"
    r"(?: (?P<rate>[-+\w.]{1,30}) rate,)?(?: (?P<seconds>[-+\w.]{1,30}) seconds,)?",
    re.ASCII | re.MULTILINE,
)
SCORE = re.compile(
    r"^\s{0,4}mean average precision \(mAP@(?P<at>[\d.:]{1,12})\) = (?P<value>[-+\w.]{1,30})", re.ASCII | re.MULTILINE
)
NAMED = {"loss": "loss", "avg": "avg loss", "rate": "learning rate", "seconds": "seconds"}


def sniff(path: Path, head: bytes) -> bool:
    """A line of an iteration."""
    return path.suffix.lower() in NAMES and LINE.search(unbarred(head_text(head))) is not None


def read(path: Path) -> list[Trace]:
    """Loss, its running average, learning rate and seconds by iteration; mAP at the iteration before it."""
    log = LogLines(path, FORMAT)
    bulk = log.take(_step, pick=True)
    now = before = 0
    for number, line in bulk.others:
        now, before = bulk.latest(number, before, ("iteration",)).get("iteration", now), number
        said = unbarred(line)
        if match := LINE.match(said):
            now = int(match["at"])
            row = {name: log.number(name, match[group], number) for group, name in NAMED.items() if match[group]}
        elif match := SCORE.match(said):
            row = {f"val/mAP@{match['at']}": log.number("mAP", match["value"], number)}
        else:
            continue
        if known := {name: value for name, value in row.items() if value is not None}:
            log.add(number, {"iteration": now, **known})
    return log.traces()


def _step(line: str) -> Said | None:
    """The numbers of an iteration."""
    match = None if "%|" in line else LINE.match(line)
    if match is None and "Region " in line and "count: " in line:
        return Said("layer", (), ())  # known, and of one batch
    if match is None:
        return LOOK if "%|" in line or SCORE.match(line) else None
    said = [(name, match.span(group)) for group, name in NAMED.items() if match[group]]
    return Said("train", ("iteration", *(name for name, _ in said)), (match.span("at"), *(span for _, span in said)))


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Three iterations between the lines of the layers, an evaluation, a NaN, and a last line cut short."""
    path = folder / "chart.log"
    region = "Region 82 Avg IOU: 0.3, Class: 0.4, Obj: 0.5, No Obj: 0.5, .5R: 0.2, .75R: 0.0,  count: 5\n"
    path.write_text(
        f"Learning Rate: 0.001, Momentum: 0.9, Decay: 0.0005\n{region}"
        " 1: 8.500000, 8.500000 avg loss, 0.001000 rate, 3.500000 seconds, 64 images, 1.2 hours left\n"
        f"{region} 2: nan, 8.250000 avg loss, 0.002000 rate, 3.500000 seconds, 128 images, 1.2 hours left\n"
        " mean average precision (mAP@0.50) = 0.250000, or 25.00 %\n"
        f"{region} 3: 7.500000, 8.125000 avg loss, 0.001000 rate, 3.500000 seconds, 192 images, 1.2 hours left\n"
        " 4: 7.2",
        encoding="utf-8",
    )
    every = [1, 2, 3]
    curves: dict[str, tuple[list[int], list[float]]] = {
        "loss": (every, [8.5, float("nan"), 7.5]),
        "avg loss": (every, [8.5, 8.25, 8.125]),
        "learning rate": (every, [0.001, 0.002, 0.001]),
        "seconds": (every, [3.5, 3.5, 3.5]),
        "val/mAP@0.50": ([2], [0.25]),
    }
    series = tuple(
        Series(name, np.array(at, np.int64), np.array(by, np.float64), source=str(path))
        for name, (at, by) in curves.items()
    )
    return path, [Trace(path, FORMAT, series)]
