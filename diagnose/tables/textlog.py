"""A log written for people: its text opened without a crash, its lines, and the numbers named on them."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diagnose.run import Note, Trace
from diagnose.tables.beside import rest_of, unknown_to, with_rest
from diagnose.tables.decode import is_binary
from diagnose.tables.leftover import Leftover
from diagnose.tables.longtext import LongText, may_hold, parts
from diagnose.tables.loss_scales import Scales, scales_in, with_scales
from diagnose.tables.records import Row, tabled
from diagnose.tables.said import Parse
from diagnose.tables.table import Table, traces
from diagnose.tables.taken import Taken, merged, taken
from diagnose.tables.textfile import Damage, head_text, no_numbers, no_signal, unwrapped, written
from kb.text import Text

LOGS = (".log", ".txt", ".out", ".err", "")  # what people call a screen they saved
OTHERS = (
    *(".py", ".md", ".rst", ".ipynb", ".json", ".jsonl", ".html", ".htm", ".yaml", ".yml", ".csv", ".tsv", ".tex"),
    *(".sh", ".xml", ".toml", ".cfg"),
)
NUMBER = re.compile(
    r"[-+]?(?:(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:e[-+]?[0-9]{1,5})?|nan|inf(?:inity)?)", re.IGNORECASE
)
_REDRAWN = re.compile(r"\r+")
_PAIR = re.compile(
    r"(?:(?<=[\s,\]])|^)(?!eta:)([A-Za-z_][^\s:,]{0,80}): {1,4}([^\s,]{1,60})(?=,|\t|  |\s[A-Za-z_]|\s*$)"
)
_EXPONENT = re.compile(r"[-+]?[0-9][0-9.]{0,40}e[-+]?[0-9]?$", re.IGNORECASE)
_CLOCKLIKE = re.compile(r"[0-9]+:[0-9:.]+|[0-9.]+[A-Za-z]+")  # a time of day, or an amount with its unit


class Piece(NamedTuple):
    """A line or a state of one: the number of the line, whether the file ends within it, its place among all pieces."""

    line: int
    text: str
    cut: bool
    place: int


@dataclass
class TextLog:
    """A file on its way to becoming traces: ``text`` without colours; rows are added with the line they stand on."""

    path: Path
    form: str
    text: str | LongText = ""
    notes: list[Note] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    where: list[int] = field(default_factory=list)
    _damage: list[Damage] = field(default_factory=list)
    _taken: Taken | None = None
    _parse: Parse | None = None
    scales: Scales | None = None

    def take(self, parse: Parse, labels: Mapping[str, str] | None = None) -> Taken:
        """Take the lines out of a large log that ``parse`` understands; `pieces` gives the others.

        Their rows are filed under the labels of their kinds, if there are any.
        """
        redrawn = may_hold(self.text, "\r") and "\r" in self.text
        if redrawn:  # as `pieces` has it
            self.text = self.text.cleaned(_once) if isinstance(self.text, LongText) else _once(self.text)
        self._parse = parse
        self._taken = taken(self._given(), parse, self.path, self.form, labels, redrawn=redrawn)
        return self._taken

    def _given(self) -> str | LongText:
        """The text, which is let go: it is large, and not needed any more."""
        text, self.text = self.text, next((part[:1] for part in parts(self.text) if part), "")
        return text

    def add(self, row: Row, line: int, place: int = 0) -> None:
        """Another row of the table; its place among all pieces matters where lines were redrawn and taken."""
        own = self._own
        self.rows.append(row)
        self.where.append(line if not len(own) else place or int(np.searchsorted(own, np.int32(line))) + 1)

    @property
    def _own(self) -> NDArray[np.int32]:
        """The line each piece is on, where pieces are not lines."""
        return self._taken.own if self._taken else np.zeros(0, np.int32)

    def note(self, en: str, zh: str, line: int | None = None) -> None:
        """Something worth telling about how this file was read."""
        self.notes.append(Note(str(self.path), Text(en, zh), line))

    def broken(self, words: Sequence[str], line: int) -> None:
        """Values on a line that should have been numbers; one note in the end tells of all of them."""
        self._damage += [(line, word) for word in words]

    def pieces(self) -> Iterator[Piece]:
        """Every line, and every state of a line that was redrawn in place."""
        every = self._taken.others if self._taken else Leftover(list(enumerate(str(self.text).split("\n"), 1)))
        own = self._own
        small = self._taken is None or not self._taken.large
        place = 0
        for number, line in every:
            states = _REDRAWN.split(line)
            for at, state in enumerate(states, 1):
                place += 1
                if state.strip():
                    last = number == every.end and at == len(states)
                    yield Piece(int(own[number - 1]) if len(own) else number, state, last, place if small else number)

    def traces(self) -> list[Trace]:
        """The runs in the rows, or a trace without series that says why there is none."""
        self.notes += no_numbers(self.path, self._damage)
        many = self._taken.table if self._taken else Table(self.path, self.form, 0, {})
        if not self.rows and not many.count and self.text:
            self.notes.append(no_signal(self.path))
        if not self.rows and not many.count:
            return [Trace(self.path, self.form, notes=tuple(self.notes))]
        table = tabled(self.path, self.form, self.rows, self.where, [] if many.count else self.notes)
        if many.count:
            table = replace(merged(table, many), notes=self.notes)
        if self._taken and self._parse:
            text = unknown_to(self._parse, self._taken.others, {*self.where, *(line for line, _ in self._damage)})
            if (rest := rest_of(text, self.path, self.form)) is not None:
                table = with_rest(table, rest)
        if len(self._own):
            table = replace(table, lines=array("q", self._own[np.array(table.lines) - 1].astype(np.int64).tobytes()))
        return traces(with_scales(table, self.scales) if self.scales else table)


def opened(path: Path, form: str) -> TextLog:
    """The file, or an empty text and a note when there is nothing to read."""
    text, notes = written(path)
    text = text.cleaned(_fed) if isinstance(text, LongText) else _fed(text)
    return TextLog(path, form, text, notes, scales=scales_in(text))


def _fed(text: str) -> str:
    return unwrapped(text.replace("\r\n", "\n") if "\r" in text else text)


def _once(text: str) -> str:
    """The text with one return where there are several."""
    return _REDRAWN.sub("\r", text) if "\r\r" in text else text


def is_log(path: Path, head: bytes, rows: re.Pattern[str], marks: re.Pattern[str]) -> bool:
    """Whether the head of a file shows such rows; or, in a file called like a log, the marks of who wrote it."""
    suffix = path.suffix.lower()
    text = head_text(head)
    if suffix in OTHERS or is_binary(text):
        return False
    called = suffix in LOGS or suffix[1:].isdigit()  # log.txt.1
    return rows.search(text) is not None or (called and marks.search(text) is not None)


def number(word: str) -> float | None:
    """The number a word is, NaN and infinities included; None when it is none."""
    return float(word) if NUMBER.fullmatch(word) else None


def spans(text: str, start: int = 0) -> tuple[dict[str, tuple[int, int]], list[str]]:
    """Where the ``name: number`` pairs of a line have their numbers; and the words that only began like one."""
    good: dict[str, tuple[int, int]] = {}
    bad: list[str] = []
    for pair in _PAIR.finditer(text, start):
        name, word = pair.groups()
        if NUMBER.fullmatch(word):
            good.setdefault(name, pair.span(2))
        elif word[0] in "0123456789+-." and word.strip("+-.") and not _CLOCKLIKE.fullmatch(word):
            bad.append(word)
    return good, bad


def pairs(text: str) -> tuple[dict[str, str], list[str]]:
    """The ``name: number`` pairs of a line, as written; and the words that only began like a number."""
    good, bad = spans(text)
    return {name: text[start:stop] for name, (start, stop) in good.items()}, bad


def torn(text: str, words: Mapping[str, str], before: Mapping[str, str]) -> str:
    """The last value of a line cut by the end of the file, "" when it is whole as far as the line before can tell.

    It is cut when the text ends right behind it and other values are missing, or decimals the same value had
    before; and when its exponent lacks a digit, for every program writes two.
    """
    last = list(words)[-1] if words else ""
    shorter = last in before and _decimals(words[last]) < _decimals(before[last])
    half = _EXPONENT.search(text)
    if last and half is not None and half[0].startswith(words[last]):
        return last
    touches = bool(last) and text.endswith(words[last])
    return last if touches and (shorter or not before.keys() <= words.keys()) else ""


def remembered(words: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    """What `torn` compares the next line with: this line, but its NaN as the numbers they were before."""
    return {name: word if word[-1].isdigit() else before.get(name, word) for name, word in words.items()}


def _decimals(word: str) -> int:
    return len(word.partition(".")[2].lower().partition("e")[0])
