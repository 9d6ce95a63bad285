"""Everything the lines of a text say, gathered by kind of line; large texts are read many lines at a time."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diagnose.freed_memory import keep_memory
from diagnose.run import Curve, Note
from diagnose.tables.alike import WORDS, Slots, by_digits, column, forms_in, in_order, numbers, silent, slots_in
from diagnose.tables.clock import counts
from diagnose.tables.digits import DECIMAL
from diagnose.tables.growing import Rows
from diagnose.tables.leftover import Leftover, Numbered
from diagnose.tables.longtext import Parts
from diagnose.tables.printed import may_tell
from diagnose.tables.said import LOOK, Parse, Said
from diagnose.tables.table import Column, Table
from diagnose.tables.templates import Chunk, Templates
from diagnose.tables.textfile import Damage
from diagnose.tables.timeline import Ints

NONE = np.zeros(0, np.int64)
PIECE = 1 << 20  # characters looked at together
HELD = 1 << 22  # bytes of templates that are remembered
FEW = 8  # lines of a shape it is not worth understanding for
Kind = tuple[str, tuple[str, ...]]
Values = NDArray[np.float64]
Made = Callable[[tuple[str, ...], Values], tuple[tuple[str, ...], Values]]
Sift = Callable[[Chunk, Iterable[tuple[int, Ints]]], Iterable[tuple[int, Ints]]]
States = defaultdict[Said, list[tuple[Ints, Curve]]]


@dataclass
class Harvest:
    """``rows`` by kind and names, ``damage`` what stood where a number should, ``latest`` a line of every kind.

    If ``others`` is there, it is given all lines that say nothing but are not blank, or that hold a word in place of a
    number, and of a ``pick`` those that `may_tell` of something else; of lines that tell how far something has got the
    first and the last, and all between are ``states``, as are lines put `ASIDE`. A text that is ``redrawn`` has a line
    wherever one of its lines was written over after a return. Of many lines read at once those are read that ``sift``
    leaves.
    """

    parse: Parse
    rows: dict[Kind, Rows] = field(default_factory=lambda: defaultdict(Rows))
    damage: list[Damage] = field(default_factory=list)
    latest: dict[str, tuple[int, str]] = field(default_factory=dict)
    lines: int = 0
    others: Leftover | None = None
    states: dict[Kind, Rows] = field(default_factory=lambda: defaultdict(Rows))
    redrawn: bool = False
    pick: bool = False
    made: Made | None = None
    sift: Sift | None = None
    ends: list[NDArray[np.bool_]] = field(default_factory=list)
    _templates: Templates = field(default_factory=Templates)
    _known: dict[int, tuple[Slots, Said] | None] = field(default_factory=dict)
    _quiet: set[int] = field(default_factory=set)
    _few: dict[Kind, tuple[list[int], list[list[float]]]] = field(default_factory=lambda: defaultdict(lambda: ([], [])))
    _left: list[Numbered] = field(default_factory=list)

    def read(self, text: str, end: int | None = None) -> None:
        """Read a text up to ``end``; its last line may lack its end."""
        self.read_parts([(text, len(text) if end is None else end)])

    def read_parts(self, parts: Parts) -> None:
        """Read texts one behind the other, each up to where it says."""
        for text, end in parts:
            self._read(text, end)
        self._forget()

    def _read(self, text: str, end: int) -> None:
        at = 0
        while at < end:
            stop = self._line_end(text, at, end)
            piece = text[at:stop]
            at = stop
            if len(piece) < PIECE // 16:
                self._one_by_one(piece)
            else:
                self._together(piece if self.redrawn or piece.endswith("\n") else piece + "\n")
            self.gather()
            if self.others is not None:
                self.others.add(sorted(self._left))
                self._left.clear()
            if self._templates.size > HELD:
                self._forget()

    def _forget(self) -> None:
        self._templates = Templates()
        self._known.clear()
        self._quiet.clear()

    def _line_end(self, text: str, at: int, end: int) -> int:
        most = min(at + PIECE, end)
        marks = "\r\n" if self.redrawn else "\n"
        if end - most < PIECE // 8 and text[end - 1] in marks:  # a few lines by themselves are slower to read
            return end
        if stop := max(text.rfind(mark, at, most) for mark in marks) + 1:
            return stop
        return min((stop for mark in marks if (stop := text.find(mark, at, end) + 1)), default=end)

    def add(self, line: int, said: Said, words: list[str]) -> None:
        """Keep one line's values."""
        names, values = [], []
        for name, word in zip(said.names, words, strict=True):
            try:
                values.append(float(word))
                names.append(name)
            except ValueError:
                self.damage.append((line, word))
        lines, rows = self._few[said.kind, tuple(names)]
        lines.append(line)
        rows.append(values)

    def _one_by_one(self, piece: str) -> None:
        if self.redrawn:
            self.ends.append(np.array([one == "\n" for one in piece if one in "\r\n"]))
            piece = piece.replace("\r", "\n")
        for line in piece.removesuffix("\n").split("\n"):
            self.lines += 1
            self._alone(self.lines, line)

    def _alone(self, number: int, line: str) -> None:
        said = self.parse(line)
        words = [] if said is None else [line[start:stop] for start, stop in said.spans]
        if said is None or (self.others is not None and (said.state or not all(map(_is_number, words)))):
            if self.others is not None and line and not line.isspace() and (said is not None or self._wanted(line)):
                self._left.append((number, line))
            return
        self.remember(said.kind, number, line)
        self.add(number, said, words)

    def _wanted(self, line: str) -> bool:
        """Whether a line of which ``parse`` knows nothing is looked at all the same."""
        return not self.pick or may_tell(line)

    def remember(self, kind: str, number: int, line: str) -> None:
        """Keep a line as the latest of its kind, if it is."""
        if number >= self.latest.get(kind, (0, ""))[0]:
            self.latest[kind] = number, line

    def _together(self, piece: str) -> None:
        if not self.lines:
            keep_memory(8 * PIECE)
        chunk = Chunk(piece, self._templates, redrawn=self.redrawn)
        if self.redrawn:
            self.ends.append(chunk.fed)
        begin = self.lines + 1
        self.lines += chunk.count
        blank: list[Ints] = []
        states: States = defaultdict(list)
        for shape, lines in self.sift(chunk, chunk.alike()) if self.sift else chunk.alike():
            first = chunk.line(int(lines[0]))
            if not first or first.isspace():
                blank.append(lines)
                continue
            if shape not in self._known and len(lines) >= FEW:
                self._learn(shape, first)
            if shape in self._quiet:
                if self.others is not None and self._wanted(first):
                    self._left += [(begin + at, chunk.line(at)) for at in lines.tolist()]
                continue
            known = self._known.get(shape)
            groups = [] if known is None else by_digits(chunk, lines, known[0])
            if known is None or 4 * len(groups) > len(lines) + 4:
                for at in lines.tolist():
                    self._alone(begin + at, chunk.line(at))
                continue
            for group in groups:
                self._group(chunk, group, begin, *known, states)
        for said, parts in states.items():
            self._thinned(chunk, begin, np.sort(np.concatenate([NONE, *blank])), said, parts)

    def _group(self, chunk: Chunk, group: Ints, begin: int, slots: Slots, said: Said, states: States) -> None:
        last = chunk.line(int(group[-1]))
        if slots.fixed or slots.sized:
            other = self.parse(last)
            if other is None or other is LOOK or forms_in(last, other) is None:
                for at in group.tolist():
                    self._alone(begin + at, chunk.line(at))
                return
            said, slots = other, replace(slots, forms=forms_in(last, other) or ())
        if said.state > 0 and self.others is not None:
            states[said._replace(spans=())].append((group, numbers(chunk, group, slots)))
            return
        self.remember(said.kind, begin + int(group[-1]), last)
        self._keep(self.states if said.state else self.rows, said, group + begin, numbers(chunk, group, slots))

    def _keep(self, rows: dict[Kind, Rows], said: Said, lines: Ints, values: Values) -> None:
        names, values = self.made(said.names, values) if self.made else (said.names, values)
        rows[said.kind, names].add(lines, values)

    def _thinned(self, chunk: Chunk, begin: int, blank: Ints, said: Said, parts: list[tuple[Ints, Curve]]) -> None:
        """Leave of every state of one thing that is told anew all the time the first and the last."""
        lines = np.concatenate([lines for lines, _ in parts])
        order = np.argsort(lines)
        lines, values = lines[order], np.concatenate([values for _, values in parts])[order]
        next_to = np.diff(lines - np.searchsorted(blank, lines)) == 1
        onward = next_to & (values[1:, 0] > values[:-1, 0])
        onward &= (values[1:, 1 : said.state] == values[:-1, 1 : said.state]).all(axis=1)
        within = np.zeros(len(lines), bool)
        within[1:-1] = onward[:-1] & onward[1:]
        self.states[said.kind, said.names].add(lines[within] + begin, values[within])
        self._left += [(begin + at, chunk.line(at)) for at in lines[~within].tolist()]

    def _learn(self, shape: int, line: str) -> None:
        """Find out where lines like this say their values, or that none of them says anything."""
        said = self.parse(line)
        if said is None:
            if silent(line, self.parse):
                self._quiet.add(shape)
            self._known[shape] = None
            return
        slots = None if said is LOOK else slots_in(line, said, self.parse)
        self._known[shape] = None if slots is None else (slots, said)

    def gather(self) -> None:
        """File what was read line by line with the rest."""
        for (kind, names), (lines, values) in self._few.items():
            table = np.array(values, np.float64).reshape(len(lines), len(names))
            self._keep(self.rows, Said(kind, names, ()), np.array(lines, np.int64), table)
        self._few.clear()

    def table(self, path: Path, form: str, notes: Sequence[Note], labels: Mapping[str, str] | None = None) -> Table:
        """All that was said: a row a line, filed under the label of its kind if ``labels`` are given.

        What is said before the first line with a clock is a setting.
        """
        self.gather()
        kept = [(kind, *rows.held()) for kind, rows in self.rows.items() if len(rows) and kind[1]]
        self.rows.clear()
        lines = kept[0][1] if len(kept) == 1 else np.concatenate([NONE, *(one for _, one, _ in kept)])
        lines, place = in_order(lines)
        parts: dict[str, list[tuple[Ints, Curve]]] = {}
        said = {} if labels is None else {kind: labels[kind] for (kind, _), _, _ in kept}
        filed = any(said.values())
        words = np.zeros(len(lines) if filed else 0, dtype=object)
        begins: dict[str, tuple[int, int]] = {}  # where each name comes first: its row, and its place there
        done = 0
        for (kind, names), own, held in kept:
            there = place[done : done + len(own)]
            done += len(there)
            if filed:
                words[there] = said[kind]
            rising = bool((np.diff(there) > 0).all())
            sort = slice(None) if rising else np.argsort(there, kind="stable")
            there = there[sort]
            for at, name in enumerate(names):
                begin = (int(there[0]), at)
                begins[name] = min(begins.get(name, begin), begin)
                parts.setdefault(name, []).append((there, held[at] if rising else held[at][sort]))
            held.clear()
        columns = {}
        for name in sorted(parts, key=begins.__getitem__):
            columns[name] = Column(*column(parts.pop(name)))
        first = min((int(one.rows[0]) for name, one in columns.items() if counts(name)), default=0)
        settings: dict[str, float] = {}
        if first:
            columns, settings = _from(columns, first)
        told = words[first:].tolist() if filed else []
        where = array("q", lines[first:].tobytes())
        return Table(path, form, len(where), columns, where, told, (), list(notes), settings)


def _is_number(word: str) -> bool:
    return DECIMAL.fullmatch(word) is not None or WORDS.fullmatch(word) is not None


def _from(columns: Mapping[str, Column], first: int) -> tuple[dict[str, Column], dict[str, float]]:
    """The rows from the ``first`` on, and the last value of every column before it."""
    rest, before = {}, {}
    for name, one in columns.items():
        at = int(np.searchsorted(one.rows, first))
        if at:
            before[name] = float(one.values[at - 1])
        if at < len(one.rows):
            rest[name] = Column(one.rows[at:] - first, one.values[at:])
    return rest, before
