"""Reads the text logs of mmcv and mmengine: mmsegmentation, mmdetection and their relatives."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from diagnose.run import Series, Trace
from diagnose.tables.said import Said
from diagnose.tables.table import Table
from diagnose.tables.textlog import is_log, number, opened, pairs, remembered, spans, torn

FORMAT = "openmmlab_log"
_LINE = re.compile(
    r"(?:.{0,120}? - [A-Z]{4,8} - |\s{0,8})(?P<unit>Epoch|Iter)(?:\((?P<mode>train|val|test)\))?\s{0,4}"
    r"\[ {0,9}(?P<one>[0-9]{1,12})(?:/(?P<all>[0-9]{1,12}))?\]"
    r"(?:\s{0,4}\[ {0,9}(?P<two>[0-9]{1,12})(?:/(?P<length>[0-9]{1,12}))?\])?(?P<rest>\s.*)"
)
_ROW = re.compile(
    r"^(?:.{0,120}? - [A-Z]{4,8} - |\s{0,8})(?:(?:Epoch|Iter)\((?:train|val|test)\)\s{1,4}\[ {0,9}[0-9]{1,12}[/\]]"
    r"|(?:Iter|Epoch ?\[[0-9]{1,9}\]) ?\[[0-9]{1,12}/[0-9]{1,12}\]\s{1,12}lr\w{0,40}: )",
    re.MULTILINE,
)
_MARKS = re.compile(
    r"^(?:[0-9]{4}[-/])?[0-9]{2}[-/][0-9]{2} [0-9:,]{8,12} - "
    r"(?:mm[a-z0-9]{2,20} - [A-Z]{4,8} - |\w{1,30} - INFO - Environment info)",
    re.MULTILINE,
)
_NAMING = ("class", "category")  # the columns that name a class
_LENGTH = "steps to an epoch"
_COSTS = {"time", "data_time", "memory"}


def sniff(path: Path, head: bytes) -> bool:
    """A line of training or evaluation; or, in a log, the report on the machine that comes first."""
    return is_log(path, head, _ROW, _MARKS)


def read(path: Path) -> list[Trace]:
    """The numbers of every ``Iter`` and ``Epoch`` line; one trace a run. Evaluations stand at the step they came after.

    Iterations that restart every epoch become global steps by the length the log itself gives.
    """
    log = opened(path, FORMAT)
    bulk = log.take(_step, {"train": "train"})
    bulk.table = _counted_on(bulk.table)
    step, length, begun = 0, 0, 0
    before: dict[str, dict[str, str]] = {"train": bulk.words}
    header: list[str] = []
    classes: dict[str, float] = {}
    for line, text, last, place in log.pieces():
        match = _LINE.match(text)
        if match is None:
            header = _class_row(text.strip(), header, classes)
            continue
        if taken := bulk.latest(place, begun, ("step", _LENGTH)):
            step, length, begun = taken["step"], taken.get(_LENGTH, length), place
        mode = match["mode"] or "train"
        words, bad = pairs(match["rest"])
        log.broken(bad, line)
        if last and (name := torn(text, words, before.get(mode, {}))):
            log.note(f"the last line is cut within {name!r}: left out", f"最后一行在 {name!r} 处中断：舍去该值", line)
            del words[name]
        if words.keys() <= _COSTS:
            continue  # an evaluation on its way
        before[mode] = remembered(words, before.get(mode, {}))
        clock: dict[str, int] = {}
        by_epoch = match["unit"] == "Epoch" and match["two"] is not None
        if by_epoch:
            clock["epoch"] = int(match["one"])
        if mode == "train":
            if by_epoch:
                at, length = int(match["two"]), int(match["length"] or 0)
                step = (clock["epoch"] - 1) * length + at if at <= length else at
            elif match["unit"] == "Iter":
                step = int(match["one"])
            else:
                continue
        elif by_epoch and length and mode == "val":
            step = max(step, clock["epoch"] * length)
        if step:
            clock["step"] = step
        row = {name: float(word) for name, word in words.items()}
        if mode != "train":  # the table of classes stands above the line of means; mmcv repeats it there
            row, classes = (row if classes.keys() & row.keys() else row | classes), {}
        log.add({"mode": mode, **clock, **row}, line, place)
    bulk.table = replace(bulk.table, columns={k: one for k, one in bulk.table.columns.items() if k != _LENGTH})
    return log.traces()


def _step(line: str) -> Said | None:
    """A line of training whose numbers are all whole, with its clock."""
    match = _LINE.match(line)
    if match is None or (match["mode"] or "train") != "train" or "\r" in line:
        return None
    found, bad = spans(line, match.start("rest"))
    if bad or found.keys() <= _COSTS:
        return None
    if match["unit"] == "Iter":
        clock = {"step": match.span("one")}
    elif match["length"]:
        clock = {"epoch": match.span("one"), "step": match.span("two"), _LENGTH: match.span("length")}
    else:
        return None
    said = clock | found
    return Said("train", tuple(said), tuple(said.values()))


def _counted_on(table: Table) -> Table:
    """The steps of a log by epochs counted on from epoch to epoch, as far as they are below the length of one."""
    columns = dict(table.columns)
    if _LENGTH not in columns:
        return table
    epoch, step, length = (columns[name].dense(table.count) for name in ("epoch", "step", _LENGTH))
    columns["step"] = replace(columns["step"], values=np.where(step <= length, (epoch - 1) * length + step, step))
    return replace(table, columns=columns)


def _class_row(text: str, header: list[str], classes: dict[str, float]) -> list[str]:
    """Read a line of a table of classes into ``classes`` as ``IoU.polyp``; give back the header for the next line."""
    if text.startswith("+-"):
        return header
    cells = [cell.strip() for cell in text.strip("|").split("|")] if text.startswith("|") else []
    if cells and cells[0].lower() in _NAMING:
        return cells
    if not header or len(cells) != len(header):
        return []
    name = ""
    for title, cell in zip(header, cells, strict=True):
        if title.lower() in _NAMING:
            name = cell
        elif name and (value := number(cell)) is not None:
            classes[f"{title}.{name}"] = value
    return header


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Two epochs of mmcv with an evaluation, a NaN, a run appended to the first, and a last line cut short."""
    path = folder / "20240506_070809.log"
    head = "2024-05-06 07:08:09,123 - mmseg - INFO - "
    path.write_text(
        f"{head}Environment info:\n{'-' * 60}\nsys.platform: linux\nloss_decode=dict(type='DiceLoss')\n"
        f"{head}Epoch [1][50/60]\tlr: 1.000e-02, eta: 0:01:00, time: 0.250, memory: 900, loss: 0.7500\n"
        f"{head}Epoch(val) [1][20]\tmIoU: 0.5000\n"
        f"{head}Epoch [2][50/60]\tlr: 5.000e-03, eta: 0:00:10, time: 0.500, memory: 900, loss: nan\n"
        f"{head}Epoch [1][50/60]\tlr: 1.000e-02, eta: 0:01:00, time: 0.250, memory: 900, loss: 0.6",
        encoding="utf-8",
    )
    first: list[tuple[str, list[int], list[float]]] = [
        ("train/epoch", [50, 110], [1, 2]),
        ("val/epoch", [60], [1]),
        ("train/lr", [50, 110], [0.01, 0.005]),
        ("train/time", [50, 110], [0.25, 0.5]),
        ("train/memory", [50, 110], [900, 900]),
        ("train/loss", [50, 110], [0.75, float("nan")]),
        ("val/mIoU", [60], [0.5]),
    ]
    second: list[tuple[str, list[int], list[float]]] = [
        ("train/epoch", [50], [1]),
        ("train/lr", [50], [0.01]),
        ("train/time", [50], [0.25]),
        ("train/memory", [50], [900]),
    ]
    made = [
        tuple(Series(name, np.array(at, np.int64), np.array(by, np.float64), source=str(path)) for name, at, by in run)
        for run in (first, second)
    ]
    return path, [Trace(path, FORMAT, series) for series in made]
