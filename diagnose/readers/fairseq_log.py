"""Reads fairseq's progress lines: bars and blanks in old versions, loggers' names since, JSON when it was asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from diagnose.run import Note, Series, Trace
from diagnose.tables.records import Row, tabled
from diagnose.tables.table import traces
from diagnose.tables.textfile import Damage, cut_short, head_text, hits, no_numbers, no_signal, opened, unfinished
from kb.text import Text

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
_MARK = re.compile(r"\| epoch \d{3,7}(?::| \|)|\| (?:train_inner|fairseq\.\w+|fairseq_cli\.\w+) \|")
_OVERFLOW = re.compile(r"overflow detected,[^\n:]{0,60}: ?(?P<scale>[-+.\deE]{1,30})")


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001
    """A progress line, or a logger of fairseq, among the first lines."""
    return _MARK.search(head_text(head)) is not None


def read(path: Path) -> list[Trace]:
    """``train`` for the lines within an epoch, ``train epoch`` for its means where both are there, ``valid`` apart."""
    text, notes = opened(path)
    rows: list[dict[str, Any]] = []
    where: list[int] = []
    damage: list[Damage] = []
    before: dict[str, list[str]] = {}
    for line, match in hits(_LINE, text):
        mode = _mode(match)
        pairs = _json(match["json"], mode) if match["json"] else _pairs(match["fields"])
        values = [value for _, value in pairs]
        if match.end() == len(text) and values and text.endswith(values[-1]) and cut_short(values, before.get(mode)):
            notes.append(unfinished(path, line))
            pairs = pairs[:-1]
        before[mode] = values
        row: dict[str, Any] = {"mode": mode}
        for name, value in pairs:
            try:
                row[name] = float(value.removesuffix("%"))
            except ValueError:
                damage.append((line, value))
        if "num_updates" not in row and (match["epoch"] or match["of"]):
            row["epoch"] = int(match["epoch"] or match["of"])
        if any(name not in ("mode", "epoch") for name in row):
            rows.append(row)
            where.append(line)
    notes += [*no_numbers(path, damage), *_overflows(path, text)]
    if not rows:
        return [Trace(path, FORMAT, notes=tuple([*notes, no_signal(path)] if text else notes))]
    if not any(row["mode"] == "train_inner" for row in rows):
        return traces(tabled(path, FORMAT, rows, where, notes))
    words = {"train_inner": "train", "train": "train epoch"}
    renamed: list[Row] = [row | {"mode": words.get(row["mode"], row["mode"])} for row in rows]
    return traces(tabled(path, FORMAT, renamed, where, notes))


def _mode(match: re.Match[str]) -> str:
    """Who speaks: old versions do not say it, but only lines within an epoch hold a position in it."""
    if match["who"]:
        return match["who"]
    if match["valid"]:
        return "valid" if match["subset"].startswith("valid") else match["subset"]
    return "train_inner" if match["at"] else "train"


def _pairs(fields: str) -> list[tuple[str, str]]:
    return [(field["name"], field["value"]) for field in _FIELD.finditer(fields)]


def _json(text: str, mode: str) -> list[tuple[str, str]]:
    """The numbers of a JSON record, which fairseq writes as text; none of one cut short."""
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return []
    said = [(name.removeprefix(f"{mode}_"), str(value)) for name, value in record.items() if name not in POSITION]
    return [(name, value) for name, value in said if re.fullmatch(r"[-+.\deE]+|nan|-?inf|NaN|-?Infinity", value)]


def _overflows(path: Path, text: str) -> list[Note]:
    """One note for all the steps that half precision made fairseq skip."""
    found = list(hits(_OVERFLOW, text))
    if not found:
        return []
    line, last = found[0][0], found[-1][1]["scale"]
    what = Text(
        f"gradient overflows reported: {len(found)}; the loss scale was last set to {last}",
        f"报告了 {len(found)} 次梯度溢出；损失缩放最后设为 {last}",
    )
    return [Note(str(path), what, line)]


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Two lines within an epoch, its mean, an evaluation whose loss is NaN, and a line cut short."""
    path = folder / "fairseq_train.log"
    now = "2024-05-06 07:08:09 | INFO |"
    path.write_text(
        f"{now} fairseq.trainer | NOTE: overflow detected, setting loss scale to: 64.0\n"
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
    }
    series = tuple(
        Series(name, np.array(steps, np.int64), np.array(values, np.float64), source=str(path))
        for name, (steps, values) in curves.items()
    )
    return path, [Trace(path, FORMAT, series)]
