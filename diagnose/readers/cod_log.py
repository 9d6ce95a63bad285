"""Reads what PraNet, SINet and their relatives print or log in training: a line every so many steps of an epoch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from diagnose.run import Series, Trace
from diagnose.tables.log_lines import WORD, LogLines, plain
from diagnose.tables.textfile import head_text
from kb.text import Text

FORMAT = "cod_log"
NAMES = (".txt", ".log", ".out", "")
STEP = re.compile(
    r"(?<![\w'\"])Epoch(?: Num:)? \[?(?P<epoch>\d{1,7})/\d{1,7}\],? (?:=> \[Global )?"
    r"Step:? \[?(?P<step>\d{1,9})/(?P<steps>\d{1,9})\](?P<said>[^\n]*)",
    re.ASCII,
)
MEAN = re.compile(r"\[Train Info\]: ?Epoch \[(?P<epoch>\d{1,7})/\d{1,7}\], ?(?P<said>[^\n]*)", re.ASCII)
SCORE = re.compile(
    r"(?P<mark>\[Val Info\]:|#(?:Val|VAL|Test|TEST)#:?)? ?(?<!\w)Epoch: ?(?P<epoch>\d{1,7}),? ?(?P<said>[^\n]*)",
    re.ASCII,
)
SET_SCORE = re.compile(
    r"(?:^|\d[ \]]|INFO:) ?(?P<set>[A-Za-z][\w-]{0,40}): MAE: ?(?P<value>[-+\w.]{1,40})\]?\s*$", re.ASCII
)
DATA_SET = re.compile(
    r"epoch: ?(?P<epoch>\d{1,7}), dataset: ?(?P<set>[^,\n]{1,80}), dice: ?(?P<value>[-+\w.]{1,40})", re.ASCII
)
RATE = re.compile(r"(?:^|[\s:])lr: ?(?P<value>[-+\w.]{1,40})\]?\s*$", re.ASCII)
CONFIG = re.compile(r"(?<!\w)Config: (?P<said>\w{1,40}: [^\n]*)")
PAIR = re.compile(rf"(?<![\w-])(?P<name>[A-Za-z][\w-]{{0,60}}) ?[:=] ?{WORD}", re.ASCII)
FAMILY = re.compile(r"(sinet|pranet|risnet|c2fnet|preynet|hitnet|polyp.?pvt)", re.IGNORECASE)
OWN = re.compile(
    r"\[(?:Train|Val) Info\]: ?Epoch[ :]{0,2}\[?\d|#(?:TRAIN|Val|VAL|Test|TEST)#:? ?Epoch[ :]{0,2}\[?\d", re.ASCII
)


def sniff(path: Path, head: bytes) -> bool:
    """A line of a step or of an evaluation; below a screen of machine and model, one of the family in the name."""
    text = head_text(head)
    if path.suffix.lower() not in NAMES:
        return False
    if STEP.search(text) or OWN.search(text):
        return True
    return FAMILY.search(path.name) is not None and ("Conv2d(" in text or "NVIDIA-SMI" in text)


def read(path: Path) -> list[Trace]:
    """A row a line, by step since the start of training; evaluations stand at the step before them."""
    log = LogLines(path, FORMAT)
    steps = {number: match for number, line in enumerate(log.lines, 1) if (match := STEP.search(line))}
    first = min([1, *(int(match["epoch"]) for match in steps.values())])
    if steps:
        what = Text(
            "Step starts again every epoch; counted on with the steps to an epoch that the log gives",
            "Step 每个 epoch 重新计数；按日志给出的每个 epoch 步数累计为全局步数",
        )
        log.note(what)
    now: dict[str, int] = {}
    rate: dict[str, float] = {}
    for number, line in enumerate(log.lines, 1):
        if match := steps.get(number):
            row = _numbers(log, number, match["said"], "train")
            if row:
                epoch = int(match["epoch"])
                now = {"epoch": epoch, "step": (epoch - first) * int(match["steps"]) + int(match["step"])}
                log.add(number, {**now, **rate, **row})
                rate = {}
        elif match := CONFIG.search(line):
            pairs = (one.partition(":") for one in match["said"].rstrip("] ").split(";"))
            log.begin(number, {name.strip(): plain(value) for name, _, value in pairs})
            now, rate = {}, {}
        elif match := RATE.search(line):
            value = log.number("lr", match["value"], number)
            rate = {} if value is None else {"lr": value}  # printed when an epoch begins
        elif row := _scores(log, number, line, now):
            log.add(number, {**now, **row})
    return log.traces()


def _scores(log: LogLines, line: int, text: str, now: Mapping[str, int]) -> dict[str, float]:
    """What a line says of an epoch as a whole, with the epoch if it names one; nothing for any other line."""
    if match := MEAN.search(text):
        row = _numbers(log, line, match["said"], "train")
    elif (match := SCORE.search(text)) and (match["mark"] or "best" in match["said"]):
        row = _numbers(log, line, match["said"], "val")
    elif match := DATA_SET.search(text):
        row = _number(log, line, f"dice {match['set'].strip()}", match["value"])
    elif (match := SET_SCORE.search(text)) and now:
        return _number(log, line, f"val/MAE {match['set']}", match["value"])
    else:
        return {}
    return {"epoch": int(match["epoch"]), **row} if row else {}


def _numbers(log: LogLines, line: int, said: str, split: str) -> dict[str, float]:
    """The quantities in a line, but for the best so far, which repeats them; PraNet's ``lateral-2`` is a loss."""
    found: dict[str, float] = {}
    for pair in PAIR.finditer(said):
        name = pair["name"]
        if not name.lower().startswith("best"):
            found |= _number(log, line, f"{split}/{'loss/' * name.startswith('lateral')}{name}", pair["value"])
    return found


def _number(log: LogLines, line: int, name: str, word: str) -> dict[str, float]:
    value = log.number(name, word, line)
    return {} if value is None else {name: value}


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Two epochs of three steps with an evaluation, then a run that was started anew and ends inside a line."""
    path = folder / "pranet_out.txt"
    head = "[2024-05-06 07:08:09 AM-train.py-INFO:"
    config = f"{head}Config: epoch: 2; lr: 0.0001; load: None; batchsize: 16]\n"
    path.write_text(
        f"{head}Network-Train]\n{config}"
        f"{head}[Train Info]:Epoch [001/002], Step [0001/0003], Total_loss: 2.5000 Loss1: 1.5000 Loss2: 1.0000]\n"
        f"{head}[Train Info]:Epoch [001/002], Step [0003/0003], Total_loss: nan Loss1: nan Loss2: 0.7500]\n"
        f"{head}[Train Info]: Epoch [001/002], Loss_AVG: 2.2500]\n"
        f"{head}[Val Info]:Epoch:1 MAE:0.0625 bestEpoch:0 bestMAE:0.0625]\n"
        f"{head}[Train Info]:Epoch [002/002], Step [0001/0003], Total_loss: 1.5000 Loss1: 1.0000 Loss2: 0.5000]\n"
        f"{head}Network-Train]\n{config}"
        f"{head}[Train Info]:Epoch [001/002], Step [0001/0003], Total_loss: 3.0000 Loss1: 2.0000 Loss2: 1.0000]\n"
        f"{head}[Train Info]:Epoch [001/002], Step [0003/0003], Total_loss: 2.0000 Loss1: 1.2",
        encoding="utf-8",
    )
    nan = float("nan")
    runs: tuple[dict[str, tuple[list[int], list[float]]], ...] = (
        {
            "epoch": ([1, 3, 3, 3, 4], [1, 1, 1, 1, 2]),
            "train/Total_loss": ([1, 3, 4], [2.5, nan, 1.5]),
            "train/Loss1": ([1, 3, 4], [1.5, nan, 1.0]),
            "train/Loss2": ([1, 3, 4], [1.0, 0.75, 0.5]),
            "train/Loss_AVG": ([3], [2.25]),
            "val/MAE": ([3], [0.0625]),
        },
        {
            "epoch": ([1, 3], [1, 1]),
            "train/Total_loss": ([1, 3], [3.0, 2.0]),
            "train/Loss1": ([1], [2.0]),
            "train/Loss2": ([1], [1.0]),
        },
    )
    return path, [
        Trace(
            path,
            FORMAT,
            tuple(
                Series(name, np.array(steps, np.int64), np.array(values, np.float64), source=str(path))
                for name, (steps, values) in curves.items()
            ),
            settings={"epoch": 2, "lr": 0.0001, "load": None, "batchsize": 16},
        )
        for curves in runs
    ]
