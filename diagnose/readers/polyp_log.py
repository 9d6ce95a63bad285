"""Reads the ``train_log.log`` of PraNet and its relatives: one scored data set a line, run after run."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from diagnose.run import Curve, Note, Series, Trace
from diagnose.tables.chains import MOST, processes, within_epochs
from diagnose.tables.data_sets import SCORED, data_set_scores
from diagnose.tables.harvest import NONE, Harvest
from diagnose.tables.leftover import Leftover
from diagnose.tables.log_lines import NUMBER, WORD
from diagnose.tables.longtext import to_the_last
from diagnose.tables.said import LOOK, Said
from diagnose.tables.textfile import head_text, no_numbers, no_signal, opened
from diagnose.tables.timeline import Ints
from kb.text import Text

FORMAT = "polyp_log"
_NAME = (
    r"(?i:(?:(?:train|training|val|valid|validation|test|mean|avg|average|total)[ _]?){0,2}"
    r"(?:dice|mdice|iou|miou|loss|mae|lr|learning[ _]rate|f1|acc|accuracy|precision|recall))"
)
_LINE = re.compile(
    rf"{SCORED.pattern}|"
    r"INFO: ?(?:(?P<side>[Tt]rain|[Vv]al|[Tt]est) )?epoch: ?(?P<now>\d{1,7}), ?"  # older scripts name no data set
    rf"(?P<one>(?:{_NAME} ?: ?[-+\w.]{{1,40}}(?:, ?|\]|\s|$)){{1,9}})",
    re.ASCII,
)
_PAIR = re.compile(rf"(?P<name>{_NAME}) ?: ?{WORD}", re.ASCII)
_WRITER = re.compile(r"(?:\d\d|[AP]M)[- ]+([^\r\n:]{1,60}?)-INFO:? ?$")


@dataclass(frozen=True)
class Points:
    """Scores in the order they were written: their lines and epochs int64 [n], values float64 [n].

    ``name`` int64 [n] is the place of each one's measure and data set in ``names``, ``writer`` that of the script that
    wrote it in ``writers``; both are in the order in which they first come.
    """

    line: Ints
    epoch: Ints
    value: Curve
    name: Ints
    names: list[str]
    writer: Ints
    writers: list[str]

    def __len__(self) -> int:
        return len(self.line)

    def of(self, rows: Ints | slice) -> Points:
        """Some of them."""
        line, epoch, value = self.line[rows], self.epoch[rows], self.value[rows]
        return Points(line, epoch, value, self.name[rows], self.names, self.writer[rows], self.writers)


@dataclass
class _Run:
    points: Points
    notes: list[Note] = field(default_factory=list)


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001
    """Whether a scored data set, or the score of an epoch, stands among the first lines."""
    return _LINE.search(head_text(head)) is not None


def read(path: Path) -> list[Trace]:
    """One trace a run: an epoch that goes back or is scored again begins the next. ``dice NAME`` by epoch is a curve.

    Processes that wrote to the file in turn are told apart.
    """
    text, notes = opened(path)
    harvest = Harvest(_said, others=Leftover(), pick=True)
    whole, last = to_the_last(text)
    harvest.read_parts(whole)
    for number, line in (*(harvest.others or ()), (harvest.lines + 1, last)):
        for match in _LINE.finditer(line):
            said = _scored(match)
            words = [(name, line[start:stop]) for name, (start, stop) in zip(said.names, said.spans, strict=True)]
            harvest.damage += [(number, word) for _, word in words if not NUMBER.fullmatch(word)]
            names, good = zip(*((name, word) for name, word in words if NUMBER.fullmatch(word)), strict=True)
            harvest.add(number, said._replace(names=names), list(good))
    silent = [no_signal(path)] if text else []
    del text, whole  # large
    notes += no_numbers(path, harvest.damage)
    points = _points(harvest)
    if not len(points):
        return [Trace(path, FORMAT, notes=(*notes, *silent))]
    runs: list[Trace] = []
    for run in _told_apart(path, points):
        mine = notes if not runs else []
        runs.append(Trace(path, FORMAT, _curves(path, run.points), notes=(*mine, *run.notes)))
    return runs


def _said(line: str) -> Said | None:
    """The scores of a line, filed under the script that wrote it."""
    found = [_scored(match) for match in _LINE.finditer(line)]
    if len(found) == 1 and len(set(found[0].names)) == len(found[0].names):
        return found[0]
    return LOOK if found else None


def _scored(match: re.Match[str]) -> Said:
    """The epoch and the scores of a line by name."""
    epoch = match.span("epoch" if match["epoch"] else "now")
    if match["set"]:
        scores = data_set_scores(match)
    else:
        side = f"{match['side'].lower()}/" if match["side"] else ""
        pairs = _PAIR.finditer(match.string, *match.span("one"))
        scores = [(side + pair["name"], pair.span("value")) for pair in pairs]
    before = match.string[max(0, match.start() - 200) : match.start()]
    writer = _WRITER.search(before)
    names, spans = zip(("epoch", epoch), *scores, strict=True)
    return Said(writer[1] if writer else "", names, spans)


def _points(harvest: Harvest) -> Points:
    """The scores of all lines in their order, and within a line in that of the line."""
    harvest.gather()
    parts: list[tuple[Ints, Ints, Curve, Ints, Ints]] = []
    names: dict[str, int] = {}
    writers: dict[str, int] = {}
    for (writer, (_, *scores)), rows in harvest.rows.items():
        if scores and len(rows):
            lines, columns = rows.held()
            known = np.array([names.setdefault(name, len(names)) for name in scores], np.int64)
            count = len(known)
            epochs = np.repeat(columns[0].astype(np.int64), count)
            of = np.full(count * len(lines), writers.setdefault(writer, len(writers)), np.int64)
            name = np.tile(known, len(lines))
            parts.append((np.repeat(lines, count), epochs, np.stack(columns[1:], axis=1).reshape(-1), name, of))
    harvest.rows.clear()
    if not parts:
        return Points(NONE, NONE, np.zeros(0), NONE, [], NONE, [])
    line, epoch, name, of = (np.concatenate([part[at] for part in parts]) for at in (0, 1, 3, 4))
    value = np.concatenate([part[2] for part in parts])
    parts.clear()
    order = np.argsort(line, kind="stable")
    name, ordered = _by_first(name[order], list(names))
    of, wrote = _by_first(of[order], list(writers))
    return Points(line[order], epoch[order], value[order], name, ordered, of, wrote)


def _by_first(which: Ints, words: list[str]) -> tuple[Ints, list[str]]:
    """The words in the order in which they first come, and the numbers they then have."""
    found, first = np.unique(which, return_index=True)
    order = found[np.argsort(first)]
    place = np.zeros(len(words), np.int64)
    place[order] = np.arange(len(order))
    return place[which], [words[at] for at in order.tolist()]


def _told_apart(path: Path, points: Points) -> list[_Run]:
    """The runs in the order they begin: first by process, then wherever a process starts over."""
    found = None
    if len(points) <= MOST:
        clock = within_epochs(points.epoch, points.name)
        found = processes(clock, [0] * len(points), [points.writers[at] for at in points.writer.tolist()])
    if found is None:
        return _restarts(path, points)
    runs: list[_Run] = []
    for number in range(int(found.of.max()) + 1):
        mine = _restarts(path, points.of(np.flatnonzero(found.of == number)))
        line, epoch = int(mine[0].points.line[0]), int(mine[0].points.epoch[0])
        if number in found.at_once:
            mine[0].notes.append(Note(str(path), found.said, line))
        elif runs:
            mine[0].notes.append(Note(str(path), _restart(int(runs[-1].points.epoch[-1]), epoch), line))
        runs += mine
    return runs


def _restarts(path: Path, points: Points) -> list[_Run]:
    """One process's runs: the next begins where the epoch goes back. An epoch scored again is noted."""
    runs: list[_Run] = []
    cuts = np.flatnonzero(np.diff(points.epoch) < 0) + 1
    for start, stop in itertools.pairwise([0, *cuts.tolist(), len(points)]):
        run = _Run(points.of(slice(start, stop)))
        if runs:
            before, now, line = int(points.epoch[start - 1]), int(points.epoch[start]), int(points.line[start])
            run.notes.append(Note(str(path), _restart(before, now), line))
        run.notes += _scored_again(path, run.points)
        runs.append(run)
    return runs


def _scored_again(path: Path, points: Points) -> list[Note]:
    """What is said of epochs in which a name has another value than before."""
    notes = []
    stretch = np.cumsum(np.diff(points.epoch, prepend=points.epoch[:1]) != 0)
    key = stretch * len(points.names) + points.name
    _, of, count = np.unique(key, return_inverse=True, return_counts=True)
    suspect = np.unique(stretch[count[of] > 1])
    for begin, end in zip(
        np.searchsorted(stretch, suspect), np.searchsorted(stretch, suspect, side="right"), strict=True
    ):
        seen: dict[int, str] = {}
        for at in range(begin, end):
            name, value = int(points.name[at]), repr(points.value[at])  # so that NaN equals itself
            if seen.get(name, value) != value:
                notes.append(Note(str(path), _again(int(points.epoch[at])), int(points.line[at])))
                seen = {}
            seen[name] = value
    return notes


def _curves(path: Path, points: Points) -> tuple[Series, ...]:
    """One curve a data set, in the order in which they first appear."""
    found, first = np.unique(points.name, return_index=True)
    rows = [np.flatnonzero(points.name == name) for name in found[np.argsort(first)].tolist()]
    return tuple(
        Series(points.names[points.name[at[0]]], points.epoch[at], points.value[at], source=str(path)) for at in rows
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
    curves = ("dice Kvasir", [1, 2], [0.5, 0.625]), ("dice CVC-300", [1], [0.25])
    first = tuple(Series(name, np.array(at, np.int64), np.array(by), source=str(path)) for name, at, by in curves)
    again = Series("dice Kvasir", np.array([1], np.int64), np.array([np.nan]), source=str(path))
    return path, [
        Trace(path, FORMAT, first),
        Trace(path, FORMAT, (again,), notes=(Note(str(path), _restart(2, 1), 6),)),
    ]
