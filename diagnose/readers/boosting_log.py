"""Reads the rounds XGBoost, LightGBM and CatBoost print: a round a line, a number for every data set and measure."""

from __future__ import annotations

import itertools
import re
from functools import partial
from pathlib import Path

import numpy as np

from diagnose.run import Series, Trace
from diagnose.tables.log_lines import LogLines
from diagnose.tables.longtext import parts
from diagnose.tables.said import LOOK, Said
from diagnose.tables.table import Table
from diagnose.tables.taken import between, merged
from diagnose.tables.textfile import head_text, unbarred
from kb.text import Text

FORMAT = "boosting_log"
EARLY = 1000  # lines that are looked at for the spread over folds
NAMES = (".txt", ".log", ".out", ".err", "")
_VALUE = r"[-+]?(?:\d{1,30}(?:\.\d{0,30})?(?:e[-+]?\d{1,4})?|nan|inf)"
_XGBOOST = rf"[\w.-]{{1,60}}-[\w@.-]{{1,40}}:{_VALUE}(?:\+{_VALUE})?"
_LIGHTGBM = rf"[\w.-]{{1,60}}'s [\w@.-]{{1,40}}: {_VALUE}(?: \+ {_VALUE})?"
ROUND = re.compile(
    r"^(?:\[\d\d:\d\d:\d\d\] )?(?:\[(?:LightGBM|XGBoost)\] \[Info\] )?\[ {0,4}(?P<round>\d{1,9})\][\t ](?P<said>"
    rf"(?:\s?(?:{_XGBOOST}|{_LIGHTGBM}))+)\s*$",
    re.ASCII | re.MULTILINE,
)
TREE = re.compile(
    rf"^(?P<round>\d{{1,9}}):\s(?P<said>(?:(?:learn|test\d{{0,3}}): {_VALUE}\s{{1,4}})+)"
    rf"(?:best: (?P<best>{_VALUE}) [^\n]{{1,80}})?total: \d",
    re.ASCII | re.MULTILINE,
)
PAIR = re.compile(
    rf"(?P<name>[\w.-]{{1,60}}(?:-[\w@.-]{{1,40}}(?=:)|'s [\w@.-]{{1,40}})|learn|test\d{{0,3}}): ?(?P<value>{_VALUE})",
    re.ASCII,
)
_STOPPED = re.compile(r"\bbest iteration(?: is)?:\s*$", re.IGNORECASE)
NEXT = 4  # lines below which that round stands, where bars and blank lines are between
UNNAMED = Text(
    "CatBoost does not print what it measures: called a loss where the best is the lowest, else a score",
    "CatBoost 不打印所测指标的名称：最优值为最低者记作 loss，否则记作 score",
)


def sniff(path: Path, head: bytes) -> bool:
    """A round of one of the three."""
    text = unbarred(head_text(head))
    return path.suffix.lower() in NAMES and (ROUND.search(text) is not None or TREE.search(text) is not None)


def read(path: Path) -> list[Trace]:
    """``train-auc`` as it is named, LightGBM's ``valid_0's auc`` as ``valid_0/auc``, by round; one trace a run.

    CatBoost names no measure: ``learn/loss`` and ``test/loss`` where the best of them is the lowest, else ``score``.
    """
    log = LogLines(path, FORMAT)
    lines = itertools.chain.from_iterable(re.finditer(r"[^\n]*\n?", part) for part in parts(log.text))
    early = [line[0] for line in itertools.islice(lines, EARLY)]
    folds = any("+" in line for line in early if ROUND.match(line))
    measure = _measure([found for line in early if (found := TREE.match(line))])
    bulk = log.take(partial(_said, measure=measure), pick=True)
    rows: dict[int, dict[str, float]] = {}
    stops: list[int] = []  # lines that announce a round which is told again
    for number, line in bulk.others:
        text = unbarred(line)
        if _STOPPED.search(text):
            stops.append(number)
            continue
        said = _said(text, measure)
        row = {}
        for name, (start, stop) in zip(said.names, said.spans, strict=True) if said else ():
            value = log.number(name, text[start:stop], number)
            if value is not None:
                row[name] = value
        if row:
            rows[number] = row
    for stop in stops:
        bulk.table = _without_next(bulk.table, rows, stop)
    for number, row in rows.items():
        if len(row) > 1:
            log.add(number, row)
    if folds:
        what = Text("cross-validation: means over the folds are read", "交叉验证：读取的是各折的平均值")
        log.note(what)
    if measure:
        log.note(UNNAMED)
    return log.traces()


def _without_next(table: Table, rows: dict[int, dict[str, float]], stop: int) -> Table:
    """The table without the best round, which XGBoost and LightGBM print once more; or it is taken out of ``rows``."""
    line = min((line for line in (*table.lines, *rows) if stop < line <= stop + NEXT), default=None)
    if line is None or rows.pop(line, None) is not None:
        return table
    return merged(between(table, 0, line), between(table, line + 1, float("inf")))


def _measure(trees: list[re.Match[str]]) -> str:
    """What CatBoost's numbers are: the best is the lowest of the losses, or the highest of the scores."""
    told = [{pair["name"]: float(pair["value"]) for pair in PAIR.finditer(tree["said"])} for tree in trees]
    bests = [(float(tree["best"]), one) for tree, one in zip(trees, told, strict=True) if tree["best"]]
    sides = [side for best, one in bests if (side := best - one.get("test", best))]
    first = next(iter(told[0].values())) - next(iter(told[-1].values())) if told else 0
    return "" if not told else "loss" if (-sides[0] if sides else first) > 0 else "score"


def _said(line: str, measure: str = "") -> Said | None:
    """The round and the numbers of a line."""
    match = ROUND.match(line) or TREE.match(line)
    if match is None:
        return LOOK if "%|" in line or _STOPPED.search(line) else None
    tree = f"/{measure}" if match.re is TREE else ""
    found = PAIR.finditer(line, *match.span("said"))
    pairs = {pair["name"].replace("'s ", "/") + tree: pair.span("value") for pair in found}
    return Said("round", ("iteration", *pairs), (match.span("round"), *pairs.values()))


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Three rounds, a loss that breaks down, a run appended, and a last line cut short."""
    path = folder / "boosting.log"
    path.write_text(
        "[0]\ttrain-logloss:0.75000\teval-logloss:0.87500\n"
        "[10]\ttrain-logloss:0.50000\teval-logloss:nan\n"
        "Stopping. Best iteration:\n"
        "[0]\ttrain-logloss:0.75000\teval-logloss:0.87500\n\n"
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
