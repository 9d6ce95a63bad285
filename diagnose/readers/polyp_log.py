"""Reads the ``train_log.log`` of PraNet and its relatives: one scored data set a line, run after run."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from diagnose.run import Note, Series, Trace
from diagnose.tables.log_lines import NUMBER
from diagnose.tables.textfile import Damage, head_text, hits, no_numbers, no_signal, opened
from kb.text import Text

FORMAT = "polyp_log"
_LINE = re.compile(
    r"epoch:? ?(?P<epoch>\d{1,7}), dataset:? ?(?P<dataset>[^,\r\n]{1,80}), dice:? ?(?P<dice>[-+\w.]{1,40})", re.ASCII
)
_NAME = "dice {}"

Point = tuple[str, int, float]


def sniff(path: Path, head: bytes) -> bool:
    """Whether a scored data set stands among the first lines; below a screen of warnings the name must say so."""
    text = head_text(head)
    return _LINE.search(text) is not None or (path.name.lower().startswith("train_log") and "-INFO" in text)


def read(path: Path) -> list[Trace]:
    """One trace a run: an epoch that goes back begins the next. Every data set is a curve ``dice NAME`` by epoch."""
    text, notes = opened(path)
    segments: list[list[Point]] = []
    damage: list[Damage] = []
    epoch = 0
    for line, match in hits(_LINE, text):
        if NUMBER.fullmatch(match["dice"]) is None:
            damage.append((line, match["dice"]))
            continue
        now = int(match["epoch"])
        if not segments or now < epoch:
            if segments:
                notes.append(Note(str(path), _restart(epoch, now), line))
            segments.append([])
        epoch = now
        segments[-1].append((match["dataset"].strip(), now, float(match["dice"])))
    notes += no_numbers(path, damage)
    if not segments:
        return [Trace(path, FORMAT, notes=tuple([*notes, no_signal(path)] if text else notes))]
    return [
        Trace(path, FORMAT, _curves(path, points), notes=tuple(notes) if index == 0 else ())
        for index, points in enumerate(segments)
    ]


def _curves(path: Path, points: list[Point]) -> tuple[Series, ...]:
    """One curve a data set, in the order in which they first appear."""
    names = dict.fromkeys(name for name, _, _ in points)
    return tuple(
        Series(
            _NAME.format(name),
            np.array([epoch for one, epoch, _ in points if one == name], dtype=np.int64),
            np.array([value for one, _, value in points if one == name]),
            source=str(path),
        )
        for name in names
    )


def _restart(epoch: int, now: int) -> Text:
    return Text(
        f"epoch goes back from {epoch} to {now}: a new run starts here",
        f"轮次从 {epoch} 回到 {now}：这里开始新的一次训练",
    )


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Two data sets, an epoch cut short, and a run appended to the first."""
    path = folder / "train_log.log"
    head = "[2024-05-06 07:08:09 AM-train.py-INFO:"
    path.write_text(
        f"{head}Network-Train]\n"
        f"{head}epoch: 1, dataset: Kvasir, dice: 0.5]\n"
        f"{head}epoch: 1, dataset: CVC-300, dice: 0.25]\n"
        f"{head}{'#' * 78}best:0.375]\n"
        f"{head}epoch: 2, dataset: Kvasir, dice: 0.625]\n"
        f"{head}epoch: 1, dataset: Kvasir, dice: nan]\n",
        encoding="utf-8",
    )
    first = (("Kvasir", 1, 0.5), ("CVC-300", 1, 0.25), ("Kvasir", 2, 0.625))
    return path, [
        Trace(path, FORMAT, _curves(path, list(first)), notes=(Note(str(path), _restart(2, 1), 6),)),
        Trace(path, FORMAT, _curves(path, [("Kvasir", 1, float("nan"))])),
    ]
