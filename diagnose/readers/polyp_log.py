"""Reads the ``train_log.log`` of PraNet and its relatives: one scored data set a line, run after run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from diagnose.run import Note, Series, Trace
from diagnose.tables.chains import processes, within_epochs
from diagnose.tables.data_sets import SCORED, data_set_scores
from diagnose.tables.log_lines import NUMBER, WORD
from diagnose.tables.textfile import Damage, head_text, hits, no_numbers, no_signal, opened
from kb.text import Text

FORMAT = "polyp_log"
_LINE = re.compile(
    rf"{SCORED.pattern}|"
    r"INFO: ?(?:(?P<side>[Tt]rain|[Vv]al|[Tt]est) )?epoch: ?(?P<now>\d{1,7}), ?"  # older scripts name no data set
    r"(?P<one>(?:(?:dice|iou|loss|mae|meandice|mean_dice|mdice) ?: ?[-+\w.]{1,40}(?:, ?|\]|\s|$)){1,9})",
    re.ASCII,
)
_PAIR = re.compile(rf"(?P<name>\w{{1,20}}) ?: ?{WORD}", re.ASCII)
_WRITER = re.compile(r"(?:\d\d|[AP]M)[- ]+([^\r\n:]{1,60}?)-INFO:? ?$")


@dataclass(frozen=True)
class Point:
    """One score: the line it is on, the script that wrote it, the measure and its data set, the epoch."""

    line: int
    writer: str
    name: str
    epoch: int
    value: float


@dataclass
class _Run:
    points: list[Point] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001
    """Whether a scored data set, or the score of an epoch, stands among the first lines."""
    return _LINE.search(head_text(head)) is not None


def read(path: Path) -> list[Trace]:
    """One trace a run: an epoch that goes back or is scored again begins the next. ``dice NAME`` by epoch is a curve.

    Processes that wrote to the file in turn are told apart.
    """
    text, notes = opened(path)
    points: list[Point] = []
    damage: list[Damage] = []
    for line, match in hits(_LINE, text):
        writer, epoch = _writer(text, match.start()), int(match["epoch"] or match["now"])
        for name, word in _scores(match):
            if NUMBER.fullmatch(word) is None:
                damage.append((line, word))
            else:
                points.append(Point(line, writer, name, epoch, float(word)))
    notes += no_numbers(path, damage)
    if not points:
        return [Trace(path, FORMAT, notes=tuple([*notes, no_signal(path)] if text else notes))]
    runs: list[Trace] = []
    for run in _told_apart(path, points):
        mine = notes if not runs else []
        runs.append(Trace(path, FORMAT, _curves(path, run.points), notes=(*mine, *run.notes)))
    return runs


def _scores(match: re.Match[str]) -> list[tuple[str, str]]:
    """The scores of a line by name, as written."""
    if match["set"]:
        return data_set_scores(match)
    side = f"{match['side'].lower()}/" if match["side"] else ""
    return [(side + pair["name"], pair["value"]) for pair in _PAIR.finditer(match["one"])]


def _told_apart(path: Path, points: Sequence[Point]) -> list[_Run]:
    """The runs in the order they begin: first by process, then wherever a process starts over."""
    clock = within_epochs([point.epoch for point in points], [point.name for point in points])
    found = processes(clock, [0] * len(points), [point.writer for point in points])
    if found is None:
        return _restarts(path, points)
    runs: list[_Run] = []
    for number in range(int(found.of.max()) + 1):
        mine = _restarts(path, [points[row] for row in np.flatnonzero(found.of == number).tolist()])
        if number in found.at_once:
            mine[0].notes.append(Note(str(path), found.said, mine[0].points[0].line))
        elif runs:
            mine[0].notes.append(
                Note(str(path), _restart(runs[-1].points[-1].epoch, mine[0].points[0].epoch), mine[0].points[0].line)
            )
        runs += mine
    return runs


def _restarts(path: Path, points: Sequence[Point]) -> list[_Run]:
    """One process's runs: the next begins where the epoch goes back. An epoch scored again is noted."""
    runs: list[_Run] = []
    seen: dict[str, str] = {}
    for point in points:
        epoch = runs[-1].points[-1].epoch if runs else point.epoch
        value = repr(point.value)  # so that NaN equals itself
        if not runs or point.epoch < epoch:
            note = [Note(str(path), _restart(epoch, point.epoch), point.line)] if runs else []
            runs.append(_Run(notes=note))
        elif point.epoch == epoch and seen.get(point.name, value) != value:
            runs[-1].notes.append(Note(str(path), _again(epoch), point.line))
            seen = {}
        if point.epoch != epoch:
            seen = {}
        seen[point.name] = value
        runs[-1].points.append(point)
    return runs


def _writer(text: str, at: int) -> str:
    """The script a line names as its writer, "" when it names none."""
    before = text[max(text.rfind("\n", 0, at) + 1, at - 200) : at]
    match = _WRITER.search(before)
    return match[1] if match else ""


def _curves(path: Path, points: Sequence[Point]) -> tuple[Series, ...]:
    """One curve a data set, in the order in which they first appear."""
    names = dict.fromkeys(point.name for point in points)
    return tuple(
        Series(
            name,
            np.array([point.epoch for point in points if point.name == name], dtype=np.int64),
            np.array([point.value for point in points if point.name == name]),
            source=str(path),
        )
        for name in names
    )


def _restart(epoch: int, now: int) -> Text:
    return Text(
        f"epoch goes back from {epoch} to {now}: a new run starts here",
        f"轮次从 {epoch} 回到 {now}：这里开始新的一次训练",
    )


def _again(epoch: int) -> Text:
    return Text(
        f"epoch {epoch} is scored again: started anew before it was done; its first scores are replaced",
        f"第 {epoch} 轮再次评分：该轮未完成就重新启动了训练；之前的分数被取代",
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
    first = ((2, "dice Kvasir", 1, 0.5), (3, "dice CVC-300", 1, 0.25), (5, "dice Kvasir", 2, 0.625))
    again = Point(6, "train.py", "dice Kvasir", 1, float("nan"))
    return path, [
        Trace(path, FORMAT, _curves(path, [Point(one[0], "train.py", *one[1:]) for one in first])),
        Trace(path, FORMAT, _curves(path, [again]), notes=(Note(str(path), _restart(2, 1), 6),)),
    ]
