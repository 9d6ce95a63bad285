"""Tables printed into a large text, which is gone through part by part; a table may lie across several parts."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence

from diagnose.tables.longtext import Cut, LongText
from diagnose.tables.printed import BEFORE, after, table_at, without_rows
from diagnose.tables.printed_rows import Row

_BEYOND = 16  # lines behind a table that may decide where it ends


def tables_within(text: LongText, heads: Sequence[int]) -> tuple[LongText, list[Row]]:
    """What `printed.tables_in` gives of the text as a whole."""
    window = _Window(heads)
    for part in text:
        window.look(part)
    window.look("", last=True)
    return (text.without(window.cuts), window.rows) if window.rows else (text, [])


class _Window:
    """The stretch of the text in which tables are looked for, and what was found in it and before.

    ``pieces`` are the parts it is made of, each with its number and where it begins; ``line`` is its first line.
    """

    def __init__(self, heads: Sequence[int]) -> None:
        self.rows: list[Row] = []
        self.cuts: defaultdict[int, list[Cut]] = defaultdict(list)
        self._heads = list(heads)[::-1]
        self._text, self._line = "", 1
        self._pieces: list[tuple[int, int]] = []
        self._parts = itertools.count()

    def look(self, part: str, *, last: bool = False) -> None:
        """Look for tables with one part more; one that may go on behind it waits for the next, but for the ``last``."""
        if part:
            self._pieces.append((next(self._parts), len(self._text)))
            self._text += part
        start, line = 0, self._line
        behind = self._line + self._text.count("\n") + last
        while self._heads and self._heads[-1] < behind:
            head = self._heads[-1]
            start, line = after(self._text, start, head - line), head
            used, found, remarks = table_at(self._text, start)
            stop = after(self._text, start, used)
            if not last and self._text.count("\n", stop) < _BEYOND:
                break
            if found:
                self.rows += [one._replace(line=head + one.line) for one in found]
                self._cut(start, stop, without_rows(self._text[start:stop], used, remarks))
            while self._heads and self._heads[-1] < head + max(1, used):
                self._heads.pop()
        else:
            start = len(self._text)
        self._forget(start)

    def _cut(self, start: int, stop: int, instead: str) -> None:
        """Leave a table out of the parts it lies in; what stands there ``instead`` is left in the first."""
        ends = [begin for _, begin in self._pieces[1:]] + [len(self._text)]
        for (part, begin), end in zip(self._pieces, ends, strict=True):
            if start < end and stop > begin:
                self.cuts[part].append((max(start, begin) - begin, min(stop, end) - begin, instead))
                instead = ""

    def _forget(self, start: int) -> None:
        """Let the text go that is not needed any more for tables from ``start`` on."""
        gone = self._text.rfind("\n", 0, max(0, start - BEFORE)) + 1
        self._line += self._text.count("\n", 0, gone)
        self._text = self._text[gone:]
        begun = [(part, begin - gone) for part, begin in self._pieces]
        ends = [begin for _, begin in begun[1:]] + [len(self._text)]
        self._pieces = [one for one, end in zip(begun, ends, strict=True) if end > 0]
