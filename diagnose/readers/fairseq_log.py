"""Reads fairseq's progress lines: bars and blanks in old versions, loggers' names since, JSON when it was asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np

from diagnose.run import Series, Trace
from diagnose.tables.harvested import harvested
from diagnose.tables.loss_scales import NAME, scales_in, with_scales
from diagnose.tables.said import Said
from diagnose.tables.table import traces
from diagnose.tables.textfile import head_text, no_numbers, no_signal, opened

FORMAT = "fairseq"
POSITION = ("epoch", "update")  # an epoch, and how much of it: told better by num_updates
_LINE = re.compile(
    r"\| (?:(?P<who>train_inner|train|valid|test) \| )?(?:"
    r"(?P<json>\{\"epoch\": (?P<of>\d{1,7}),[^\n]{1,4000})|"
    r"epoch (?P<epoch>\d{1,7})(?P<at>: +[^\n=]{0,200}?(?P<update>\d{1,12}) ?/ ?\d{1,12}(?= ))?"
    r"(?P<valid> \| valid on '(?P<subset>[^'\n]{1,60})' subset)?"
    r"(?P<fields>(?: \| |[ ,]+|,? ?\[[^\n=]{0,80}, )[A-Za-z][^\n]{1,3000})"
    r")"
)
_FIELD = re.compile(
    r"(?:^|[|,\[] ?|(?<= ))(?P<name>[A-Za-z]\w{0,60})[= ](?P<value>[-+]?(?:\d|\.\d|nan|inf)[^\s|,\]]{0,40})"
)
_MEMBER = re.compile(r'"(?P<name>[^"]{1,60})": "?(?P<value>[-+.\deE]+|nan|-?inf|NaN|-?Infinity)(?=["\s,}])')
_MARK = re.compile(r"\| epoch \d{3,7}(?::| \|)|\| (?:train_inner|fairseq\.\w+|fairseq_cli\.\w+) \|")


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001
    """A progress line, or a logger of fairseq, among the first lines."""
    return _MARK.search(head_text(head)) is not None


def read(path: Path) -> list[Trace]:
    """``train`` for the lines within an epoch, ``train epoch`` for its means where both are there, ``valid`` apart."""
    text, notes = opened(path)
    harvest = harvested(text, _said, path, notes)
    scales = scales_in(text)
    silent = [no_signal(path)] if text else []
    del text  # large
    notes += no_numbers(path, harvest.damage)
    kinds = {kind: kind for kind, _ in harvest.rows}
    if "train_inner" in kinds:
        kinds |= {"train_inner": "train", "train": "train epoch"}
    table = with_scales(harvest.table(path, FORMAT, notes, kinds), scales, "train")
    if not table.count:
        return [Trace(path, FORMAT, notes=(*notes, *silent))]
    return traces(table)


def _said(line: str) -> Said | None:
    """The numbers of a progress line, and its epoch where it does not tell the updates so far."""
    match = _LINE.search(line)
    if match is None:
        return None
    mode = _mode(match)
    if match["json"]:
        pairs = _json(line, match.start("json"), mode)
    else:
        pairs = [(field["name"], field.span("value")) for field in _FIELD.finditer(match["fields"])]
        pairs = [(name, (a + match.start("fields"), b + match.start("fields"))) for name, (a, b) in pairs]
    if not pairs:
        return None
    pairs = [(name, (a, b - line.endswith("%", a, b))) for name, (a, b) in pairs]
    if all(name != "num_updates" for name, _ in pairs) and (match["epoch"] or match["of"]):
        pairs = [("epoch", match.span("epoch" if match["epoch"] else "of")), *pairs]
    return Said(mode, tuple(name for name, _ in pairs), tuple(span for _, span in pairs))


def _mode(match: re.Match[str]) -> str:
    """Who speaks: old versions do not say it, but only lines within an epoch hold a position in it."""
    if match["who"]:
        return match["who"]
    if match["valid"]:
        return "valid" if match["subset"].startswith("valid") else match["subset"]
    return "train_inner" if match["at"] else "train"


def _json(line: str, start: int, mode: str) -> list[tuple[str, tuple[int, int]]]:
    """The numbers of a JSON record, which fairseq writes as text; none of one cut short."""
    try:
        json.loads(line[start:])
    except (ValueError, RecursionError):
        return []
    said = [(match["name"], match.span("value")) for match in _MEMBER.finditer(line, start)]
    return [(name.removeprefix(f"{mode}_"), span) for name, span in said if name not in POSITION]


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Two lines within an epoch, its mean, an evaluation whose loss is NaN, and a line cut short."""
    path = folder / "fairseq_train.log"
    now = "2024-05-06 07:08:09 | INFO |"
    path.write_text(
        f"{now} fairseq.trainer | NOTE: overflow detected, setting loss scale to: 0.25\n"
        f"{now} train_inner | epoch 001:     50 / 100 loss=8.5, ppl=362.04, num_updates=50, lr=0.25\n"
        f"{now} train_inner | epoch 001:    100 / 100 loss=7.5, ppl=181.02, num_updates=100, lr=0.50\n"
        f"{now} train | epoch 001 | loss 8 | num_updates 100 | lr 0.5\n"
        f"{now} valid | epoch 001 | valid on 'valid' subset | loss nan | num_updates 100\n"
        f"{now} train_inner | epoch 002:     50 / 100 loss=7.25, ppl=152.21, num_updates=150, lr=0.2",
        encoding="utf-8",
    )
    curves: dict[str, tuple[list[int], list[float]]] = {
        "train/loss": ([50, 100, 150], [8.5, 7.5, 7.25]),
        "train epoch/loss": ([100], [8.0]),
        "valid/loss": ([100], [np.nan]),
        "train/ppl": ([50, 100, 150], [362.04, 181.02, 152.21]),
        "train/lr": ([50, 100], [0.25, 0.5]),
        "train epoch/lr": ([100], [0.5]),
        f"train/{NAME}": ([49], [0.25]),
    }
    series = tuple(
        Series(name, np.array(steps, np.int64), np.array(values, np.float64), source=str(path))
        for name, (steps, values) in curves.items()
    )
    return path, [Trace(path, FORMAT, series)]
