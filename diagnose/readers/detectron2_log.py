"""Reads the text log of detectron2: one line of losses every few iterations, and the scores of its evaluations."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from diagnose.run import Series, Trace
from diagnose.tables.said import Said
from diagnose.tables.textlog import is_log, number, opened, pairs, remembered, spans, torn

FORMAT = "detectron2_log"
_LINE = re.compile(r".{0,160}?(?:^|[\s:])iter: (?P<iter>[0-9]{1,12})(?P<rest>  .*)")
_SCORES = re.compile(r".{0,160}?(?:copypaste|csv_format): (?P<what>.*)")
_AMOUNT = re.compile(r"\bmax_mem: ([0-9]{1,9})M")
_ROW = re.compile(r"d2\.utils\.events.{0,80}?\biter: [0-9]{1,12}  |eta: .{1,40}  iter: [0-9]{1,12}  total_loss: ")
_MARKS = re.compile(r"^\[[0-9/]{5} [0-9:]{8}(?:\] | )(?:d2\.\w|detectron2(?:\]|\.| ))", re.MULTILINE)


def sniff(path: Path, head: bytes) -> bool:
    """A line of its event writer; or, in a log, any line detectron2 signed."""
    return is_log(path, head, _ROW, _MARKS)


def read(path: Path) -> list[Trace]:
    """Every number of a progress line by iteration, and ``task/AP`` of the evaluations; one trace a run."""
    log = opened(path, FORMAT)
    bulk = log.take(_step)
    before = bulk.words
    row: dict[str, float] = {}
    begun, alone = 0, False
    task, names = "", list[str]()
    for line, text, last, place in log.pieces():
        if at := bulk.latest(place, begun, ("iter",)):
            row, begun, alone = dict(at), place, True
        if match := _LINE.match(text):
            words, bad = pairs(match["rest"])
            log.broken(bad, line)
            if amount := _AMOUNT.search(text):
                words["max_mem"] = amount[1]
            if last and (name := torn(text, words, before)):
                log.note(
                    f"the last line is cut within {name!r}: left out", f"最后一行在 {name!r} 处中断：舍去该值", line
                )
                del words[name]
            before = remembered(words, before)
            row = {"iter": int(match["iter"]), **{name: float(word) for name, word in words.items()}}
            begun, alone = place, False
            if words:
                log.add(row, line, place)
        elif match := _SCORES.match(text):
            what = match["what"].strip()
            cells = [cell.strip() for cell in what.split(",")]
            numbers = [number(cell) for cell in cells]
            if what.startswith("Task: "):
                task, names = what[6:80].strip(), []
            elif None in numbers:
                names = cells
            elif len(names) != len(cells):
                log.note("scores that do not fit their header; skipped", "评估数值与表头不符，已跳过", line)
            else:
                scores = {f"{task}/{name}": one for name, one in zip(names, numbers, strict=True) if one is not None}
                if not row or alone or row.keys() & scores.keys():
                    row, alone = ({"iter": row["iter"]} if "iter" in row else {}), False
                    log.add(row, line, place)
                row.update(scores)  # the evaluation follows the line of the iteration it was made at
                names = []
    return log.traces()


def _step(line: str) -> Said | None:
    """A line of progress whose numbers are all whole."""
    match = _LINE.match(line)
    if match is None or "\r" in line:
        return None
    found, bad = spans(line, match.start("rest"))
    if bad:
        return None
    if amount := _AMOUNT.search(line):
        found["max_mem"] = amount.span(1)
    said = {"iter": match.span("iter")} | found
    return Said("train", tuple(said), tuple(said.values())) if found else None


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Two lines of progress, an evaluation, and a run appended to the first whose last line is cut."""
    path = folder / "log.txt"
    head = "[05/06 07:08:09] d2."
    path.write_text(
        f"{head}engine.defaults INFO: Model:\n"
        f"{head}utils.events INFO:  eta: 0:01:00  iter: 19  total_loss: 2.5  loss_cls: 1.5  time: 0.5  lr: 0.001  "
        "max_mem: 900M\n"
        f"{head}utils.events INFO:  iter: 39  total_loss: nan  loss_cls: inf  time: 0.5  lr: 0.002  max_mem: 900M\n"
        f"{head}evaluation.testing INFO: copypaste: Task: segm\n"
        f"{head}evaluation.testing INFO: copypaste: AP,AP50,APs\n"
        f"{head}evaluation.testing INFO: copypaste: 12.5,25.0,nan\n"
        f"{head}utils.events INFO:  eta: 0:01:00  iter: 19  total_loss: 2.25  loss_cls: 1.",
        encoding="utf-8",
    )
    nan = float("nan")
    both = [19, 39]
    runs: list[list[tuple[str, list[int], list[float]]]] = [
        [
            ("total_loss", both, [2.5, nan]),
            ("loss_cls", both, [1.5, float("inf")]),
            ("time", both, [0.5, 0.5]),
            ("lr", both, [0.001, 0.002]),
            ("max_mem", both, [900, 900]),
            ("segm/AP", [39], [12.5]),
            ("segm/AP50", [39], [25.0]),
            ("segm/APs", [39], [nan]),
        ],
        [("total_loss", [19], [2.25])],
    ]
    made = [
        tuple(Series(name, np.array(at, np.int64), np.array(by, np.float64), source=str(path)) for name, at, by in run)
        for run in runs
    ]
    return path, [Trace(path, FORMAT, series) for series in made]
