"""Reads the logs of PaddleSeg, PaddleDetection and PaddleClas: training by iteration, evaluations after it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from diagnose.run import Series, Trace
from diagnose.tables.log_lines import WORD, LogLines
from diagnose.tables.said import ASIDE, Said
from diagnose.tables.textfile import head_text, unbarred

FORMAT = "paddle_log"
NAMES = (".txt", ".log", ".out", ".err", "")
SEG = re.compile(
    r"\[TRAIN\] epoch: ?(?P<epoch>\d{1,7}), iter: ?(?P<iter>\d{1,12})/(?P<of>\d{1,12}),? (?P<said>[^\n]{1,1500})",
    re.ASCII,
)
DET = re.compile(
    r"INFO: ?Epoch: \[(?P<epoch>\d{1,7})\] \[ {0,9}(?P<iter>\d{1,9})/(?P<of>\d{1,9})\] (?P<said>[^\n]{1,1500})",
    re.ASCII,
)
CLAS = re.compile(
    r"\[(?P<mode>Train|Eval)\]\[Epoch (?P<epoch>\d{1,7})(?:/\d{1,7})?\](?:\[Iter: ?(?P<iter>\d{1,9})/(?P<of>\d{1,9})\]"
    r"|\[(?P<mean>Avg)\])(?P<said>[^\n]{1,1500})",
    re.ASCII,
)
LENGTHS = {DET: (0, "steps to an epoch"), CLAS: (1, "steps to an epoch, from 1")}  # what the first epoch is called
SCORES = re.compile(r"\[EVAL\] (?:#Images: ?\d{1,9},? )(?P<said>[^\n]{1,600})", re.ASCII)
CLASSES = re.compile(
    r"\[EVAL\] Class (?P<name>IoU|Acc|Precision|Recall|Dice): ?(?P<list>\[[^\]\n]{0,4000}\])?", re.ASCII
)
COCO = re.compile(
    r"Average (?P<kind>Precision|Recall)  \((?:AP|AR)\) @\[ IoU=(?P<iou>[\d.:]{3,9}) ?\| area= {0,3}(?P<area>\w{3,6}) ?"
    r"\| maxDets= {0,3}(?P<most>\d{1,4}) ?\] = (?P<value>[-+\w.]{1,12})",
    re.ASCII,
)
PAIR = re.compile(rf"(?<![\w'\"])(?P<name>[A-Za-z][\w@/.]{{0,60}}(?:\(\w{{1,40}}\))?): {{0,4}}{WORD}", re.ASCII)


def sniff(path: Path, head: bytes) -> bool:
    """A training or evaluation line of one of the three."""
    text = head_text(head)
    return path.suffix.lower() in NAMES and any(one.search(text) is not None for one in (SEG, DET, CLAS, SCORES))


def read(path: Path) -> list[Trace]:
    """Everything named on a training line under ``train/``, evaluations under ``val/``, a class each where listed."""
    log = LogLines(path, FORMAT)
    bulk = log.take(_step)
    for first, length in LENGTHS.values():
        bulk.count_on(first, length)
    now: dict[str, int] = {}
    listed = ""
    before = 0
    for number, line in bulk.others:
        now, before = bulk.latest(number, before, ("epoch", "step")) or now, number
        side = "val"
        if match := SEG.search(line):
            now, side = {"epoch": int(match["epoch"]), "step": int(match["iter"])}, "train"
        elif match := DET.search(line) or CLAS.search(line):
            side = "val" if match.groupdict().get("mode") == "Eval" else "train"
            if match["iter"] and side == "val":
                continue  # an evaluation on its way
            if match["iter"]:
                done = (int(match["epoch"]) - LENGTHS[match.re][0]) * int(match["of"]) + int(match["iter"])
                now = {"epoch": int(match["epoch"]), "step": done}
        elif match := SCORES.search(line):
            pass
        elif match := COCO.search(line):
            value = log.number("AP", match["value"], number)
            kind = "AP" if match["kind"] == "Precision" else "AR"
            name = f"val/{kind}@{match['iou']} {match['area']} {match['most']}"
            if value is not None:
                log.add(number, {**now, name: value})
            continue
        else:
            listed = _classes(log, number, line, listed, now)
            continue
        prefix = f"{side}/mean " if match.groupdict().get("mean") and side == "train" else f"{side}/"
        if row := _numbers(log, number, match["said"], prefix):
            log.add(number, {**now, **row})
    return log.traces()


def _classes(log: LogLines, line: int, text: str, listed: str, now: dict[str, int]) -> str:
    """Keep the list of a score by class; the name of a list that is on the next line is given back."""
    text = unbarred(text).strip()
    match = CLASSES.search(text)
    if not text:
        return listed
    if match and not match["list"]:
        return match["name"]
    said = match["list"] if match else text
    if (match or listed) and said.startswith("["):
        words = said.strip("[]").replace(",", " ").split()
        name = match["name"] if match else listed
        values = [log.number(name, word, line) for word in words]
        row = {f"val/{name} {at}": value for at, value in enumerate(values) if value is not None}
        if row:
            log.add(line, {**now, **row})
    return ""


def _step(line: str) -> Said | None:
    """The numbers of a step of training; those of an evaluation on its way are put aside."""
    match = SEG.search(line) or DET.search(line) or CLAS.search(line)
    if match is None or not match["iter"]:
        return None
    pairs = list(_pairs(match["said"], "train/"))
    names = [name for name, _ in pairs]
    if not names or len(set(names)) < len(names):
        return None
    begin = match.start("said")
    length = [(LENGTHS[match.re][1], match.span("of"))] if match.re in LENGTHS else []
    clock = [("epoch", match.span("epoch")), ("step", match.span("iter")), *length]
    spans = [(begin + start, begin + stop) for _, (start, stop) in pairs]
    aside = ASIDE if match.groupdict().get("mode") == "Eval" else 0
    return Said("step", (*(name for name, _ in clock), *names), (*(span for _, span in clock), *spans), aside)


def _pairs(said: str, prefix: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Every quantity of a line by its whole name, and where its number stands."""
    for pair in PAIR.finditer(said):
        if pair["name"] != "eta":
            yield prefix + pair["name"], (pair.start("value"), pair.end("value") - pair["value"].endswith("s"))


def _numbers(log: LogLines, line: int, said: str, prefix: str) -> dict[str, float]:
    found = {}
    for name, (start, stop) in _pairs(said, prefix):
        value = log.number(name, said[start:stop], line)
        if value is not None:
            found[name] = value
    return found


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Two lines of PaddleSeg, an evaluation with its classes, a NaN, and a last line cut short."""
    path = folder / "train.log"
    head = "2024-05-06 07:08:09 [INFO]\t"
    path.write_text(
        f"{head}[TRAIN] epoch: 1, iter: 10/60, loss: 0.7500, lr: 0.010000, batch_cost: 0.2500 | ETA 00:01:02\n"
        f"{head}[TRAIN] epoch: 1, iter: 20/60, loss: nan, lr: 0.005000, batch_cost: 0.2500 | ETA 00:01:02\n"
        f"{head}[EVAL] #Images: 76 mIoU: 0.5000 Acc: 0.7500\n{head}[EVAL] Class IoU: \n[0.75 0.25]\n"
        f"{head}[TRAIN] epoch: 2, iter: 30/60, loss: 0.5000, lr: 0.0050",
        encoding="utf-8",
    )
    curves: dict[str, tuple[list[int], list[float]]] = {
        "epoch": ([10, 20, 20, 20, 30], [1, 1, 1, 1, 2]),
        "train/loss": ([10, 20, 30], [0.75, float("nan"), 0.5]),
        "train/lr": ([10, 20], [0.01, 0.005]),
        "train/batch_cost": ([10, 20], [0.25, 0.25]),
        "val/mIoU": ([20], [0.5]),
        "val/Acc": ([20], [0.75]),
        "val/IoU 0": ([20], [0.75]),
        "val/IoU 1": ([20], [0.25]),
    }
    series = tuple(
        Series(name, np.array(at, np.int64), np.array(by, np.float64), source=str(path))
        for name, (at, by) in curves.items()
    )
    return path, [Trace(path, FORMAT, series)]
