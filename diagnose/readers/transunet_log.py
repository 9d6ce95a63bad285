"""Reads the ``log.txt`` of TransUNet and its relatives (Swin-Unet, DAEFormer): a line an iteration."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from diagnose.run import Series, Trace
from diagnose.tables.log_lines import WORD, LogLines
from diagnose.tables.said import Said
from diagnose.tables.textfile import head_text
from diagnose.trackers.plain import flat
from diagnose.trackers.python_settings import namespace

FORMAT = "transunet_log"
NAMES = (".txt", ".log", ".out", "")
LINE = re.compile(
    r"(?<![\w'\"])(?:(?:(?<!at )[Ee]poch ?:? ?(?P<epoch>\d{1,7}) ?[,:] ?)(?:iteration ?: ?(?P<own>\d{1,9}) ?, ?)?"
    r"(?=mean[ _]|train |val )"
    r"|iteration ?:? ?(?P<iteration>\d{1,9}) ?[:,](?=[^/%]))(?P<said>[^\n]*)",
    re.ASCII,
)
PAIR = re.compile(rf"(?<!\w)(?P<name>[A-Za-z_][\w.-]{{0,40}}(?: [A-Za-z_][\w.-]{{0,40}}){{0,3}}) ?: ?{WORD}", re.ASCII)
PLAN = re.compile(r"(?<!\w)(?P<epoch>\d{1,9}) iterations per epoch\. (?P<all>\d{1,9}) max iterations", re.ASCII)
TESTED = re.compile(
    r"(?:Testing performance in best val model: |Mean class (?P<number>\d{1,4}) )(?P<said>mean_dice.*)",
    re.ASCII,
)  # DAEFormer and its relatives evaluate while they train
SCORED = re.compile(rf"(?P<name>mean_\w{{1,20}}) ?:? ?{WORD}", re.ASCII)
SCORES = re.compile(r"dice|hd95|iou|jaccard|asd", re.IGNORECASE)
SPLIT = re.compile(r"(?:(?P<mean>mean) )?(?P<split>train|val) (?P<name>\S.*)")
MARK = re.compile(
    r"(?<!['\"])(?:\biteration ?:? ?\d{1,9} ?[:,] ?(?:train |val )?(?:\w{1,40} ){0,2}?\w{1,40} ?: ?[-+\dni]"
    r"|\bepoch ?: ?\d{1,7}, mean (?:train|val) loss ?: ?[-+\dni]"
    r"|\d iterations per epoch\. \d+ max iterations|\bNamespace\([^\n]*\bmax_iterations=\d)",
    re.ASCII,
)


def sniff(path: Path, head: bytes) -> bool:
    """A line of an iteration, or the settings such a log begins with."""
    text = head_text(head)
    return path.suffix.lower() in NAMES and MARK.search(text) is not None


def read(path: Path) -> list[Trace]:
    """A row an iteration; printed settings begin a run, and are its settings."""
    log = LogLines(path, FORMAT)
    steps = log.take(_step)
    now: int | None = None
    begun = 0
    for number, line in steps.others:
        if at := steps.latest(number, begun, ("iteration",)):
            now, begun = at["iteration"], number
        if "Namespace(" in line and (settings := namespace(line)):
            log.begin(number, flat(settings))
            now, begun = None, number
        elif plan := PLAN.search(line):
            log.setting({"iterations per epoch": int(plan["epoch"]), "max iterations": int(plan["all"])})
        elif match := LINE.search(line):
            row = _numbers(log, number, match["said"])
            if not row:
                continue
            evaluation = any(name.startswith("val/") for name in row)
            said = match["iteration"] or match["own"]
            if said and not (evaluation and match["own"]):  # evaluations count their own batches
                now, begun = int(said), number
            clock: dict[str, Any] = {} if now is None else {"iteration": now}
            if match["epoch"]:
                clock["epoch"] = int(match["epoch"])
            log.add(number, clock | row)
        elif now is not None and (match := TESTED.search(line)) and (row := _tested(log, number, match)):
            log.add(number, {"iteration": now, **row})
    for row in reversed(log.rows):  # a log that was cut at the front may begin with the means of an epoch
        now = row.get("iteration", now)
        if now is not None:
            row.setdefault("iteration", now)
    return log.traces()


def _tested(log: LogLines, line: int, match: re.Match[str]) -> dict[str, float]:
    """The scores of an evaluation, of one class where the line names one."""
    named = f" {match['number']}" if match["number"] else ""
    found = {}
    for pair in SCORED.finditer(match["said"]):
        value = log.number(pair["name"], pair["value"], line)
        if value is not None:
            found[f"val/{pair['name']}{named}"] = value
    return found


def _step(line: str) -> Said | None:
    """A line of an iteration of training, and nothing else."""
    match = None if "Namespace(" in line or PLAN.search(line) else LINE.search(line)
    if match is None or not match["iteration"]:
        return None
    pairs = list(PAIR.finditer(line, *match.span("said")))
    names = [pair["name"] for pair in pairs]
    if not names or any(SPLIT.fullmatch(name) or SCORES.search(name) for name in names):
        return None
    return Said("train", ("iteration", *names), (match.span("iteration"), *(pair.span("value") for pair in pairs)))


def _numbers(log: LogLines, line: int, said: str) -> dict[str, float]:
    """The quantities of a line; ``mean train loss`` is ``train/mean loss``, a bare ``mean_dice`` an evaluation's."""
    found = {}
    for pair in PAIR.finditer(said):
        split = SPLIT.fullmatch(pair["name"])
        name = pair["name"]
        if split:
            name = f"{split['split']}/{split['mean'] + ' ' if split['mean'] else ''}{split['name']}"
        elif "mean_dice" in name or "mean_hd95" in name or (SCORES.search(name) and "loss" not in said):
            name = f"val/{name}"
        value = log.number(name, pair["value"], line)
        if value is not None:
            found[name] = value
    return found


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """A start that came to nothing, one that got three iterations far, and one cut short in its second."""
    path = folder / "log.txt"
    settings = "Namespace(base_lr=0.05, dataset='Polyp, all', max_iterations=30000, opts=None, size=[224, 224])"
    plan = "20 iterations per epoch. 60 max iterations"
    path.write_text(
        f"[08:00:00.000] {settings}\n[08:00:01.000] {plan}\n"
        f"[08:01:00.000] {settings}\n[08:01:01.000] {plan}\n"
        "[08:01:02.000] iteration 1 : loss : 1.500000, loss_ce: 2.000000\n"
        "[08:01:03.000] iteration 2 : loss : nan, loss_ce: nan\n"
        "  2%|2         | 1/60 [00:02<01:58]iteration 3 : loss: 1.250000, loss_ce: 1.500000\n"
        f"[08:02:00.000] {settings}\n[08:02:01.000] {plan}\n"
        "[08:02:02.000] iteration 1 : loss : 1.750000, loss_ce: 2.250000\n"
        "[08:02:03.000] iteration 2 : loss : 1.625000, loss_ce: 2.1",
        encoding="utf-8",
    )
    given = {"base_lr": 0.05, "dataset": "Polyp, all", "max_iterations": 30000, "size/0": 224, "size/1": 224}
    given |= {"iterations per epoch": 20, "max iterations": 60}
    nan = float("nan")
    runs = (
        {"loss": ([1, 2, 3], [1.5, nan, 1.25]), "loss_ce": ([1, 2, 3], [2.0, nan, 1.5])},
        {"loss": ([1, 2], [1.75, 1.625]), "loss_ce": ([1], [2.25])},
    )
    return path, [
        Trace(
            path,
            FORMAT,
            tuple(
                Series(name, np.array(steps, np.int64), np.array(values), source=str(path))
                for name, (steps, values) in curves.items()
            ),
            settings=given,
        )
        for curves in runs
    ]
