"""Reads nnU-Net's ``training_log_*.txt``, first and second version: a block of lines an epoch, a number a line."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from diagnose.run import Curve, Series, Trace
from diagnose.tables.alike import column
from diagnose.tables.harvest import NONE
from diagnose.tables.log_lines import WORD, LogLines
from diagnose.tables.said import LOOK, Said
from diagnose.tables.table import Column
from diagnose.tables.taken import Taken
from diagnose.tables.textfile import head_text
from diagnose.tables.timeline import Ints
from kb.text import Text

FORMAT = "nnunet_log"
HEAD = "an epoch begins"
WALL = "wall_time"
PARTS = ("stamped year", "stamped month", "stamped day", "stamped hour", "stamped minute", "stamped second")
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
    bulk = log.take(_said, pick=True, made=_timed)
    columns, bulk.table = dict(bulk.table.columns), replace(bulk.table, columns={})  # let go one by one: they are large
    told = {name: [_by_line(bulk, columns.pop(name))] for name in list(columns)}
    cut: list[tuple[int, str]] = []
    few: dict[str, list[tuple[int, float]]] = {}
    for number, line in bulk.others:
        if match := EPOCH.search(line):
            few.setdefault(HEAD, []).append((number, int(match["epoch"])))
        elif match := LINE.search(line):
            for name, (start, stop) in _numbers(match):
                value = log.number(name, line[start:stop], number)
                if value is not None:
                    few.setdefault(name, []).append((number, value))
            if match["list"] and not match["end"]:
                cut.append((number, SAID[match["name"]]))
        if match and (seconds := _seconds(match["stamp"])) is not None:
            few.setdefault(WALL, []).append((number, seconds))
    for name, points in few.items():
        lines, values = zip(*points, strict=True)
        told.setdefault(name, []).append((np.array(lines, np.int64), np.array(values, np.float64)))
    _file(log, bulk, {name: column(told.pop(name)) for name in list(told)}, cut)
    return log.traces()


def _by_line(bulk: Taken, one: Column) -> tuple[Ints, Curve]:
    return bulk.lines if len(one.rows) == len(bulk.lines) else bulk.lines[one.rows], one.values


def _file(log: LogLines, bulk: Taken, told: dict[str, tuple[Ints, Curve]], cut: list[tuple[int, str]]) -> None:
    """A row for every epoch that says something: of what a block says twice the last counts.

    ``told`` are the lines and values of every quantity, of the beginnings of epochs and of the times of day; ``cut``
    are the lists without an end.
    """
    heads, epochs = told.pop(HEAD, (NONE, np.zeros(0)))
    begun = np.concatenate([[1], heads])
    columns: dict[str, Column] = {}
    first: dict[str, tuple[int, int]] = {}  # the row a quantity first comes in, and the line
    for name in list(told):
        lines, values = told.pop(name)
        if name == WALL and np.isnan(values).any():  # NaN is no day
            good = ~np.isnan(values)
            lines, values = lines[good], values[good]
        if not len(lines):
            continue
        rows = np.searchsorted(heads, lines, side="right")
        last = np.append(np.diff(rows) != 0, True)
        columns[name] = Column(rows[last], values[last])
        first[name] = int(rows[0]), int(lines[0])
        del rows, lines, values
    early = any(len(one.rows) and one.rows[0] == 0 for one in columns.values())
    walls = columns.pop(WALL, Column(NONE, np.zeros(0)))
    kept = np.zeros(len(begun), bool)
    for one in columns.values():
        kept[one.rows] = True
    clock = np.concatenate([[np.nan], epochs])
    if early and len(epochs) and epochs[0] > 0:  # pasted, or cut at the front
        now = int(epochs[0]) - 1
        clock[0] = now
        log.note(Text(f"begins in the middle of epoch {now}", f"日志从第 {now} 轮的中间开始"), 1)
    for line, name in cut:
        log.note(Text(f"a list of values is cut short: {name}", f"数值列表不完整：{name}"), line)
    ends = [name for name, one in columns.items() if one.rows[-1] == len(begun) - 1]
    if (early or len(heads)) and not any("loss" in name for name in ends) and kept.any():
        log.note(Text("the last epoch was not finished", "最后一轮没有跑完"), int(begun[-1]))
    if np.isin(np.flatnonzero(kept), walls.rows).all():
        columns[WALL], first[WALL] = walls, (len(begun), 0)
    if not len(epochs):
        if kept.any():
            log.add(1, {name: float(one.values[0]) for name, one in columns.items()})
        return
    kept &= np.isfinite(clock)
    every = {"epoch": Column(np.arange(len(begun)), clock)}
    every |= {name: columns[name] for name in sorted(columns, key=first.__getitem__)}
    where = array("q", begun.tobytes())
    bulk.table = replace(bulk.table, count=len(begun), columns=every, lines=where).of_rows(np.flatnonzero(kept), [])
    bulk.lines = begun[kept]


def _said(line: str) -> Said | None:
    """What a line says, and when; LOOK at one that is cut."""
    names, spans = [HEAD], []
    if match := EPOCH.search(line):
        spans = [match.span("epoch")]
    elif match := LINE.search(line):
        found = list(_numbers(match))
        if not found or (match["list"] and not match["end"]):
            return LOOK
        names, spans = [name for name, _ in found], [span for _, span in found]
    else:
        return None
    if match["stamp"]:
        begin, end = match.span("stamp")
        edges = (*((begin + at, begin + at + 2 + 2 * (at == 0)) for at in (0, 5, 8, 11, 14)), (begin + 17, end))
        names, spans = [*names, *PARTS], [*spans, *edges]
    return Said("", tuple(names), tuple(spans))


def _numbers(match: re.Match[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Where a line has its number, by name, or each number of its list, by name and class."""
    name = SAID[match["name"]]
    if match["list"] is None:
        yield name, match.span("value")
        return
    found = ITEM.finditer(match.string, *match.span("list"))
    items = [item for item in found if match["end"] or item["end"] == ","]
    for at, item in enumerate(items, 1):
        yield name if len(items) == 1 and match["end"] else f"{name} {at}", item.span("value")


def _timed(names: tuple[str, ...], values: Curve) -> tuple[tuple[str, ...], Curve]:
    """The parts of a stamp as seconds since 1970, NaN for a day there is not."""
    if names[-len(PARTS) :] != PARTS:
        return names, values
    year, month, day, hour, minute, second = values[:, -len(PARTS) :].T
    months = (year.astype(np.int64) - 1970) * 12 + month.astype(np.int64) - 1
    first, after = ((months + more).astype("M8[M]").astype("M8[D]").astype(np.int64) for more in (0, 1))
    good = (year > 0) & (month > 0) & (month < 13) & (day > 0) & (day <= after - first)
    good &= (hour < 24) & (minute < 60) & (second < 60)
    whole = (((first + day - 1) * 24 + hour) * 60 + minute).astype(np.int64)
    micros = whole * 60_000_000 + np.rint(second * 1e6).astype(np.int64)
    wall = np.where(good, micros / 1e6, np.nan)
    return (*names[: -len(PARTS)], WALL), np.column_stack([values[:, : -len(PARTS)], wall])


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
