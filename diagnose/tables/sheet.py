"""Text into tables: where the header is, what parts the cells, and what to do with rows that do not fit."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from diagnose.run import Note
from diagnose.tables.ahead import ahead
from diagnose.tables.cells import number
from diagnose.tables.columns import Columns
from diagnose.tables.decode import lines
from diagnose.tables.digits import MARGIN, Bytes
from diagnose.tables.grid import Cells, gridded
from diagnose.tables.table import Table

JOINED = 50  # lines one quoted cell may run over
PEEK = 200  # lines looked at to tell the delimiter and the width


def looks_tabular(head: str) -> bool:
    """Whether a text of any name is a header above rows of numbers."""
    first = _peek(lines(head)[:-1])
    delimiter = _delimiter(first)
    rows = [cells for _, cells in _rows(first, delimiter)][:20]
    if len(rows) < 2 or len(rows[0]) < 2 or not _is_header(rows[0], delimiter):
        return False
    if any(len(name) > 60 for name in rows[0]):
        return False
    good = [row for row in rows[1:] if len(row) == len(rows[0]) and _share(row, delimiter) > 0.5]
    return len(good) * 10 >= 9 * (len(rows) - 1)


@dataclass
class _Cut:
    """What the pieces that are read ahead are cut by: the delimiter and width of the latest header."""

    form: tuple[int, int] = (0, 0)

    def gridded(self, text: Bytes) -> tuple[tuple[int, int], int, list[Cells]] | None:
        """The form, how many rows a piece has in it, and its columns; None when it is no such piece."""
        form = self.form
        rows, columns = gridded(text, form) if form[1] else (0, [])
        return (form, rows, columns) if rows else None


def sheets(path: Path, form: str, pieces: Iterable[str | Bytes], notes: Sequence[Note] = ()) -> Iterator[Table]:
    """The tables in a text, at least one (perhaps empty); another begins where a different header turns up.

    The text comes in ``pieces`` of whole lines, the first as a str; those in bytes (ASCII without a quote, `MARGIN`
    before them) are read all at once where nothing is odd about them.
    """
    sheet: Columns | None = None
    delimiter, width, before = "", 0, 0
    levels: list[list[str]] = []
    cut = _Cut()
    for raw, read in ahead(pieces, cut.gridded):
        if read is not None and sheet is not None and read[0] == sheet.form:
            if not sheet.expected:
                sheet.expect(path.stat().st_size * read[1] // len(raw) + read[1])
            sheet.take(before + 1, *read[1:])
            before += read[1]
            continue
        piece = raw if isinstance(raw, str) else raw[len(MARGIN) :].tobytes().decode("ascii")
        every = lines(piece)
        if not delimiter:
            first = _peek(every)
            delimiter = _delimiter(first)
            widths = Counter(len(cells) for _, cells in _rows(first, delimiter))
            width = widths.most_common(1)[0][0] if widths else 0
        torn = len(every) if every[-1].strip() else 0  # the line that was being written when the file ends
        for line, cells in _rows(every, delimiter):
            if sheet is None:
                if len(cells) < min(width, 2):
                    continue  # a title above the table
                named = _is_header(cells, delimiter)
                names = cells if named else _named_by_comment(every[: line - 1], delimiter, len(cells))
                sheet = Columns(path, form, names, delimiter, list(notes), width=len(cells))
                levels = [list(cells)] if named else []
                if not named:
                    sheet.add(before + line, cells)
            elif not sheet.lines and not sheet.pending and _goes_below(levels, cells, delimiter):
                levels.append(cells)
                sheet = Columns(path, form, _joined(levels), delimiter, list(notes), width=len(cells))
            elif cells[0][:1].isalpha() and _is_header(cells, delimiter) and sheet.shares_names(cells):
                if sheet.is_named(cells):
                    sheet.restart()
                    continue
                yield sheet.table()
                sheet = Columns(path, form, cells, delimiter, [], width=len(cells))
            else:
                sheet.add(before + line, cells, torn=line == torn)
        before += len(every) - 1
        cut.form = sheet.form if sheet else cut.form
    yield sheet.table() if sheet else Table(path, form, 0, {}, notes=notes)


def _peek(every: Sequence[str]) -> list[str]:
    return [line for line in every[:PEEK] if line.strip() and not line.startswith("#")]


def _delimiter(first: Sequence[str]) -> str:
    """The mark that most lines hold equally often; tab and semicolon win a tie, for commas may be decimal."""
    bare = [re.sub(r'"[^"]*"', "", line) for line in first]
    best = (0, ",")
    for mark in ("\t", ";", ",", "|"):
        counts = Counter(count for line in bare if (count := line.count(mark)))
        agreeing = counts.most_common(1)[0][1] if counts else 0
        if agreeing > best[0]:
            best = (agreeing, mark)
    return best[1]


def _rows(every: Sequence[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows, each with the line it begins at (from 1); blank lines and comments left out."""
    at = 0
    while at < len(every):
        line, start = every[at], at
        at += 1
        if '"' not in line:
            if line and line[0] != "#" and not line.isspace():
                yield start + 1, line.split(delimiter)
            continue
        if line[0] == "#":
            continue
        if line.count('"') % 2:  # a cell that runs over several lines, if its quote is closed at all
            for stop in range(at, min(at + JOINED, len(every))):
                if every[stop].count('"') % 2:
                    line, at = "\n".join(every[start : stop + 1]), stop + 1
                    break
            else:
                line = line.replace('"', "")
        try:
            cells = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
        except csv.Error:
            cells = line.replace('"', "").split(delimiter)
        if cells:  # nothing is left of a line that was one stray quote
            yield start + 1, cells


def _is_header(cells: Sequence[str], delimiter: str) -> bool:
    """Names rather than numbers: no more than the odd one (a class called 0) reads as a number."""
    return any(cell.strip() for cell in cells) and _share([cell for cell in cells if cell.strip()], delimiter) < 0.5


def _goes_below(levels: Sequence[Sequence[str]], cells: Sequence[str], delimiter: str) -> bool:
    """Whether a row before the first number is a second row of the header: its first lacks names, or repeats some."""
    if not levels or len(cells) != len(levels[0]) or list(cells) == list(levels[0]) or not _is_header(cells, delimiter):
        return False
    names = [name.strip() for name in levels[0][1:]]
    return "" in names or len(set(names)) < len(names)


def _joined(levels: Sequence[Sequence[str]]) -> list[str]:
    """The names of columns under a header of several rows; a cell above goes for those to its right that are empty."""
    filled: list[list[str]] = []
    for level, row in enumerate(levels):
        cells = [cell.strip() for cell in row]
        for at in range(2, len(cells)):
            if not cells[at] and level < len(levels) - 1 and any(below[at].strip() for below in levels[level + 1 :]):
                cells[at] = cells[at - 1]
        filled.append(cells)
    return ["/".join(name for name in names if name) for names in zip(*filled, strict=True)]


def _named_by_comment(above: Sequence[str], delimiter: str, width: int) -> list[str]:
    """The names in a ``# epoch,loss`` line above the first row, as numpy writes them; else none."""
    for line in above[::-1]:
        names = line.lstrip("# ").split(delimiter)
        if line.startswith("#") and len(names) == width and _is_header(names, delimiter):
            return names
    return []


def _share(cells: Sequence[str], delimiter: str) -> float:
    """The share of cells that read as a number or as nothing."""
    return sum(_reads(cell, delimiter) for cell in cells) / len(cells)


def _reads(cell: str, delimiter: str) -> bool:
    try:
        number(cell, delimiter)
    except ValueError:
        return False
    return True
