"""Reads on in a log of lines: the new ones with the head of the file and the lines before them for context.

Every reader of lines works so, without knowing it. Whether the context was enough is checked, not assumed: the lines
before must be read as they were read the first time, else the whole file is read again.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from diagnose.files import read_file
from diagnose.run import Note, Series, Trace
from diagnose.stitch import lengthened

WINDOW = 1 << 16
CHECKED = 3  # points of a curve that the lines before must give again


@dataclass
class Lines:
    """A log read up to ``end``, the end of a line, and what it held until there.

    ``head`` and ``before`` are the bytes it began with and those just before ``end``, whole lines both; ``skipped``
    counts the lines between them.
    """

    path: Path
    traces: list[Trace]
    end: int
    head: bytes
    before: bytes
    skipped: int
    window: int
    bytes_read: int = 0

    @classmethod
    def begin(cls, path: Path, traces: Sequence[Trace], size: int, window: int) -> Lines | None:
        """Ready to go on after the ``size`` bytes that ``traces`` were read from; None where that cannot be done."""
        if not traces or not traces[-1].series or traces[-1].path != path:
            return None
        with path.open("rb") as file:
            head = file.read(window)
            file.seek(max(size - window, 0))
            before = file.read(min(size, window))
            if b"\0" in head or not before.endswith(b"\n"):  # UTF-16, a database; or a line still being written
                return None
            head, before = head[: head.rfind(b"\n") + 1], before[before.find(b"\n") + 1 :]
            file.seek(0)
            skipped = _newlines(file, size - len(before)) - head.count(b"\n")
        if not head or not before:
            return None
        return cls(path, list(traces), size, head, before, skipped, window)

    def further(self, size: int) -> list[Trace] | None:
        """What the file holds up to ``size``; None when it has to be read anew."""
        with self.path.open("rb") as file:
            start = self.end - len(self.before)
            head = file.read(len(self.head))
            file.seek(start)
            text = file.read(size - start)
        self.bytes_read = len(head) + len(text)
        before, new = text[: len(self.before)], text[len(self.before) :]
        if head != self.head or before != self.before or len(new) > 64 * self.window + size // 8:
            return None
        whole, rest = new[: new.rfind(b"\n") + 1], new[new.rfind(b"\n") + 1 :]
        if whole:
            more = self._with(whole)
            if more is None:
                return None
            kept = (before + whole)[-self.window :]
            kept = kept[kept.find(b"\n") + 1 :] if len(before + whole) > self.window else kept
            self.skipped += (before + whole)[: len(before + whole) - len(kept)].count(b"\n")
            self.traces, self.end, self.before = more, self.end + len(whole), kept
        return self._with(rest) if rest else self.traces

    def _with(self, new: bytes) -> list[Trace] | None:
        """What the file held and what ``new`` adds; None when ``new`` changes how the lines before it are read."""
        was, now = self._read(self.head + self.before), self._read(self.head + self.before + new)
        if was is None or now is None or len(now) < len(was) or not _ends_like(self.traces[-1], was[-1]):
            return None
        if any(_grown(old, same) != 0 for old, same in zip(was[:-1], now, strict=False)):
            return None
        last = now[len(was) - 1]
        if _grown(was[-1], last) < 0:
            return None
        said = {_bare(note) for trace in (self.traces[-1], was[-1]) for note in trace.notes}
        had = {one.name: len(one) for one in was[-1].series}
        added = replace(
            last,
            series=tuple(_after(one, had.get(one.name, 0)) for one in last.series if len(one) > had.get(one.name, 0)),
            notes=tuple(note for note in last.notes if _bare(note) not in said),
        )
        return [*self.traces[:-1], lengthened(self.traces[-1], added), *now[len(was) :]]

    def _read(self, text: bytes) -> list[Trace] | None:
        """What the reader of the file makes of some of its lines, as if they stood in the file itself."""
        with tempfile.TemporaryDirectory(prefix="trainoscope-") as folder:
            copy = Path(folder) / self.path.name
            copy.write_bytes(text)
            found = read_file(copy) or []
        if any(trace.path != copy or trace.format != self.traces[-1].format for trace in found):
            return None
        return [self._moved(trace, copy) for trace in found] if found and found[-1].series else None

    def _moved(self, trace: Trace, copy: Path) -> Trace:
        here = str(self.path)
        lines = self.head.count(b"\n")
        notes = tuple(
            Note(here, note.what, note.line + self.skipped if note.line and note.line > lines else note.line)
            for note in trace.notes
        )
        series = tuple(replace(one, source=here if one.source == str(copy) else one.source) for one in trace.series)
        return replace(trace, path=self.path, series=series, notes=notes)


def _bare(note: Note) -> str:
    """What a note says but for its numbers, for a count goes up with the file."""
    return re.sub(r"\d+", "0", note.what.en)


def _newlines(file: BinaryIO, size: int) -> int:
    count = 0
    while size > 0 and (block := file.read(min(size, 1 << 20))):
        count += block.count(b"\n")
        size -= len(block)
    return count


def _grown(was: Trace, now: Trace) -> int:
    """How many points were added to a trace; -1 when those it had are not the same any more."""
    names = {one.name: one for one in now.series}
    if list(names)[: len(was.series)] != [one.name for one in was.series]:
        return -1
    for one in was.series:
        same = names[one.name]
        if not _equal(one, _first(same, len(one))):
            return -1
    return sum(map(len, now.series)) - sum(map(len, was.series))


def _ends_like(whole: Trace, part: Trace) -> bool:
    """Whether the last points of the part, at least some of them, are the last of the whole."""
    known = {one.name: one for one in whole.series}
    checked = 0
    for one in part.series:
        if one.name not in known:
            return False
        size = min(len(one), len(known[one.name]), CHECKED)
        if size < min(CHECKED, len(known[one.name])):
            continue
        if not _equal(_after(one, len(one) - size), _after(known[one.name], len(known[one.name]) - size)):
            return False
        checked += size
    return checked > 0


def _equal(one: Series, other: Series) -> bool:
    return np.array_equal(one.steps, other.steps) and np.array_equal(one.values, other.values, equal_nan=True)


def _first(one: Series, count: int) -> Series:
    return replace(
        one, steps=one.steps[:count], values=one.values[:count], wall=None if one.wall is None else one.wall[:count]
    )


def _after(one: Series, count: int) -> Series:
    return replace(
        one, steps=one.steps[count:], values=one.values[count:], wall=None if one.wall is None else one.wall[count:]
    )
