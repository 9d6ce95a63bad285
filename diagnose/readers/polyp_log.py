"""Reads the ``train_log.log`` of PraNet and its relatives: one scored data set a line, run after run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from diagnose.run import Note, Series, Trace
from kb.text import Text

_LINE = re.compile(
    rb"epoch:? ?(?P<epoch>\d{1,7}), dataset:? ?(?P<dataset>[^,\r\n]{1,80}), dice:? ?(?P<dice>[-+\w.]{1,40})"
)
_NAME = "dice {}"

Point = tuple[str, int, float]


def sniff(path: Path, head: bytes) -> bool:
    """Whether a scored data set stands among the first lines; below a screen of warnings the name must say so."""
    return _LINE.search(head) is not None or (path.name.lower().startswith("train_log") and b"-INFO" in head)


def read(path: Path) -> list[Trace]:
    """One trace a run: an epoch that goes back begins the next. Every data set is a curve ``dice NAME`` by epoch."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        why = error.strerror or type(error).__name__
        return [_empty(path, Text(f"cannot be read: {why}", f"无法读取：{why}"))]
    segments: list[tuple[int, list[Point]]] = []
    notes: list[Note] = []
    epoch = 0
    for line, match in _scores(raw):
        try:
            value = float(match["dice"])
        except ValueError:
            word = match["dice"].decode("utf-8", "replace")
            notes.append(Note(str(path), Text(f"{word!r} is no number; skipped", f"{word!r} 不是数字，已跳过"), line))
            continue
        now = int(match["epoch"])
        if not segments or now < epoch:
            if segments:
                what = Text(
                    f"epoch goes back from {epoch} to {now}: a new run starts here",
                    f"轮次从 {epoch} 回到 {now}：这里开始新的一次训练",
                )
                notes.append(Note(str(path), what, line))
            segments.append((line, []))
        epoch = now
        segments[-1][1].append((match["dataset"].decode("utf-8", "replace").strip(), now, value))
    if not segments:
        return [_empty(path, Text("no score of a data set in it", "其中没有数据集的指标"), *notes)]
    return [
        Trace(path, "polyp_log", _curves(path, points), notes=tuple(notes) if index == 0 else ())
        for index, (_, points) in enumerate(segments)
    ]


def _scores(raw: bytes) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Every score with the number of its line; the whole file is searched at once, lines are counted between hits."""
    line, at = 1, 0
    for match in _LINE.finditer(raw):
        line += raw.count(b"\n", at, match.start())
        at = match.start()
        yield line, match


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


def _empty(path: Path, why: Text, *notes: Note) -> Trace:
    return Trace(path, "polyp_log", notes=(Note(str(path), why), *notes))


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
        Trace(path, "polyp_log", _curves(path, list(first)), notes=(Note(str(path), _restart(2, 1), 6),)),
        Trace(path, "polyp_log", _curves(path, [("Kvasir", 1, float("nan"))])),
    ]
