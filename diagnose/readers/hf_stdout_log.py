"""Reads what the Hugging Face Trainer prints: one Python dict a record, between the lines of a tqdm bar."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diagnose.run import Curve, Series, Trace
from diagnose.tables.records import Row
from diagnose.tables.said import ASIDE, Said
from diagnose.tables.table import Column
from diagnose.tables.taken import Taken
from diagnose.tables.textlog import NUMBER, is_log, number, opened
from diagnose.tables.timeline import Ints

FORMAT = "hf_stdout_log"
_RECORD = re.compile(r"\{'[A-Za-z][\w/ .@-]{0,80}': [^{}]{1,20000}(\}|$)")
_PAIR = re.compile(
    r"'([A-Za-z][\w/ .@-]{0,120})': ('[^']{0,200}'|[^',}\s(][^,}(]{0,200}(?:\([^()]{0,200}\)\]{0,2})?)(?=[,}])"
)
_WRAPPED = re.compile(  # np.float64(0.5), [array(0.5)], [0.5]
    r"\[{0,2}(?:[a-z_.]{0,20}(?:float|int|tensor|array)[0-9]{0,2}\()?\[{0,2}"
    r"([^(),\s\[\]]{1,60})\]{0,2}(?:,[^()]{0,60})?\)?\]{0,2}"
)
_BAR = re.compile(r"[0-9]{1,3}%(?:\|[^|]{0,200}\|)? {1,9}([0-9]{1,12})/([0-9]{1,12}) \[")
_CLOCK = r"'(?:epoch|step|global_step|iter|iteration)': '?[0-9]"
_ROW = re.compile(  # flat: the Trainer nests nothing
    r"\{'[A-Za-z][\w/ .@-]{0,80}': [^{}\n]{0,4000}" + _CLOCK + r"|^\{" + _CLOCK + r"[^{}\n]{0,4000}\}", re.MULTILINE
)
_MARKS = re.compile(r"^(?:\[INFO\|trainer\.py|.{0,80}\*{5} Running training \*{5})", re.MULTILINE)
_STEPS = frozenset({"step", "global_step", "iter", "iteration"})
_CLOCKS = frozenset({"epoch", *_STEPS})
_TRAINED = frozenset({"loss", "learning_rate"})
_PROGRESS = "global_step/max_steps"  # as ms-swift writes it


@dataclass
class _Record:
    """One printed dict: ``place`` is where it stands among all lines and states of lines."""

    line: int
    place: int
    values: dict[str, float]

    @property
    def trained(self) -> bool:
        """Whether it reports a stretch of training, and neither an evaluation nor the end."""
        return not _TRAINED.isdisjoint(self.values)


@dataclass
class _Moments:
    """All records in their order: their epoch (NaN for none), whether they are of training, and where they stand.

    ``order`` is the place of each of the records among them: of those taken at once, then of the others.
    """

    epochs: Curve
    trained: NDArray[np.bool_]
    places: Ints
    order: Ints


def sniff(path: Path, head: bytes) -> bool:
    """A dict in Python's spelling with an epoch or step in it; or, in a log, the Trainer's own announcement."""
    return is_log(path, head, _ROW, _MARKS)


def read(path: Path) -> list[Trace]:
    """The numbers of every dict; one trace a run. The step is the dict's own, else that of the bar above it.

    Where neither tells, training records are counted. An evaluation joins the record of the same epoch.
    """
    log = opened(path, FORMAT)
    many = log.take(_said)
    records: list[_Record] = []
    bars: list[tuple[int, int, int]] = []
    cut: list[int] = []
    for line, text, _, place in log.pieces():
        if found := _BAR.findall(text):
            bars.append((place, int(found[-1][0]), int(found[-1][1])))
        for match in _RECORD.finditer(text):
            spans, bad = _spans(text, *match.span())
            values = {name: float(text[start:stop]) for name, (start, stop) in spans.items()}
            if not match[1]:
                cut.append(line)
            elif values.keys() & _CLOCKS:
                records.append(_Record(line, place, values))
                log.broken(bad, line)
    if cut:
        log.note(f"records without an end: {len(cut)}; left out", f"有 {len(cut)} 条记录不完整，已舍去", cut[0])
    moments = _moments(records, many)
    steps = _steps(moments, *_under(moments.places, bars, many))
    own = any(_STEPS & one.keys() for one in (many.table.columns, *(one.values for one in records)))
    if len(moments.epochs) and steps is None and not own and not _whole_epochs(moments):
        log.note("no step in it: training records are counted", "其中没有步数：按训练记录的条数计步")
        steps = _counted(moments)
    for row, one in _rows(records, many, moments.order, None if own else steps):
        log.add(row, one.line, one.place)
    return log.traces()


def _rows(
    records: list[_Record], many: Taken, order: Ints, steps: Ints | None
) -> list[tuple[dict[str, float], _Record]]:
    """The rows, each with its first record; those that were taken at once are given their step.

    An evaluation joins the row before it where that tells the same moment.
    """
    count = many.table.count
    given = np.zeros(count) if steps is None else steps[order[:count]].astype(np.float64)
    every = np.argsort(order, kind="stable")
    rows: list[tuple[dict[str, float], _Record]] = []
    now: dict[str, float] = {}
    held = -1  # the row that was taken at once, if it is the last
    for place, one in zip(order[count:].tolist(), records, strict=True):
        row = one.values if steps is None else {"step": float(steps[place]), **one.values}
        if place and every[place - 1] < count:
            held = int(every[place - 1])
            now = many.row(held) if steps is None else {"step": float(given[held]), **many.row(held)}
        if not now or one.trained or not _same_moment(now, row):
            now, held = row, -1
            rows.append((row, one))
        elif held < 0:
            now.update(row)
        else:
            now = {**now, **row}
            given[held] = now.get("step", 0)
            if row.keys() & _STEPS:
                del row["epoch"]  # it has been told
            rows.append((row, one))
    if steps is not None and count:
        many.table = replace(many.table, columns={"step": Column(np.arange(count), given), **many.table.columns})
    return rows


def _said(line: str) -> Said | None:
    """A line that is one record of training, or a state of a bar."""
    found = list(_RECORD.finditer(line))
    bars = list(_BAR.finditer(line))
    if bars and not found:
        return Said("bar", ("at", "of"), (bars[-1].span(1), bars[-1].span(2)), ASIDE)
    if bars or len(found) != 1 or not found[0][1] or "\r" in line:
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


def _under(places: Ints, bars: list[tuple[int, int, int]], many: Taken) -> tuple[Ints, Ints]:
    """The step and the length of the bar above each of some places, 0 for none; bars taken at once are known too."""
    there, numbers = many.aside("bar")
    more = np.array(bars, np.int64).reshape(-1, 3)
    states = np.concatenate([numbers.reshape(-1, 2).astype(np.int64), more[:, 1:]])
    there = np.concatenate([there, more[:, 0]])
    order = np.argsort(there, kind="stable")
    states = np.concatenate([np.zeros((1, 2), np.int64), states[order]])
    at, of = states[np.searchsorted(there[order], places, side="right")].T
    return at, of


def _steps(moments: _Moments, at: Ints, of: Ints) -> Ints | None:
    """The step of every record by the bar above it; None unless it advances from record to record of training."""
    trained = moments.trained
    if not trained.any():
        return None
    length = Counter(of[trained].tolist()).most_common(1)[0][0]
    if not length or (of[trained] != length).any() or (at[trained] == 0).any():
        return None
    epochs = np.nan_to_num(moments.epochs[trained])
    if ((np.diff(at[trained]) <= 0) & (np.diff(epochs) >= 0)).any():
        return None
    known = trained | (of == length)  # an evaluation has a bar of its own, of another length
    latest = np.maximum.accumulate(np.where(known, np.arange(len(at)), -1))
    steps: Ints = np.where(latest < 0, 0, at[latest])
    return steps


def _moments(records: list[_Record], many: Taken) -> _Moments:
    held = many.table.columns.get("epoch")
    first = np.full(many.table.count, np.nan) if held is None else held.dense(many.table.count)
    epochs = np.concatenate([first, [one.values.get("epoch", np.nan) for one in records]])
    trained = np.concatenate([np.ones(many.table.count, bool), np.array([one.trained for one in records], bool)])
    places = np.concatenate([many.lines, np.array([one.place for one in records], np.int64)])
    order = np.argsort(places, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return _Moments(epochs[order], trained[order], places[order], place)


def _whole_epochs(moments: _Moments) -> bool:
    """Whether every record tells its epoch, all are whole and no two of training share one: the epoch is the clock."""
    epochs, trained = moments.epochs, moments.trained
    own = epochs[trained] if trained.any() else epochs
    return bool((epochs == np.floor(epochs)).all() and (np.diff(own) != 0).all())


def _counted(moments: _Moments) -> Ints:
    """Records of training numbered from 1, from 1 again where the epoch goes back; others keep the last number."""
    epochs, trained = moments.epochs, moments.trained
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
