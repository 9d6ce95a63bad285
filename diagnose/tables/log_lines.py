"""Collects what the lines of a text log state, start by start, and hands it on as traces."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from diagnose.run import Note, Trace
from diagnose.tables.beside import Rest, rest_of, unknown_to, with_rest
from diagnose.tables.harvest import Made
from diagnose.tables.longtext import LongText, parts, to_the_last
from diagnose.tables.loss_scales import scales_in, with_scales
from diagnose.tables.records import tabled
from diagnose.tables.said import Parse
from diagnose.tables.table import Table, traces
from diagnose.tables.taken import Taken, merged, taken
from diagnose.tables.textfile import Damage, no_numbers, no_signal, opened, unfinished
from kb.text import Text

WORD = r"(?:[\w.]{1,20}\()?(?P<value>[-+\w.]{1,400})"  # what stands where a number should: 0.5, nan, np.float32(0.5)
NUMBER = re.compile(r"[-+]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d{1,5})?|nan|inf(?:inity)?)", re.IGNORECASE | re.ASCII)
Settings = Mapping[str, Any]


@dataclass
class _Start:
    """One time training was started: the line that says so, what it was started with, and its rows."""

    line: int | None
    settings: Settings
    rows: list[dict[str, Any]] = field(default_factory=list)
    where: list[int] = field(default_factory=list)
    bulk: Table | None = None  # what was taken between it and the next

    @property
    def logged(self) -> bool:
        """Whether it came to anything."""
        return bool(self.rows or (self.bulk and self.bulk.count))


class LogLines:
    """A text log and the rows found in it so far; lines count from 1. A file that cannot be read has none."""

    def __init__(self, path: Path, form: str) -> None:
        self.path, self.form = path, form
        text, self.notes = opened(path)
        self._text = text
        self._scales = scales_in(text)
        self._taken: Taken | None = None
        self._parse: Parse | None = None
        self._end = to_the_last(text)[1].rstrip(" ")[-400:]  # empty when the file ends in a line end
        self._count = text.count("\n") + 1 if self._end else 0
        self._starts = [_Start(None, {})]
        self._damage: list[Damage] = []
        self._decimals: dict[str, int] = {}

    @property
    def text(self) -> str | LongText:
        """All of it, until lines are taken."""
        return self._text

    def take(self, parse: Parse, *, pick: bool = False, made: Made | None = None) -> Taken:
        """Take the lines out of a large log that ``parse`` understands; of a small one none is taken.

        If only a ``pick`` of the lines is wanted, those of which ``parse`` knows nothing may be left out. For
        ``made`` see `Harvest`.
        """
        self._parse = parse
        self._taken = taken(self._given(), parse, self.path, self.form, pick=pick, made=made)
        self._decimals |= {name: len(word.partition(".")[2]) for name, word in self._taken.words.items()}
        return self._taken

    def _given(self) -> str | LongText:
        """The text, which is let go: it is large, and only its end is needed any more."""
        text, self._text = self._text, self._end or next((part[:1] for part in parts(self._text) if part), "")
        return text

    def note(self, what: Text, line: int | None = None) -> None:
        """Say something about the file, or about one line of it."""
        self.notes.append(Note(str(self.path), what, line))

    def number(self, name: str, word: str, line: int) -> float | None:
        """The value a line gives for ``name``; None, and a note, when the word is no number or was cut in two."""
        if NUMBER.fullmatch(word) is None:
            self._damage.append((line, word))
            return None
        decimals = len(word.partition(".")[2])
        if line == self._count and self._end.endswith(word) and decimals < self._decimals.get(name, 0):
            self.notes.append(unfinished(self.path, line))
            return None
        self._decimals[name] = decimals
        return float(word)

    def begin(self, line: int, settings: Settings) -> None:
        """Training is started here: a run of its own, unless it carries on where the one before stopped."""
        self._starts.append(_Start(line, settings))

    def setting(self, settings: Settings) -> None:
        """Add to what the latest start was given."""
        start = self._starts[-1]
        start.settings = {**start.settings, **settings}

    def add(self, line: int, row: Mapping[str, Any]) -> None:
        """Keep a row: clocks (epoch, step, iteration) and quantities by name."""
        self._starts[-1].rows.append(dict(row))
        self._starts[-1].where.append(line)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Every row so far, to be completed in place once the whole file is known."""
        return [row for start in self._starts for row in start.rows]

    def traces(self) -> list[Trace]:
        """One trace for every start and, within it, every time its clock goes back; one that says why when none."""
        if self._taken is not None and self._taken.table.count:
            edges = [0, *(start.line or 0 for start in self._starts[1:]), float("inf")]
            for start, (first, after) in zip(self._starts, itertools.pairwise(edges), strict=True):
                start.bulk = self._taken.between(int(first), after)
        self._remark()
        self._starts = [start for start in self._starts if start.logged] or self._starts[-1:]
        if not self._starts[0].logged:
            if self._text:
                self.notes.append(no_signal(self.path))
            return [Trace(self.path, self.form, settings=self._starts[-1].settings, notes=tuple(self.notes))]
        found: list[Trace] = []
        rest = self._rest()
        ends = [*(one.line or 0 for one in self._starts[1:]), float("inf")]
        for start, end in zip(self._starts, ends, strict=True):
            notes = list(self.notes) if start is self._starts[0] else [self._again(start)]
            bulk = start.bulk if start.bulk and start.bulk.count else None
            table = tabled(self.path, self.form, start.rows, start.where, [] if bulk else notes)
            table = replace(merged(table, bulk), notes=notes) if bulk else table
            if rest is not None:
                table = with_rest(table, rest.between(start.line or 0, end))
            table = with_scales(table, self._scales.between(start.line or 0, end))
            found += traces(replace(table, settings=start.settings))
        return found

    def _rest(self) -> Rest | None:
        """What lines say that neither were added nor are known to the reader."""
        if self._taken is None or self._parse is None:
            return None
        used = {line for start in self._starts for line in start.where} | {line for line, _ in self._damage}
        return rest_of(unknown_to(self._parse, self._taken.others, used), self.path, self.form)

    def _remark(self) -> None:
        self.notes += no_numbers(self.path, self._damage)
        idle = [start.line for start in self._starts if start.line is not None and not start.logged]
        if idle:
            what = Text(
                f"starts of training that logged no number: {len(idle)}",
                f"有 {len(idle)} 次启动没有记录任何数值",
            )
            self.note(what, idle[0])

    def _again(self, start: _Start) -> Note:
        what = Text("the settings are printed again: training is started here", "再次打印了配置：训练从这里重新启动")
        return Note(str(self.path), what, start.line)


def plain(word: str) -> Any:
    """A setting as it was meant: a number, true or false, None, or else the text without its quotes."""
    word = word.strip()
    known = {"True": True, "False": False, "None": None}
    if word in known:
        return known[word]
    if NUMBER.fullmatch(word) and len(word) < 40:
        return int(word) if word.lstrip("+-").isdigit() else float(word)
    return word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "'\"" else word
