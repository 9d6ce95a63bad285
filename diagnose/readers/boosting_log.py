"""Reads the rounds XGBoost, LightGBM and CatBoost print: a round a line, a number for every data set and measure."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np

from diagnose.run import Series, Trace
from diagnose.tables.log_lines import LogLines
from diagnose.tables.longtext import parts
from diagnose.tables.said import LOOK, Said
from diagnose.tables.textfile import head_text, unbarred
from kb.text import Text

FORMAT = "boosting_log"
EARLY = 1000  # lines that are looked at for the spread over folds
NAMES = (".txt", ".log", ".out", ".err", "")
_VALUE = r"[-+]?(?:\d{1,30}(?:\.\d{0,30})?(?:e[-+]?\d{1,4})?|nan|inf)"
_XGBOOST = rf"[\w.-]{{1,60}}-[\w@.-]{{1,40}}:{_VALUE}(?:\+{_VALUE})?"
_LIGHTGBM = rf"[\w.-]{{1,60}}'s [\w@.-]{{1,40}}: {_VALUE}(?: \+ {_VALUE})?"
ROUND = re.compile(
    r"^(?:\[\d\d:\d\d:\d\d\] )?(?:\[(?:LightGBM|XGBoost)\] \[Info\] )?\[(?P<round>\d{1,9})\][\t ](?P<said>"
    rf"(?:\s?(?:{_XGBOOST}|{_LIGHTGBM}))+)\s*$",
    re.ASCII | re.MULTILINE,
)
TREE = re.compile(
    rf"^(?P<round>\d{{1,9}}):\s(?P<said>(?:(?:learn|test): {_VALUE}\s{{1,4}})+)(?:best: [^\n]{{1,80}})?total: \d",
    re.ASCII | re.MULTILINE,
)
PAIR = re.compile(
    rf"(?P<name>[\w.-]{{1,60}}(?:-[\w@.-]{{1,40}}(?=:)|'s [\w@.-]{{1,40}})|learn|test): ?(?P<value>{_VALUE})", re.ASCII
)


def sniff(path: Path, head: bytes) -> bool:
    """A round of one of the three."""
    text = unbarred(head_text(head))
    return path.suffix.lower() in NAMES and (ROUND.search(text) is not None or TREE.search(text) is not None)


def read(path: Path) -> list[Trace]:
    """``train-auc`` as it is named, LightGBM's ``valid_0's auc`` as ``valid_0/auc``, by round; one trace a run."""
    log = LogLines(path, FORMAT)
    lines = itertools.chain.from_iterable(re.finditer(r"[^\n]*\n?", part) for part in parts(log.text))
    early = itertools.islice(lines, EARLY)
    folds = any("+" in line[0] for line in early if ROUND.match(line[0]))
    bulk = log.take(_said, pick=True)
    for number, line in bulk.others:
        text = unbarred(line)
        said = _said(text)
        row = {}
        for name, (start, stop) in zip(said.names, said.spans, strict=True) if said else ():
            value = log.number(name, text[start:stop], number)
            if value is not None:
                row[name] = value
        if len(row) > 1:
            log.add(number, row)
    if folds:
        what = Text("cross-validation: means over the folds are read", "交叉验证：读取的是各折的平均值")
        log.note(what)
    return log.traces()


def _said(line: str) -> Said | None:
    """The round and the numbers of a line."""
    match = ROUND.match(line) or TREE.match(line)
    if match is None:
        return LOOK if "%|" in line else None
    pairs = {pair["name"].replace("'s ", "/"): pair.span("value") for pair in PAIR.finditer(line, *match.span("said"))}
    return Said("round", ("iteration", *pairs), (match.span("round"), *pairs.values()))


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Three rounds, a loss that breaks down, a run appended, and a last line cut short."""
    path = folder / "boosting.log"
    path.write_text(
        "[0]\ttrain-logloss:0.75000\teval-logloss:0.87500\n"
        "[10]\ttrain-logloss:0.50000\teval-logloss:nan\n"
        "Stopping. Best iteration:\n"
        "[0]\ttrain-logloss:0.62500\teval-logloss:0.75000\n"
        "[10]\ttrain-logloss:0.37500\teval-logloss:0.62",
        encoding="utf-8",
    )
    nan = float("nan")
    runs: list[dict[str, tuple[list[int], list[float]]]] = [
        {"train-logloss": ([0, 10], [0.75, 0.5]), "eval-logloss": ([0, 10], [0.875, nan])},
        {"train-logloss": ([0, 10], [0.625, 0.375]), "eval-logloss": ([0], [0.75])},
    ]
    return path, [
        Trace(
            path,
            FORMAT,
            tuple(
                Series(name, np.array(at, np.int64), np.array(by, np.float64), source=str(path))
                for name, (at, by) in run.items()
            ),
        )
        for run in runs
    ]
