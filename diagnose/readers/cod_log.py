"""Reads what PraNet, SINet and their relatives print or log in training: a line every so many steps of an epoch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from diagnose.run import Series, Trace
from diagnose.tables.alike import column
from diagnose.tables.data_sets import SCORED, SETS, data_set_scores
from diagnose.tables.log_lines import WORD, LogLines, plain
from diagnose.tables.naming import is_told
from diagnose.tables.said import Said
from diagnose.tables.table import Column, Table
from diagnose.tables.textfile import head_text
from kb.text import Text

FORMAT = "cod_log"
LENGTH = "steps to an epoch"
NAMES = (".txt", ".log", ".out", "")
STEP = re.compile(
    r"(?<![\w'\"])Epoch(?: Num:)? \[? {0,6}(?P<epoch>\d{1,7})/ {0,6}\d{1,7}\],? (?:=> \[Global )?"
    r"Step:? \[? {0,8}(?P<step>\d{1,9})/ {0,8}(?P<steps>\d{1,9})\](?P<said>[^\n]*)",
    re.ASCII,
)
MEAN = re.compile(r"\[Train Info\]: ?Epoch \[ {0,6}(?P<epoch>\d{1,7})/ {0,6}\d{1,7}\], ?(?P<said>[^\n]*)", re.ASCII)
SCORE = re.compile(
    r"(?P<set>(?<![\w-])[A-Za-z][\w-]{1,30}: )?"
    r"(?P<mark>\[Val(?: Info)?\]:?|#(?:Val|VAL|Test|TEST)#:?|\[Cur(?= Epoch))? ?"
    r"(?<!\w)Epoch: ?(?P<epoch>\d{1,7})(?:\]|,)? ?(?P<said>[^\n]*)",
    re.ASCII,
)
SET_SCORE = re.compile(
    r"(?:^|\d[ \]]|INFO:) ?(?P<set>[A-Za-z][\w-]{0,40}): MAE: ?(?P<value>[-+\w.]{1,40})\]?\s*$", re.ASCII
)
PRINTED = re.compile(
    r"(?P<set>[A-Za-z][\w-]{0,40}) ?:  ?(?P<said>(?:[A-Za-z]{1,20} ?:  ?)?[-+\w.]{1,40}(?:  .*)?)", re.ASCII
)
OVERALL = re.compile(
    r"\| ?step: ?(?P<step>\d{1,12})/(?P<epoch>\d{1,7})/\d{1,7} ?\|(?P<said>[^\n]*)", re.ASCII
)  # F3Net and its relatives count on through the epochs
EVALUATED = re.compile(
    r"(?<![\w/'\"])(?:Epoch:? ?\[?(?P<ahead>\d{1,7})(?:/\d{1,7})?\]?[ ,:|-]{1,3})?\[?"
    r"(?P<split>val|valid|validation|test|testing|eval|evaluation)\b(?P<said>[^\n]*)",
    re.ASCII | re.IGNORECASE,
)  # a line of one's own making between theirs
EPOCH = re.compile(r"(?<![A-Za-z])epoch[ :=#]{0,3}\[?(?P<epoch>\d{1,7})", re.ASCII | re.IGNORECASE)
QUANTITY = re.compile(
    r"loss|dice|iou|acc|mae|mse|f1|auc|precision|recall|sensitiv|specific|psnr|ssim|score", re.IGNORECASE
)
RATE = re.compile(r"(?:^|[\s:])lr: ?(?P<value>[-+\w.]{1,40})\]?\s*$", re.ASCII)
CONFIG = re.compile(r"(?<!\w)Config: (?P<said>\w{1,40}: [^\n]*)")
PAIR = re.compile(
    rf"(?<![\w'\"-])(?P<name>[A-Za-z][\w-]{{0,60}}(?: [A-Za-z][\w-]{{0,60}}){{0,2}}) ?[:=] {{0,4}}{WORD}", re.ASCII
)
SPLIT = re.compile(r"(?:val|test)[ _/-]", re.IGNORECASE)
SETTINGS = frozenset(("lr", "learning_rate", "epsilon"))
FAMILY = re.compile(r"(sinet|pranet|risnet|c2fnet|preynet|hitnet|polyp.?pvt)", re.IGNORECASE)
OWN = re.compile(
    r"\[(?:Train|Val) Info\]: ?Epoch[ :]{0,2}\[?\d|#(?:TRAIN|Val|VAL|Test|TEST)#:? ?Epoch[ :]{0,2}\[?\d"
    r"|\[Cur Epoch: ?\d{1,7}\] Metrics",
    re.ASCII,
)


def sniff(path: Path, head: bytes) -> bool:
    """A line of a step or of an evaluation; below a screen of machine and model, one of the family in the name."""
    text = head_text(head)
    if path.suffix.lower() not in NAMES:
        return False
    if STEP.search(text) or OWN.search(text) or OVERALL.search(text):
        return True
    return FAMILY.search(path.name) is not None and ("Conv2d(" in text or "NVIDIA-SMI" in text)


def read(path: Path) -> list[Trace]:
    """A row a line, by step since the start of training; evaluations stand at the step before them."""
    log = LogLines(path, FORMAT)
    bulk = log.take(_step)
    steps = {number: match for number, line in bulk.others if (match := STEP.search(line))}
    first = min([1, *(int(match["epoch"]) for match in steps.values())])
    if len(bulk.lines):
        first = min(first, int(bulk.table.columns["epoch"].values.min()))
    if steps or len(bulk.lines):
        what = Text(
            "Step starts again every epoch; counted on with the steps to an epoch that the log gives",
            "Step 每个 epoch 重新计数；按日志给出的每个 epoch 步数累计为全局步数",
        )
        log.note(what)
    now: dict[str, int] = {}
    rate: dict[str, float] = {}
    told: dict[str, float] = {}  # the epoch in which each score was last logged; it may be printed too
    rates: list[tuple[int, float]] = []
    begun = 0
    for number, line in bulk.others:
        if at := bulk.latest(number, begun, ("epoch", "step", LENGTH)):
            now = {"epoch": at["epoch"], "step": (at["epoch"] - first) * at[LENGTH] + at["step"]}
            rate, begun = {}, number
        if (match := steps.get(number)) or (match := OVERALL.search(line)):
            row = _numbers(log, number, match["said"], "train")
            if row:
                epoch = int(match["epoch"])
                done = int(match["step"]) + ((epoch - first) * int(match["steps"]) if match.re is STEP else 0)
                now, begun = {"epoch": epoch, "step": done}, number
                del rates[len(rates) - bool(rate) :]
                log.add(number, {**now, **rate, **row})
                rate = {}
        elif match := CONFIG.search(line):
            pairs = (one.partition(":") for one in match["said"].rstrip("] ").split(";"))
            log.begin(number, {name.strip(): plain(value) for name, _, value in pairs})
            del rates[len(rates) - bool(rate) :]
            now, rate, told, begun = {}, {}, {}, number
        elif match := RATE.search(line):
            value = log.number("lr", match["value"], number)
            del rates[len(rates) - bool(rate) :]
            rate = {} if value is None else {"lr": value}  # printed when an epoch begins
            rates += [(number, value)] if value is not None else []
        elif row := _scores(log, number, line, now):
            scored = row.get("epoch", now.get("epoch", 0))
            row = {name: value for name, value in row.items() if name == "epoch" or told.get(name) != scored}
            told |= dict.fromkeys(row.keys() - {"epoch"}, scored)
            if row.keys() - {"epoch"}:
                log.add(number, {**now, **row})
    bulk.table = _counted(bulk.table, first, rates)
    return log.traces()


def _scores(log: LogLines, line: int, text: str, now: Mapping[str, int]) -> dict[str, float]:
    """What a line says of an epoch as a whole, with the epoch if it names one; nothing for any other line."""
    if match := MEAN.search(text):
        row = _numbers(log, line, match["said"], "train")
    elif match := SCORED.search(text):
        row = {}
        for name, (start, stop) in data_set_scores(match):
            row |= _number(log, line, name, text[start:stop])
    elif (match := SCORE.search(text)) and (match["mark"] or "best" in match["said"]):
        row = _numbers(log, line, match["said"], (match["set"] or "val").strip(": ").lower())
    elif (match := SET_SCORE.search(text)) and now:
        return _number(log, line, f"val/MAE {match['set']}", match["value"])
    elif (match := PRINTED.fullmatch(text.strip())) and now and match["set"].lower() in SETS:
        said = match["said"] if ":" in match["said"] else f"dice: {match['said']}"
        return {f"{name.removeprefix('/')} {match['set']}": one for name, one in _numbers(log, line, said, "").items()}
    elif (match := EVALUATED.search(text)) and now:
        return _evaluated(log, line, match)
    else:
        return {}
    return {"epoch": int(match["epoch"]), **row} if row else {}


def _evaluated(log: LogLines, line: int, match: re.Match[str]) -> dict[str, float]:
    """The losses and scores of an evaluation told in the user's own words; nothing without any."""
    said = match["split"] + match["said"] if match["said"][:1] == " " else match["said"]
    said = re.sub(r"(?<=\w):(?= [A-Za-z]+\W)(?! (?:nan|inf))", ";", said)  # Kvasir: dice: 0.5
    epoch = match["ahead"] or (EPOCH.search(said) or {"epoch": ""})["epoch"]
    pairs = {full: pair for pair, full in _pairs(said, "val") if QUANTITY.search(pair["name"]) or is_told(full)}
    sets = [word for word in re.findall(r"[A-Za-z][\w-]*", said) if word.lower() in SETS - {"test"}]
    of = f" {sets[0]}" if len(set(sets)) == 1 else ""
    row: dict[str, float] = {}
    for full, pair in pairs.items():
        row |= _number(log, line, full if of in full else full + of, pair["value"])
    return {**({"epoch": int(epoch)} if epoch and row else {}), **row}


def _numbers(log: LogLines, line: int, said: str, split: str) -> dict[str, float]:
    """The quantities in a line, but for the best so far, which repeats them; PraNet's ``lateral-2`` is a loss."""
    found: dict[str, float] = {}
    for pair, name in _pairs(said, split):
        found |= _number(log, line, name, pair["value"])
    return found


def _pairs(said: str, split: str) -> Iterator[tuple[re.Match[str], str]]:
    """The pairs of a line that are quantities, with the whole names of these."""
    losses = "lateral" in said  # and so is what stands beside it
    pairs = list(PAIR.finditer(said))
    if any(not pair["name"].lower().startswith("best") for pair in pairs):
        pairs = [pair for pair in pairs if not pair["name"].lower().startswith("best")]
    for pair in pairs:
        name = pair["name"]
        if name.lower() == "bestepoch":
            continue
        kind = "loss/" if losses and "loss" not in name.lower() and name.lower() not in SETTINGS else ""
        full = f"val/{SPLIT.sub('', name, count=1)}" if SPLIT.match(name) else f"{split}/{kind}{name}"
        yield pair, "lr" if name.lower() == "lr" else full


def _step(line: str) -> Said | None:
    """The numbers of a step of training, which of how many it is, and its epoch."""
    match = STEP.search(line)
    pairs = [] if match is None else list(_pairs(match["said"], "train"))
    names = [name for _, name in pairs]
    if match is None or not names or len(set(names)) < len(names):
        return None
    begin = match.start("said")
    spans = [(pair.start("value") + begin, pair.end("value") + begin) for pair, _ in pairs]
    clock = [match.span(name) for name in ("epoch", "step", "steps")]
    return Said("train", ("epoch", "step", LENGTH, *names), (*clock, *spans))


def _counted(table: Table, first: int, rates: Sequence[tuple[int, float]]) -> Table:
    """The steps taken at once, counted on from epoch to epoch, with the rates that were printed ahead of them."""
    columns = dict(table.columns)
    length = columns.pop(LENGTH, None)
    if length is None:
        return table
    step = columns["step"]
    columns["step"] = Column(step.rows, (columns["epoch"].values - first) * length.values + step.values)
    rows = np.searchsorted(np.array(table.lines), [line for line, _ in rates])
    ahead = {int(row): rate for row, (_, rate) in zip(rows, rates, strict=True) if row < table.count}
    given = columns.get("lr", Column(rows[:0], np.zeros(0)))
    ahead = {row: rate for row, rate in ahead.items() if row not in set(given.rows.tolist())}
    if ahead:
        told = (np.array(list(ahead), np.int64), np.array(list(ahead.values())))
        columns["lr"] = Column(*column([(given.rows, given.values), told]))
        columns = {name: columns[name] for name in sorted(columns, key=partial(_begin, columns, ahead))}
    return replace(table, columns=columns)


def _begin(columns: Mapping[str, Column], ahead: Mapping[int, float], name: str) -> tuple[int, bool, bool]:
    """Where a quantity comes first: a rate printed ahead of a line comes before what the line says, but its clock."""
    row = int(columns[name].rows[0])
    return row, name not in ("epoch", "step"), name != "lr" or row not in ahead


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
