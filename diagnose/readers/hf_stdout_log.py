"""Reads what the Hugging Face Trainer prints: one Python dict a record, between the lines of a tqdm bar."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from diagnose.run import Series, Trace
from diagnose.tables.records import Row
from diagnose.tables.textlog import NUMBER, is_log, number, opened

FORMAT = "hf_stdout_log"
_RECORD = re.compile(r"\{'[A-Za-z][\w/ .@-]{0,80}': [^{}]{1,20000}(\}|$)")
_PAIR = re.compile(r"'([A-Za-z][\w/ .@-]{0,120})': ('[^']{0,200}'|[^',}\s(][^,}(]{0,200}(?:\([^()]{0,200}\))?)(?=[,}])")
_WRAPPED = re.compile(r"(?:[a-z_.]{0,20}(?:float|int|tensor)[0-9]{0,2})\(([^(),\s]{1,60})(?:,[^()]{0,60})?\)")
_BAR = re.compile(r"[0-9]{1,3}%(?:\|[^|]{0,200}\|)? {1,9}([0-9]{1,12})/([0-9]{1,12}) \[")
_CLOCK = r"'(?:epoch|step|global_step|iter|iteration)': '?[0-9]"
_ROW = re.compile(r"\{'[A-Za-z][\w/ .@-]{0,80}': [^{}\n]{0,4000}" + _CLOCK + r"|^\{" + _CLOCK, re.MULTILINE)
_MARKS = re.compile(r"^(?:\[INFO\|trainer\.py|.{0,80}\*{5} Running training \*{5})", re.MULTILINE)
_STEPS = frozenset({"step", "global_step", "iter", "iteration"})
_PROGRESS = "global_step/max_steps"  # as ms-swift writes it


@dataclass
class _Record:
    """One printed dict: ``at`` and ``of`` are the step and length of the bar above it, 0 for none."""

    line: int
    values: dict[str, float]
    at: int
    of: int

    @property
    def trained(self) -> bool:
        """Whether it reports a stretch of training, and neither an evaluation nor the end."""
        return "loss" in self.values or "learning_rate" in self.values


def sniff(path: Path, head: bytes) -> bool:
    """A dict in Python's spelling with an epoch or step in it; or, in a log, the Trainer's own announcement."""
    return is_log(path, head, _ROW, _MARKS)


def read(path: Path) -> list[Trace]:
    """The numbers of every dict; one trace a run. The step is the dict's own, else that of the bar above it.

    Where neither tells, training records are counted. An evaluation joins the record of the same epoch.
    """
    log = opened(path, FORMAT)
    records: list[_Record] = []
    at = of = 0
    cut: list[int] = []
    for line, text, _ in log.pieces():
        if bars := _BAR.findall(text):
            at, of = map(int, bars[-1])
        for match in _RECORD.finditer(text):
            values, bad = _numbers(match[0])
            if not match[1]:
                cut.append(line)
            elif values.keys() & {"epoch", *_STEPS}:
                records.append(_Record(line, values, at, of))
                log.broken(bad, line)
    if cut:
        log.note(f"records without an end: {len(cut)}; left out", f"有 {len(cut)} 条记录不完整，已舍去", cut[0])
    steps = _steps(records)
    own = any(_STEPS & one.values.keys() for one in records)
    if records and steps is None and not own and not _whole_epochs(records):
        log.note("no step in it: training records are counted", "其中没有步数：按训练记录的条数计步")
        steps = _counted(records)
    rows: list[dict[str, float]] = []
    for place, one in enumerate(records):
        row = {"step": steps[place], **one.values} if steps and not own else one.values
        if rows and not one.trained and _same_moment(rows[-1], row):
            rows[-1].update(row)
        else:
            rows.append(row)
            log.add(row, one.line)
    return log.traces()


def _numbers(text: str) -> tuple[dict[str, float], list[str]]:
    """The numbers of a printed dict, also those printed as strings; and the words that should have been numbers."""
    found: dict[str, float] = {}
    bad = []
    for name, written in _PAIR.findall(text):
        word = written.strip().strip("'")
        if wrapped := _WRAPPED.fullmatch(word):
            word = wrapped[1]
        if name == _PROGRESS:
            word = word.partition("/")[0]
        value = number(word)
        if value is not None:
            found.setdefault("step" if name == _PROGRESS else name, value)
        elif not written.startswith("'") and NUMBER.match(word):
            bad.append(word)
    return found, bad


def _steps(records: list[_Record]) -> list[int] | None:
    """The step of every record by the bar above it; None unless it advances from record to record of training."""
    trained = [one for one in records if one.trained]
    if not trained:
        return None
    length = Counter(one.of for one in trained).most_common(1)[0][0]
    if not length or any(one.of != length or not one.at for one in trained):
        return None
    epochs = [one.values.get("epoch", 0.0) for one in trained]
    for place in range(1, len(trained)):
        onward = trained[place].at > trained[place - 1].at
        if not onward and epochs[place] >= epochs[place - 1]:
            return None
    steps, now = [], 0
    for one in records:
        if one.trained or one.of == length:
            now = one.at  # an evaluation has a bar of its own, of another length
        steps.append(now)
    return steps


def _whole_epochs(records: list[_Record]) -> bool:
    """Whether every record tells its epoch, all are whole and no two of training share one: the epoch is the clock."""
    every = [one.values.get("epoch", 0.5) for one in records]
    trained = [epoch for epoch, one in zip(every, records, strict=True) if one.trained] or every
    return all(epoch.is_integer() for epoch in every) and all(a != b for a, b in itertools.pairwise(trained))


def _counted(records: list[_Record]) -> list[int]:
    """Records of training numbered from 1, from 1 again where the epoch goes back; others keep the last number."""
    steps, now, epoch = [], 0, 0.0
    trained = any(one.trained for one in records)
    for one in records:
        if one.values.get("epoch", epoch) < epoch:
            now = 0
        epoch = one.values.get("epoch", epoch)
        now += one.trained or not now or not trained
        steps.append(now)
    return steps


def _same_moment(before: Row, row: Row) -> bool:
    """Whether an evaluation belongs to the record before it, of which it repeats nothing but the clocks."""
    shared = before.keys() & row.keys()
    return "epoch" in shared and before["epoch"] == row["epoch"] and shared <= {"epoch", *_STEPS}


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Two records and an evaluation under a bar, then a run appended whose last record is cut."""
    path = folder / "train.out"
    path.write_text(
        "***** Running training *****\n"
        " 50%|#####     | 10/20 [00:10<00:10,  1.00s/it]\n"
        "{'loss': 0.75, 'grad_norm': nan, 'learning_rate': 5e-05, 'epoch': 0.5}        \n"
        "100%|##########| 4/4 [00:01<00:00,  4.00it/s]\n"
        "{'eval_loss': 0.875, 'eval_runtime': 1.5, 'epoch': 0.5}\n"
        "100%|##########| 20/20 [00:20<00:00,  1.00s/it]\n"
        "{'loss': 0.5, 'grad_norm': inf, 'learning_rate': 0.0, 'epoch': 1.0}\n"
        " 50%|#####     | 10/20 [00:10<00:10,  1.00s/it]\n"
        "{'loss': 0.625, 'grad_norm': 1.5, 'learning_rate': 5e-05, 'epoch': 0.5}\n"
        "{'loss': 0.5, 'grad_no",
        encoding="utf-8",
    )
    nan, inf = float("nan"), float("inf")
    both = [10, 20]
    runs: list[list[tuple[str, list[int], list[float]]]] = [
        [
            ("loss", both, [0.75, 0.5]),
            ("grad_norm", both, [nan, inf]),
            ("learning_rate", both, [5e-05, 0.0]),
            ("epoch", both, [0.5, 1.0]),
            ("eval_loss", [10], [0.875]),
            ("eval_runtime", [10], [1.5]),
        ],
        [("loss", [10], [0.625]), ("grad_norm", [10], [1.5]), ("learning_rate", [10], [5e-05]), ("epoch", [10], [0.5])],
    ]
    made = [
        tuple(Series(name, np.array(at, np.int64), np.array(by, np.float64), source=str(path)) for name, at, by in run)
        for run in runs
    ]
    return path, [Trace(path, FORMAT, series) for series in made]
