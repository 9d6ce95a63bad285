"""Reads lines of meters, a value and in brackets its mean: PyTorch's ImageNet example, DeiT and MAE, Swin, timm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from diagnose.run import Series, Trace
from diagnose.tables.log_lines import WORD, LogLines
from diagnose.tables.said import LOOK, Said
from diagnose.tables.textfile import head_text
from diagnose.trackers.plain import flat
from diagnose.trackers.python_settings import namespaces
from kb.text import Text

FORMAT = "meter_log"
LENGTH = "steps to an epoch"
NAMES = (".txt", ".log", ".out", ".err", "")
_NUMBER = r"[-+]?(?:\d{1,20}(?:\.\d{0,20})?(?:[eE][-+]?\d{1,4})?|nan|inf)"
_COUNT = r"\[ {0,9}(?P<step>\d{1,9})/ {0,9}(?P<of>\d{1,9})(?: \( {0,3}\d{1,3}%\))?\]"
LINE = re.compile(
    r"(?<![\w'\"])(?:"
    r"(?P<train>(?:Train|Epoch|Training)[^\n\[\]:]{0,30}: ?(?:\[?(?P<epoch>\d{1,7})(?:/\d{1,7})?\]? {0,4}))"
    r"|(?P<side>Test|Val|Valid|Validation|Eval|Evaluation)(?P<ema>(?: \(|_)ema\)?)?"
    r"[^\n\[\]:]{0,30}: {0,5}(?:\[\d{1,7}(?:/\d{1,7})?\] {0,4})?)"
    rf"{_COUNT}(?P<said>[^\n]{{1,1500}})",
    re.IGNORECASE,
)
METER = re.compile(
    rf"(?<![\w@])(?P<name>[A-Za-z][\w@/.-]{{0,40}}(?: [a-z]{{2,10}})?) {{0,4}}:?\s{{1,8}}(?P<value>{_NUMBER})"
    r"(?:s|ms|MB|%)?(?=[\s,(]|\.?$)(?:, {1,9}[\d.]{1,20}/s)?"
    rf"(?:\s{{1,3}}\(\s{{0,9}}(?P<mean>{_NUMBER})[^()\n]{{0,40}}\))?",
    re.IGNORECASE,
)
RESULT = re.compile(
    r"^.{0,80}?(?:(?<![\w*])\*|Test:) {1,4}(?P<said>[A-Za-z][\w@]{0,20}:? {1,3}[-+\d.naif]{1,20}.{0,200})$"
)
ROW = re.compile(  # Val result: mIoU/mAcc/allAcc 0.7/0.8/0.9.
    r"(?P<side>train|val|test) result[^:\n]{0,40}: (?P<names>[a-z]\w{0,20}(?:/[a-z]\w{0,20}){1,9}) "
    r"(?P<values>(?:\d{1,9}\.\d{1,20}|nan)(?:/(?:\d{1,9}\.\d{1,20}|nan)){1,9})\.?$",
    re.IGNORECASE,
)
PAIR = re.compile(rf"(?P<name>[A-Za-z][\w@]{{0,20}}):? {{1,3}}{WORD}", re.ASCII)
MEAN = re.compile(rf"\d[A-Za-z%]{{0,2}}\s{{1,3}}\(\s{{0,9}}{_NUMBER}(?:s,[^()\n]{{0,30}})?\)", re.IGNORECASE)
IDLE = ("eta", "max mem", "mem")
Word = tuple[str, tuple[int, int]]


def sniff(path: Path, head: bytes) -> bool:
    """A counted line of meters with a mean in brackets."""
    if path.suffix.lower() not in NAMES:
        return False
    return any(MEAN.search(match["said"]) for match in LINE.finditer(head_text(head)))


def read(path: Path) -> list[Trace]:
    """The value of every meter by step since the start; of an evaluation only its last means, which are the result."""
    log = LogLines(path, FORMAT)
    text = str(log.text) if "Namespace(" in log.text else ""
    starts = {text.count("\n", 0, at) + 1: flat(settings) for at, settings in namespaces(text)}
    del text  # large
    averaged: list[bool] = []
    bulk = log.take(lambda line: _said(line, averaged), pick=True)
    lines = {number: match for number, line in bulk.others if (match := LINE.search(line))}
    first = min([1, *(int(match["epoch"]) for match in lines.values() if match["train"])])
    if len(bulk.lines):
        first = min(first, int(bulk.table.columns["epoch"].values.min()))
    bulk.count_on(first, LENGTH)
    now: dict[str, float] = {}
    scored: dict[str, float] = {}
    begun = reached = before = 0
    for number, line in bulk.others:
        if at := bulk.latest(number, before, ("epoch", "step")):
            _keep(log, begun, now, scored)
            scored, reached, now = {}, 0, dict(at)
        before = number
        if number in starts:
            _keep(log, begun, now, scored)
            scored, now = {}, {}
            log.begin(number, starts[number])
        if match := lines.get(number):
            if match["train"] or int(match["step"]) < reached:
                _keep(log, begun, now, scored)
                scored, reached = {}, 0
            row = {}
            for name, word, mean in _meters(match):
                value = log.number(name, word[0], number)
                if value is not None:
                    row[name] = value if match["train"] or mean is None else float(mean[0])
                    averaged.append(mean is not None)
            if match["train"]:
                epoch = int(match["epoch"])
                now = {"epoch": epoch, "step": (epoch - first) * int(match["of"]) + int(match["step"])}
                if row:
                    log.add(number, now | row)
            else:
                scored |= row
                begun, reached = number, int(match["step"])
        elif match := ROW.search(line):
            pairs = zip(match["names"].split("/"), match["values"].split("/"), strict=False)
            told = {f"{match['side'].lower()}/{name}": log.number(name, word, number) for name, word in pairs}
            log.add(number, now | {name: value for name, value in told.items() if value is not None})
        elif (match := RESULT.match(line)) and (lines or len(bulk.lines)):
            side = next(iter(scored), "test/").partition("/")[0]
            for pair in PAIR.finditer(match["said"]):
                value = log.number(pair["name"], pair["value"], number)
                if value is not None:
                    scored[f"{side}/{pair['name']}"] = value
            begun = begun or number
    _keep(log, begun, now, scored)
    _alone(log)
    if any(averaged):
        what = Text(
            "numbers in brackets are means since the epoch began; in training the number before them is read",
            "括号内的数值是本轮开始以来的平均值；训练行读取的是括号前的数值",
        )
        log.note(what)
    return log.traces()


def _said(line: str, averaged: list[bool]) -> Said | None:
    """The meters of a step of training, or of a step of an evaluation, of which only the last counts."""
    match = LINE.search(line)
    if match is None:
        return LOOK if "Namespace(" in line or RESULT.match(line) else None
    meters = list(_meters(match))
    names = [name for name, _, _ in meters]
    if not names or len(set(names)) < len(names):
        return LOOK
    averaged.append(any(mean is not None for _, _, mean in meters))
    if match["train"]:
        clock = [match.span(name) for name in ("epoch", "step", "of")]
        return Said("train", ("epoch", "step", LENGTH, *names), (*clock, *(value[1] for _, value, _ in meters)))
    spans = [(value if mean is None else mean)[1] for _, value, mean in meters]
    return Said("evaluation", ("step", *names), (match.span("step"), *spans), 1)


def _keep(log: LogLines, line: int, now: dict[str, float], scored: dict[str, float]) -> None:
    if scored:
        log.add(line, now | scored)


def _alone(log: LogLines) -> None:
    """Call what was evaluated with averaged weights only after the evaluation itself."""
    names = {name for row in log.rows for name in row}
    for row in log.rows:
        for name in [name for name in row if "_ema/" in name and name.replace("_ema/", "/", 1) not in names]:
            row[name.replace("_ema/", "/", 1)] = row.pop(name)


def _meters(match: re.Match[str]) -> Iterator[tuple[str, Word, Word | None]]:
    """Every meter of a line: its whole name, its value and its mean, each as written and where it stands."""
    side = "train" if match["train"] else "test" if match["side"].lower() == "test" else "val"
    side += "_ema" if match["ema"] else ""
    begin = match.start("said")
    for meter in METER.finditer(match["said"]):
        if meter["name"].lower() not in IDLE:
            words = [(meter[one], (meter.start(one) + begin, meter.end(one) + begin)) for one in ("value", "mean")]
            yield f"{side}/{meter['name']}", words[0], words[1] if meter["mean"] else None


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Two epochs of MAE with their evaluations, a NaN, and a last line cut short."""
    path = folder / "finetune.out"
    cost = "time: 0.5000  data: 0.2500  max mem: 900"
    path.write_text(
        "Namespace(batch_size=64,\nblr=0.001,\nmodel='vit, base')\n"
        f"Epoch: [0]  [ 0/40]  eta: 0:01:00  lr: 0.000100  loss: 0.7500 (0.7500)  {cost}\n"
        f"Epoch: [0]  [20/40]  eta: 0:00:30  lr: 0.000200  loss: nan (nan)  {cost}\n"
        "Test:  [ 0/9]  eta: 0:00:03  loss: 0.5000 (0.5000)  acc1: 75.0000 (75.0000)\n"
        "Test:  [ 8/9]  eta: 0:00:00  loss: 0.2500 (0.3750)  acc1: 50.0000 (62.5000)\n"
        "* Acc@1 62.500 loss 0.375\n"
        f"Epoch: [1]  [ 0/40]  eta: 0:01:00  lr: 0.000200  loss: 0.5000 (0.5000)  {cost}\n"
        "Epoch: [1]  [20/40]  eta: 0:00:30  lr: 0.000100  loss: 0.25",
        encoding="utf-8",
    )
    curves: dict[str, tuple[list[int], list[float]]] = {
        "epoch": ([0, 20, 20, 40, 60], [0, 0, 0, 1, 1]),
        "train/lr": ([0, 20, 40, 60], [0.0001, 0.0002, 0.0002, 0.0001]),
        "train/loss": ([0, 20, 40], [0.75, float("nan"), 0.5]),
        "train/time": ([0, 20, 40], [0.5, 0.5, 0.5]),
        "train/data": ([0, 20, 40], [0.25, 0.25, 0.25]),
        "test/loss": ([20], [0.375]),
        "test/acc1": ([20], [62.5]),
        "test/Acc@1": ([20], [62.5]),
    }
    series = tuple(
        Series(name, np.array(at, np.int64), np.array(by, np.float64), source=str(path))
        for name, (at, by) in curves.items()
    )
    return path, [Trace(path, FORMAT, series, settings={"batch_size": 64, "blr": 0.001, "model": "vit, base"})]
