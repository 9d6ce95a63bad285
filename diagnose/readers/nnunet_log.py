"""Reads nnU-Net's ``training_log_*.txt``, first and second version: a block of lines an epoch, a number a line."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from diagnose.run import Series, Trace
from diagnose.tables.log_lines import WORD, LogLines
from diagnose.tables.textfile import head_text
from kb.text import Text

FORMAT = "nnunet_log"
NAMES = (".txt", ".log", ".out", "")
STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?"
SAID = {
    "Current learning rate": "Current learning rate",
    "lr": "lr",
    "train_loss": "train_loss",
    "train loss": "train loss",
    "val_loss": "val_loss",
    "validation loss": "validation loss",
    "Pseudo dice": "Pseudo dice",
    "Average global foreground Dice": "Average global foreground Dice",
    "Epoch time": "Epoch time",
    "This epoch took": "Epoch time",
    "Yayy! New best EMA pseudo Dice": "best EMA pseudo Dice",
    "Mean Validation Dice": "Mean Validation Dice",
}
EPOCH = re.compile(rf"(?:^\s*|(?P<stamp>{STAMP}): *)(?:Epoch +|epoch: *)(?P<epoch>\d{{1,7}})\s*$", re.ASCII)
LINE = re.compile(
    rf"(?:^\s*|(?P<stamp>{STAMP}): *)(?P<name>{'|'.join(map(re.escape, SAID))})(?: ?: *| +)"
    rf"(?:(?P<list>\[[^\]\n]*(?P<end>\]?))|{WORD})",
    re.ASCII,
)
ITEM = re.compile(rf"{WORD}\)?\s*(?P<end>[,\]]|$)", re.ASCII)
MARK = re.compile(
    rf"(?m){STAMP}: *(?:Epoch +\d+\s*$|(?:train|val)_loss +[-+\w]|Pseudo dice +\[|Current learning rate: +\d"
    r"|(?:train|validation) loss ?: +[-+\w]|Average global foreground Dice: +\[|\s*^epoch: +\d)",
    re.ASCII,
)
BANNER = re.compile(r"when using nnU-?Net|nnUNetPlans|nnUNetTrainer|unpacking dataset", re.IGNORECASE)
STARTED = re.compile(rf"{STAMP}|This is the configuration used by this training", re.ASCII)


def sniff(path: Path, head: bytes) -> bool:
    """A stamped line of an epoch's block; or, in a log that has not got that far, what nnU-Net prints before it."""
    text = head_text(head)
    if path.suffix.lower() not in NAMES:
        return False
    return MARK.search(text) is not None or (BANNER.search(text) is not None and STARTED.search(text) is not None)


def read(path: Path) -> list[Trace]:
    """One row an epoch; every class of a list of Dice values is a curve of its own, counted from 1."""
    log = LogLines(path, FORMAT)
    row: dict[str, Any] = {}
    begun = 1
    for number, line in enumerate(log.lines, 1):
        if match := EPOCH.search(line):
            now = int(match["epoch"])
            if row and "epoch" not in row and now > 0:  # pasted, or cut at the front
                row["epoch"] = now - 1
                what = Text(f"begins in the middle of epoch {now - 1}", f"日志从第 {now - 1} 轮的中间开始")
                log.note(what, begun)
            _keep(log, begun, row)
            row, begun = {"epoch": now}, number
        elif match := LINE.search(line):
            row |= _numbers(log, number, match)
        if match and (seconds := _seconds(match["stamp"])) is not None:
            row["wall_time"] = seconds
    _keep(log, begun, row)
    if row and not any("loss" in name for name in row) and log.rows:
        log.note(Text("the last epoch was not finished", "最后一轮没有跑完"), begun)
    if not all("wall_time" in row for row in log.rows):
        for row in log.rows:
            row.pop("wall_time", None)
    return log.traces()


def _keep(log: LogLines, line: int, row: dict[str, Any]) -> None:
    if row.keys() - {"epoch", "wall_time"}:
        log.add(line, row)


def _numbers(log: LogLines, line: int, match: re.Match[str]) -> dict[str, float]:
    """The number of a line by name, or the numbers of its list by name and class."""
    name = SAID[match["name"]]
    if match["list"] is None:
        value = log.number(name, match["value"], line)
        return {} if value is None else {name: value}
    found = {}
    items = [item for item in ITEM.finditer(match["list"]) if match["end"] or item["end"] == ","]
    for at, item in enumerate(items, 1):
        value = log.number(name, item["value"], line)
        if value is not None:
            found[name if len(items) == 1 and match["end"] else f"{name} {at}"] = value
    if not match["end"]:
        what = Text(f"a list of values is cut short: {name}", f"数值列表不完整：{name}")
        log.note(what, line)
    return found


def _seconds(stamp: str | None) -> float | None:
    """Seconds since 1970 as if the clock on the wall showed UTC: the log does not say where it hung."""
    try:
        return datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp() if stamp else None
    except ValueError:
        return None


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Two epochs of two classes, one of them absent, a restart, and a file that ends in the next epoch."""
    path = folder / "training_log_2024_5_6_07_08_09.txt"
    blocks = (
        (0, 0.01, "0.25", "-0.125", "[np.float32(0.5), nan]", 60),
        (1, 0.009, "-0.25", "nan", "[0.75, 0.25]", 120),
        (0, 0.01, "0.5", "0.125", "[0.125, 0.0]", 180),
    )
    begin = datetime(2024, 5, 6, 7, 0, 0, tzinfo=UTC).timestamp()
    written = ["", "Please cite the following paper when using nnU-Net:", ""]
    for epoch, rate, train, val, dice, after in blocks:
        now = f"2024-05-06 07:{after // 60:02d}:00.000000: "
        said = f"Epoch {epoch}", f"Current learning rate: {rate}", f"train_loss {train}", f"val_loss {val}"
        written += [f"{now}{one} " for one in (*said, f"Pseudo dice {dice}", "Epoch time: 60.0 s", "")]
    written += ["2024-05-06 07:04:00.000000: Epoch 1 ", "2024-05-06 07:04:00.000000: Current learn"]
    path.write_text("\n".join(written), encoding="utf-8")
    runs = []
    for run in (blocks[:2], blocks[2:]):
        steps = np.array([one[0] for one in run], np.int64)
        wall = np.array([begin + one[5] for one in run])
        curves = {
            "Current learning rate": [one[1] for one in run],
            "train_loss": [float(one[2]) for one in run],
            "val_loss": [float(one[3]) for one in run],
            "Pseudo dice 1": [0.5, 0.75] if len(run) == 2 else [0.125],
            "Pseudo dice 2": [float("nan"), 0.25] if len(run) == 2 else [0.0],
            "Epoch time": [60.0 for _ in run],
        }
        series = (Series(name, steps, np.array(values), wall, str(path)) for name, values in curves.items())
        runs.append(Trace(path, FORMAT, tuple(series)))
    return path, runs
