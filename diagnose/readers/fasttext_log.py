"""Reads the line fastText keeps redrawing while it trains: how far it is, the learning rate and the average loss."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from diagnose.run import Note, Series, Trace
from diagnose.tables.log_lines import LogLines
from diagnose.tables.textfile import head_text, hits
from kb.text import Text

FORMAT = "fasttext_log"
NAMES = (".txt", ".log", ".out", ".err", "")
_VALUE = r"[-+\w.]{1,40}"
STATE = re.compile(
    rf"^Progress: {{0,4}}(?P<done>\d{{1,3}}\.\d)% {{1,4}}words/sec/thread: {{0,12}}(?P<speed>{_VALUE}) {{1,4}}"
    rf"lr: {{0,4}}(?P<lr>{_VALUE}) {{1,4}}(?:avg\.)?loss: {{0,4}}(?P<loss>{_VALUE})",
    re.MULTILINE | re.ASCII,
)
CLOCK = Text(
    "fastText counts no steps: a step is a thousandth of the run",
    "fastText 不计步数：一步即整个训练的千分之一",
)


def sniff(path: Path, head: bytes) -> bool:
    """A state of that line."""
    return path.suffix.lower() in NAMES and STATE.search(head_text(head)) is not None


def read(path: Path) -> list[Trace]:
    """One trace a run; of several states at one thousandth the first is read."""
    log = LogLines(path, FORMAT)
    before = -1
    for line, state in hits(STATE, log.text):
        step = round(10 * float(state["done"]))
        named = (("words/sec/thread", "speed"), ("lr", "lr"), ("loss", "loss"))
        row = {name: log.number(name, state[group], line) for name, group in named} if step != before else {}
        before = step
        if any(value is not None for value in row.values()):
            log.add(line, {"step": step, **{name: value for name, value in row.items() if value is not None}})
    if before >= 0:
        log.note(CLOCK)
    return log.traces()


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Three states of one run, the last of them cut short."""
    path = folder / "fasttext.log"
    state = "\rProgress: {:5.1f}% words/sec/thread: {:7d} lr: {:9.6f} avg.loss: {:9.6f} ETA:   0h 0m 9s"
    text = "Read 0M words\nNumber of words:  9181\n" + "".join(
        state.format(done, speed, rate, loss) for done, speed, rate, loss in ((0, 100, 0.1, 2.5), (12.5, 200, 0.05, 2))
    )
    path.write_text(f"{text}\rProgress:  50.0% words/sec/thread: ", encoding="utf-8")
    curves = {"words/sec/thread": [100, 200], "lr": [0.1, 0.05], "loss": [2.5, 2.0]}
    series = tuple(
        Series(name, np.array([0, 125], np.int64), np.array(values, np.float64), source=str(path))
        for name, values in curves.items()
    )
    return path, [Trace(path, FORMAT, series, notes=(Note(str(path), CLOCK),))]
