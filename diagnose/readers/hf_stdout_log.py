"""Reads what the Hugging Face Trainer prints: one Python dict a record, between the lines of a tqdm bar."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diagnose.run import Curve, Series, Trace
from diagnose.tables.leftover import Leftover
from diagnose.tables.records import Row
from diagnose.tables.said import Said
from diagnose.tables.table import Column, Table
from diagnose.tables.taken import Taken
from diagnose.tables.textlog import NUMBER, is_log, number, opened
from diagnose.tables.timeline import Ints

FORMAT = "hf_stdout_log"
_RECORD = re.compile(r"\{'[A-Za-z][\w/ .@-]{0,80}': [^{}]{1,20000}(\}|$)")
_PAIR = re.compile(r"'([A-Za-z][\w/ .@-]{0,120})': ('[^']{0,200}'|[^',}\s(][^,}(]{0,200}(?:\([^()]{0,200}\))?)(?=[,}])")
_WRAPPED = re.compile(r"(?:[a-z_.]{0,20}(?:float|int|tensor)[0-9]{0,2})\(([^(),\s]{1,60})(?:,[^()]{0,60})?\)")
_BAR = re.compile(r"[0-9]{1,3}%(?:\|[^|]{0,200}\|)? {1,9}([0-9]{1,12})/([0-9]{1,12}) \[")
_CLOCK = r"'(?:epoch|step|global_step|iter|iteration)': '?[0-9]"
_ROW = re.compile(
    r"\{'[A-Za-z][\w/ .@-]{0,80}': [^{}\n]{0,4000}" + _CLOCK + r"|^\{" + _CLOCK + r"[^{}\n]{0,4000}\}", re.MULTILINE
)
_MARKS = re.compile(r"^(?:\[INFO\|trainer\.py|.{0,80}\*{5} Running training \*{5})", re.MULTILINE)
_STEPS = frozenset({"step", "global_step", "iter", "iteration"})
_CLOCKS = frozenset({"epoch", *_STEPS})
_TRAINED = frozenset({"loss", "learning_rate"})
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
        return not _TRAINED.isdisjoint(self.values)


def sniff(path: Path, head: bytes) -> bool:
    """A dict in Python's spelling with an epoch or step in it; or, in a log, the Trainer's own announcement."""
    return is_log(path, head, _ROW, _MARKS)


def read(path: Path) -> list[Trace]:
    """The numbers of every dict; one trace a run. The step is the dict's own, else that of the bar above it.

    Where neither tells, training records are counted. An evaluation joins the record of the same epoch.
    """
    log = opened(path, FORMAT)
    many = Taken(Table(path, FORMAT, 0, {}), np.zeros(0, np.int64), Leftover())
    if "%" not in log.text:  # no bar counts the steps
        many = log.take(_said)
    records: list[_Record] = []
    at = of = 0
    cut: list[int] = []
    for line, text, _, _ in log.pieces():
        if bars := _BAR.findall(text):
            at, of = map(int, bars[-1])
        for match in _RECORD.finditer(text):
            spans, bad = _spans(text, *match.span())
            values = {name: float(text[start:stop]) for name, (start, stop) in spans.items()}
            if not match[1]:
                cut.append(line)
            elif values.keys() & _CLOCKS:
                records.append(_Record(line, values, at, of))
                log.broken(bad, line)
    if cut:
        log.note(f"records without an end: {len(cut)}; left out", f"有 {len(cut)} 条记录不完整，已舍去", cut[0])
    steps = _steps(records)
    own = any(_STEPS & one.keys() for one in (many.table.columns, *(one.values for one in records)))
    if (records or many.table.count) and steps is None and not own:
        epochs, trained, order = _moments(records, many)
        if not _whole_epochs(epochs, trained):
            log.note("no step in it: training records are counted", "其中没有步数：按训练记录的条数计步")
            counted = _counted(epochs, trained)[order]
            steps = counted[many.table.count :].tolist()
            step = Column(np.arange(many.table.count), counted[: many.table.count].astype(np.float64))
            many.table = replace(many.table, columns={"step": step, **many.table.columns})
            for one, at in zip(records, order[many.table.count :].tolist(), strict=True):
                if many.table.count and at and not one.trained and epochs[at] == epochs[at - 1]:
                    del one.values["epoch"]  # the record before it says the same
    rows: list[dict[str, float]] = []
    for place, one in enumerate(records):
        row = {"step": steps[place], **one.values} if steps and not own else one.values
        if rows and not one.trained and _same_moment(rows[-1], row):
            rows[-1].update(row)
        else:
            rows.append(row)
            log.add(row, one.line)
    return log.traces()


def _said(line: str) -> Said | None:
    """A line that is one record of training."""
    found = list(_RECORD.finditer(line))
    if len(found) != 1 or not found[0][1] or "\r" in line:
        return None
    spans, bad = _spans(line, *found[0].span())
    if bad or not spans.keys() & _CLOCKS or not spans.keys() & _TRAINED:
        return None
    return Said("train", tuple(spans), tuple(spans.values()))


def _spans(text: str, start: int, stop: int) -> tuple[dict[str, tuple[int, int]], list[str]]:
    """Where a printed dict has its numbers, also those printed as strings; and the words that should have been some."""
    found: dict[str, tuple[int, int]] = {}
    bad = []
    for pair in _PAIR.finditer(text, start, stop):
        name, written = pair.groups()
        word = written.strip().strip("'")
        begin = pair.start(2) + written.index(word)
        if wrapped := _WRAPPED.fullmatch(word):
            word, begin = wrapped[1], begin + wrapped.start(1)
        if name == _PROGRESS:
            name, word = "step", word.partition("/")[0]
        if number(word) is not None:
            found.setdefault(name, (begin, begin + len(word)))
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


def _moments(records: list[_Record], many: Taken) -> tuple[Curve, NDArray[np.bool_], Ints]:
    """The epoch of every record (NaN for none) and whether it is one of training; and the place of each among them.

    The places are those of the records that were taken at once, then those of the others.
    """
    held = many.table.columns.get("epoch")
    first = np.full(many.table.count, np.nan) if held is None else held.dense(many.table.count)
    epochs = np.concatenate([first, [one.values.get("epoch", np.nan) for one in records]])
    trained = np.concatenate([np.ones(many.table.count, bool), np.array([one.trained for one in records], bool)])
    lines = np.concatenate([many.lines, np.array([one.line for one in records], np.int64)])
    order = np.argsort(lines, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return epochs[order], trained[order], place


def _whole_epochs(epochs: Curve, trained: NDArray[np.bool_]) -> bool:
    """Whether every record tells its epoch, all are whole and no two of training share one: the epoch is the clock."""
    own = epochs[trained] if trained.any() else epochs
    return bool((epochs == np.floor(epochs)).all() and (np.diff(own) != 0).all())


def _counted(epochs: Curve, trained: NDArray[np.bool_]) -> Ints:
    """Records of training numbered from 1, from 1 again where the epoch goes back; others keep the last number."""
    rows = np.arange(len(epochs))
    known = np.maximum.accumulate(np.where(np.isnan(epochs), -1, rows))
    epochs = np.where(known < 0, 0.0, epochs[known])
    begins = np.diff(epochs, prepend=np.inf) < 0
    counts = trained | begins | (not trained.any())
    total: Ints = np.cumsum(counts)
    start = np.maximum.accumulate(np.where(begins, rows, 0))
    steps: Ints = total - total[start] + 1
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
