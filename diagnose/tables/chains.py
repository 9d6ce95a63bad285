"""Tells apart processes that wrote to one log at the same time: each has a clock of its own that only goes forward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from diagnose.run import Curve
from diagnose.tables.timeline import Ints
from kb.text import Text

MOST = 200_000  # rows looked at; beyond it a log is split where its clock goes back, and only there
OPEN = 8  # processes that may be under way at once
RETURNS = 3  # times a process must be taken up again before a file is believed to be interleaved
SHORT = 3  # points below which a process explains nothing


@dataclass(frozen=True)
class Processes:
    """``of`` int64 [rows]: the stretch each row belongs to, from 0 in the order of their first rows.

    ``at_once`` names the stretches that one process wrote while others were writing; ``said`` tells how they were
    told apart. All others are what lies between, runs one after the other.
    """

    of: Ints
    at_once: frozenset[int]
    said: Text


@dataclass
class _Chain:
    """One process: where its clock stands, the kinds of row it wrote at that instant, and how far its steps go."""

    number: int
    writer: str
    last: float
    kinds: set[int]
    rows: list[int] = field(default_factory=list)
    strides: tuple[float, ...] = ()
    rivals: list[int] = field(default_factory=list)

    def follows(self, value: float, kind: int) -> bool:
        """Whether a row can be this process's next: later, or of another kind at the same instant."""
        return value > self.last or (value == self.last and (bool(self.writer) or kind not in self.kinds))

    def expects(self, value: float) -> bool:
        """Whether the row is no further on than its steps have been."""
        return value == self.last or (bool(self.strides) and value - self.last <= 1.5 * max(self.strides))

    def take(self, row: int, value: float, kind: int) -> None:
        if value > self.last:
            self.strides = (*self.strides[-3:], value - self.last)
            self.kinds = set()
        self.last = value
        self.kinds.add(kind)
        self.rows.append(row)


def processes(clock: Curve, kinds: Sequence[int], writers: Sequence[str] = ()) -> Processes | None:
    """Who wrote which row, when several processes wrote in turn; None when nothing speaks for it.

    ``clock`` [rows] is the time each row states (NaN: none, the row goes with the one before), ``kinds`` tells
    rows apart that may share an instant (train, val), ``writers`` is what each row says of its process (script,
    rank), if it does. Restarts, one after the other, are not processes: they are never taken up again.
    """
    known = np.flatnonzero(np.isfinite(clock))
    backs = int((np.diff(clock[known]) < 0).sum())
    if len(clock) > MOST or backs < RETURNS - 1 or len(known) < 2 * SHORT:
        return None
    named = list(writers) if _speak(clock, known, writers, backs) else [""] * len(clock)
    chains = _chains(clock, kinds, named, known)
    of = np.full(len(clock), -1, np.int64)
    at_once: set[int] = set()
    number, most, doubtful, between = -1, 0, 0, False
    for group in _overlapping(chains):
        rows = np.sort(np.concatenate([chain.rows for chain in group]))
        if len(group) > 1 and _believable(group, rows):
            most, between = max(most, len(group)), False
            doubtful += _doubtful(group)
            for chain in group:
                number += 1
                of[chain.rows] = number
                at_once.add(number)
        else:
            number += not between
            between = True
            of[rows] = number
    if not at_once:
        return None
    first = int(known[0])
    of[:first] = of[first]
    for row in range(first, len(of)):
        if of[row] < 0:
            of[row] = of[row - 1]
    return Processes(of, frozenset(at_once), _said(most, doubtful, named))


def within_epochs(epochs: Ints, names: Ints) -> Curve:
    """A clock of epochs that goes forward within each, as one name after the other is scored in it.

    ``names`` int64 [rows] are numbered in the order in which they first come; they take turns in it, from the one that
    most often opens an epoch.
    """
    count = int(names.max(initial=0)) + 1
    first = int(np.bincount(names[1:][np.diff(epochs) == 1], minlength=count).argmax())
    clock: Curve = epochs + ((names - first) % count) / count
    return clock


def _speak(clock: Curve, known: Ints, writers: Sequence[str], backs: int) -> bool:
    """Whether the clock goes back less often once rows are sorted by what they say of their writer."""
    names = {writers[row] for row in known} if writers else set()
    if not 1 < len(names) <= OPEN:
        return False
    inside = 0
    said = np.array(writers)[known]
    for name in names:
        inside += int((np.diff(clock[known][said == name]) < 0).sum())
    return 2 * inside < backs


def _chains(clock: Curve, kinds: Sequence[int], writers: Sequence[str], known: Ints) -> list[_Chain]:
    """Every row given to a process: the one that wrote last if it expects the row, else the nearest that does."""
    chains: list[_Chain] = []
    under_way: list[_Chain] = []  # the one that wrote last is last
    for row in known.tolist():
        value, kind, writer = float(clock[row]), kinds[row], writers[row]
        able = [one for one in reversed(under_way) if one.writer == writer and one.follows(value, kind)]
        expecting = [one for one in able if one.expects(value)]
        chosen = next((one for one in expecting if one is under_way[-1]), None)
        if chosen is None:
            chosen = min(expecting, key=lambda one: value - one.last, default=None)
        if chosen is None:  # a gap in the log of whoever wrote last, or the second point of another
            last = next((one for one in reversed(under_way) if one.writer == writer), None)
            new = [one for one in able if one is last or not one.strides]
            chosen = min(new, key=lambda one: value - one.last, default=None)
        if chosen is None:
            chosen = _Chain(len(chains), writer, value, set())
            chains.append(chosen)
        else:
            under_way.remove(chosen)
            chosen.rivals += [one.number for one in expecting if one is not chosen]
        chosen.take(row, value, kind)
        under_way = [*under_way[1 - OPEN :], chosen]
    return chains


def _overlapping(chains: Sequence[_Chain]) -> list[list[_Chain]]:
    """The processes, those together that one file position lies between the first and last rows of."""
    groups: list[list[_Chain]] = []
    until = -1
    for chain in chains:  # in order of their first row
        if groups and chain.rows[0] < until:
            groups[-1].append(chain)
        else:
            groups.append([chain])
        until = max(until, chain.rows[-1])
    return groups


def _believable(group: Sequence[_Chain], rows: Ints) -> bool:
    """Whether a few long processes explain the rows: taken up again often, and hardly a row in a short one."""
    of = np.concatenate([np.full(len(chain.rows), chain.number) for chain in group])
    order = np.argsort(np.concatenate([chain.rows for chain in group]), kind="stable")
    of = of[order]
    turns = int((np.diff(of) != 0).sum())
    returns = turns - (len(group) - 1)
    short = sum(len(chain.rows) for chain in group if len(chain.rows) < SHORT)
    return returns >= RETURNS and len(group) <= OPEN and 20 * short <= len(rows)


def _doubtful(group: Sequence[_Chain]) -> int:
    """How many rows another process of the group might have written just as well."""
    numbers = {chain.number for chain in group}
    return sum(rival in numbers for chain in group for rival in chain.rivals)


def _said(count: int, doubtful: int, writers: Sequence[str]) -> Text:
    names = list(dict.fromkeys(writers))
    en, zh = "each counts on from where it stopped", "各自的计数首尾相接"
    if len(names) > 1:
        shown = ", ".join(names[:4])
        en, zh = f"{en}, and lines name their writer ({shown})", f"{zh}，且各行写明了来源（{shown}）"
    if doubtful:
        en, zh = f"{en}; rows that fit more than one: {doubtful}", f"{zh}；有 {doubtful} 行不止符合一个进程"
    return Text(
        f"{count} processes wrote to this file in turn; told apart, for {en}",
        f"有 {count} 个进程交替写入此文件；已区分开：{zh}",
    )
