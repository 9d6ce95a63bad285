"""Reads a log nobody's framework wrote: lines of names and numbers whose shape comes back again and again."""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from diagnose.run import Note, Series, Trace
from diagnose.tables.decode import decoded
from diagnose.tables.free_lines import free_lines, over_several_lines
from diagnose.tables.longtext import LongText, parts
from diagnose.tables.loss_scales import scales_in, with_scales
from diagnose.tables.shape_rows import CLOCKS
from diagnose.tables.table import Table, traces
from diagnose.tables.textfile import no_signal, opened, unfinished, whole
from diagnose.trackers.plain import flat
from diagnose.trackers.python_settings import namespaces
from kb.text import Text

FORMAT = "general"
FALLBACK = True
FEW = 5  # overflows that are a curve of their own, in a text that says nothing else
HIDDEN = frozenset((*CLOCKS, "rank", "local_rank"))  # who wrote a line and when, which is no curve
SUFFIXES = frozenset((".log", ".txt", ".out", ".err", ".stdout", ".stderr"))
OF_LINES = frozenset((".jsonl", ".ndjson"))  # whose lines some fill with what they would have printed
BARE_NAMES = frozenset(("log", "logs", "stdout", "output", "nohup", "train_log", "training_log"))
_NOT_LOGS = re.compile(
    r"(?:requirements|constraints|cmakelists|licen[cs]e|readme|robots|top_level|sources)\b.*", re.IGNORECASE
)
_TOLD = re.compile(r"(?:epoch|step|iter|loss|轮|步|损失)\w{0,12}\W{0,12}\d", re.IGNORECASE)
_NUMBERED = re.compile(r"\.o\d+$|\.log\.(?:\d+|rank_?\d+)$")
_POINTER = "version https://git-lfs.github.com/spec/"


def sniff(path: Path, head: bytes) -> bool:
    """Anything called a log or a text, when nobody else wants it and it is not binary."""
    name = path.name.lower()
    called = path.suffix.lower() in SUFFIXES or name in BARE_NAMES or _NUMBERED.search(name) is not None
    told = path.suffix.lower() in OF_LINES and len(_TOLD.findall(decoded(head)[0])) > 1
    return (called or told) and _NOT_LOGS.fullmatch(name) is None and head.count(0) <= len(head) // 2


def read(path: Path) -> list[Trace]:
    """Every quantity of the lines whose shape recurs and that hold a loss, a score, or a counter and a number."""
    text, notes = opened(path)
    if not text:
        return [Trace(path, FORMAT, notes=tuple(notes))]
    if next(iter(parts(text))).startswith(_POINTER):
        what = Text(
            "a pointer of Git LFS, not the file itself: git lfs pull", "是 Git LFS 指针而非文件本身：请 git lfs pull"
        )
        return [Trace(path, FORMAT, notes=(*notes, Note(str(path), what), no_signal(path)))]
    if isinstance(text, LongText) and over_several_lines(text):
        del text  # large
        text = whole(path)[0]
    settings = _arguments(text) if isinstance(text, str) else {}
    scales = scales_in(text)
    held = [text]
    del text  # it is large, and let go within
    free = free_lines(held.pop())
    if free.cut is not None:
        notes.append(unfinished(path, free.cut))
    if (found := free.found) is None and len(scales) >= FEW:
        return traces(with_scales(Table(path, FORMAT, 0, {}, notes=notes, settings=settings), scales))
    if found is None:
        return [Trace(path, FORMAT, notes=(*notes, no_signal(path)))]
    remarks = (
        (
            f"read by the shape of its lines, such as: {free.most}",
            f"按行的形状读取，例如：{free.most}",
            [*found.early, *found.at[:1]],
        ),
        (
            f"lines before the first epoch or step: {len(found.early)}; left out",
            f"第一个轮次或步数之前有 {len(found.early)} 行，未计入",
            found.early,
        ),
        (
            f"lines that repeat a step with other numbers: {len(found.again)}; left out",
            f"有 {len(found.again)} 行以不同的数值重复了同一步；未计入",
            found.again,
        ),
    )
    notes += [Note(str(path), Text(en, zh), int(lines[0])) for en, zh, lines in remarks if len(lines)]
    lines = array("q", found.at.tobytes())
    again = np.searchsorted(found.at, [row.line for row in free.tables if row.first]).tolist()
    table = Table(path, FORMAT, len(lines), found.columns, lines, restarts=again, notes=notes, settings=settings)
    every = traces(with_scales(table, scales))
    return [
        replace(one, series=tuple(s for s in one.series if s.name.rpartition("/")[2].lower() not in HIDDEN))
        for one in every
    ]


def _arguments(text: str) -> dict[str, Any]:
    return flat({name: value for _, one in namespaces(text) for name, value in one.items()})


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """A hand-made loop: settings, two kinds of line, a NaN, Chinese colons, a restart, a line cut short."""
    path = folder / "my_run.log"
    path.write_text(
        "lr: 0.01\nepochs: 3\n"
        "Epoch [1/3], Loss: 0.75, lr: 0.01\n[Validation] 平均dice：0.25\n"
        "Epoch [2/3], Loss: nan, lr: 0.01\n[Validation] 平均dice：0.5\n"
        "Epoch [3/3], Loss: 0.50, lr: 0.01\n[Validation] 平均dice：0.75\n"
        "Epoch [1/3], Loss: 0.25, lr: 0.01\n"
        "Epoch [2/3], Lo",
        encoding="utf-8",
    )
    first: dict[str, tuple[list[int], list[float]]] = {
        "Loss": ([1, 2, 3], [0.75, np.nan, 0.5]),
        "lr": ([1, 2, 3], [0.01, 0.01, 0.01]),
        "val/平均dice": ([1, 2, 3], [0.25, 0.5, 0.75]),
    }
    second = {"Loss": ([1], [0.25]), "lr": ([1], [0.01])}
    return path, [_made(path, first), _made(path, second)]


def _made(path: Path, curves: Mapping[str, tuple[list[int], list[float]]]) -> Trace:
    series = tuple(
        Series(name, np.array(steps, np.int64), np.array(values, np.float64), source=str(path))
        for name, (steps, values) in curves.items()
    )
    return Trace(path, FORMAT, series)
