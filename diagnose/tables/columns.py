"""A text table while it is being read: rows go in, a `Table` and what was odd about it come out."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from diagnose.run import Note
from diagnose.tables.apart import CALLED
from diagnose.tables.cells import Filling
from diagnose.tables.clock import counts
from diagnose.tables.grid import Cells
from diagnose.tables.jsontext import parsed
from diagnose.tables.naming import side_of
from diagnose.tables.pivot import pivoted, plain, tag_of
from diagnose.tables.table import CLASSES, KINDS, LABELS, SPLITS, Column, Table
from kb.text import Text

CHUNK = 20_000  # rows turned into numbers at a time: cells take far more room as text
SETTINGS = frozenset(("config", "hparams", "hyperparameters", "args", "cfg", "params"))
WIDE = 100  # columns of a table without a header beyond which it is data, not a log


class Columns:
    """The columns under one header."""

    def __init__(
        self, path: Path, form: str, names: Sequence[str], delimiter: str, notes: list[Note], *, width: int
    ) -> None:
        self.path, self.format, self.notes = path, form, notes
        self.header = [name.strip().strip("'") if name.count("'") == 2 else name.strip() for name in names]
        self.named = bool(names)
        self.width = width
        self.delimiter = delimiter
        self.fillings = [Filling(name, delimiter) for name in self._unique_names()]
        tag = tag_of(self.header)
        self.tag = self.header.index(tag) if tag is not None else None
        named = [plain(name).removeprefix("metric_") for name in self.header]  # Aim's metric.context
        self.split = next((at for at, name in enumerate(named) if name in (*SPLITS, *KINDS)), None)
        self.writer = next((at for at, name in enumerate(self.header) if plain(name) in CALLED), None)
        self.labels: list[str] = []
        self.runs: list[str] = []
        self.tags: list[str] = []
        self.lines = array("q")
        self.restarts: list[int] = []
        self.pending: list[list[str]] = []
        self.short: list[int] = []
        self.long: list[int] = []
        self.expected = 0

    def shares_names(self, cells: Sequence[str]) -> bool:
        """Whether a row of words can be a header that belongs here: it has a clock, or a name we know."""
        names = [cell.strip() for cell in cells]
        return any(counts(name) or name in self.header for name in names)

    def is_named(self, cells: Sequence[str]) -> bool:
        """Whether the row is our own header once more."""
        return [cell.strip().strip("'") for cell in cells] == self.header

    def restart(self) -> None:
        """The header was written again before the next row."""
        self.restarts.append(len(self.lines))

    def add(self, line: int, cells: list[str], *, torn: bool = False) -> None:
        """One more row; of a ``torn`` one the last cell is given up, for it may have been longer."""
        missing = self.width - len(cells)
        if missing > 0:
            if torn:
                what = Text(
                    "the last row is cut short; its last cell is left out", "最后一行不完整；略去其最后一个单元格"
                )
                self.notes.append(Note(str(self.path), what, line))
                cells = cells[:-1]
                missing += 1
            else:
                self.short.append(line)
            cells = cells + [""] * missing
        elif missing < 0:
            if any(cell.strip() for cell in cells[missing:]):
                self.long.append(line)
            cells = cells[: self.width]
        self.lines.append(line)
        self.pending.append(cells)
        if len(self.pending) >= CHUNK:
            self._flush()

    @property
    def form(self) -> tuple[int, int]:
        """What a piece of text must be cut by, delimiter and width, to be taken at once; (0, 0) when it cannot be."""
        in_words = any(at is not None for at in (self.split, self.writer, self.tag))
        return (0, 0) if in_words else (ord(self.delimiter), self.width)

    def expect(self, rows: int) -> None:
        """Make room for so many rows, so that no column has to be moved when it grows."""
        self.expected = rows
        for filling in self.fillings:
            filling.values.room(rows)

    def take(self, line: int, rows: int, columns: Sequence[Cells]) -> None:
        """Many more rows, which begin at a line of the file and follow each other without a gap."""
        self._flush()
        start = len(self.lines)
        every = np.arange(start, start + rows)
        for filling, cells in zip(self.fillings, columns, strict=True):
            filling.take(every[cells.rows], cells.values, start, cells.odd)
        self.lines.frombytes(np.arange(line, line + rows, dtype=np.int64).tobytes())

    def table(self) -> Table:
        """Everything read."""
        self._flush()
        for rows, en, zh in (
            (self.short, "rows with fewer cells than the header", "行的单元格少于表头"),
            (
                self.long,
                "rows with more cells than the header, the rest left out",
                "行的单元格多于表头；多出的部分略去",
            ),
        ):
            if rows:
                self._note(Text(f"{en}: {len(rows)}", f"有 {len(rows)} {zh}"), rows[0])
        split = self._split()
        runs = self.runs if self.writer is not None and self.fillings[self.writer].is_text else []
        tag = self.fillings[self.tag] if self.tag is not None and self.fillings[self.tag].is_text else None
        words = [one for one in self.fillings if one is not split and one is not tag and one.is_text]
        numbers = [one for one in self.fillings if not one.is_text and one.count]
        if why := self._no_log(words):
            self._note(why)
            numbers = []
        else:
            self._tell([one for one in words if not runs or one is not self.fillings[self.writer or 0]], numbers)
        labels = self.labels if split else []
        every = np.arange(len(self.lines))
        columns = {one.name: one.column(every) for one in numbers}
        settings = {name: float(one.values[0]) for name, one in columns.items() if _is_setting(name, one)}
        columns = {name: one for name, one in columns.items() if name not in settings}
        table = Table(
            self.path,
            self.format,
            len(self.lines),
            columns,
            self.lines,
            labels,
            tuple(self.restarts),
            tuple(self.notes),
            settings={name.partition("/")[2]: value for name, value in settings.items()},
            runs=runs,
        )
        return self._of_steps(table, self.tags if tag else [])

    def _of_steps(self, table: Table, tags: list[str]) -> Table:
        """The table without the rows that have a word in place of a step: ``mean``, ``best``; wide if it was long."""
        spare = sorted({row for one in self.fillings if not one.is_text for row in one.worded})
        if spare and 3 * len(spare) <= table.count:
            what = Text(
                f"rows with a word in place of a step: {len(spare)}; left out",
                f"有 {len(spare)} 行的步数处写的是文字，已略去",
            )
            notes = [*table.notes, Note(str(self.path), what, self.lines[spare[0]])]
            keep = np.setdiff1d(np.arange(table.count), spare)
            runs = [table.runs[row] for row in keep.tolist()] if table.runs else ()
            tags = [tags[row] for row in keep.tolist()] if tags else []
            table = replace(table.of_rows(keep, notes), runs=runs)
        return pivoted(table, tags) if tags else table

    def _unique_names(self) -> list[str]:
        """A name for every column: as written, numbered where the header gives none or the same again."""
        if not self.named:
            self._note(Text("no header: columns are numbered", "没有表头：各列按序号命名"))
        given = self.header + [""] * (self.width - len(self.header))
        if [name.lower() for name in given] == ["wall time", "step", "value"] and "-tag-" in self.path.stem:
            given[2] = self.path.stem.split("-tag-", 1)[1]  # TensorBoard's own download
        names: dict[str, int] = {}  # and how often each was met
        for at, name in enumerate(given):
            plain = name if name or (at == 0 and self.named) else f"column {at + 1}"
            number = names.get(plain, 0) + 1
            names[plain] = number
            while number > 1 and f"{plain} ({number})" in names:
                number += 1
            if number > 1:
                names[plain] = number
                names[f"{plain} ({number})"] = 1
                if number == 2:
                    self._note(Text(f"several columns are called {plain!r}", f"有多列都叫 {plain!r}"))
        return list(names)

    def _flush(self) -> None:
        if not self.pending:
            return
        start = len(self.lines) - len(self.pending)
        for at, cells in enumerate(zip(*self.pending, strict=True)):
            self.fillings[at].add(start, cells)
            if at == self.split:
                self.labels += map(_word, cells)
            if at == self.writer:
                self.runs += [cell.strip() for cell in cells]
            if at == self.tag:
                self.tags += [cell.strip() for cell in cells]
        self.pending = []

    def _split(self) -> Filling | None:
        """The column that files rows under a few words (train, val), if there is one; classes only beside a clock."""
        if self.split is None or not self.fillings[self.split].is_text or len(set(self.labels)) > LABELS:
            return None
        if plain(self.header[self.split]) in KINDS and not all(map(side_of, set(self.labels))):
            return None
        if plain(self.header[self.split]) in CLASSES and not any(counts(one.name) for one in self.fillings):
            return None
        return self.fillings[self.split]

    def _no_log(self, words: Sequence[Filling]) -> Text | None:
        """Why a table is something else than a log, if it is."""
        if not self.named and self.width > WIDE:
            return Text(
                f"{self.width} columns and no header: data rather than a log",
                f"{self.width} 列且无表头：更像数据而非日志",
            )
        clocked = any(counts(one.name) for one in self.fillings)
        thing = next((one.name for one in words if one.names_things), None)
        if clocked or thing is None:
            return None
        return Text(
            f"a list of things ({thing!r}) without a step or epoch: not a training log",
            f"这是一份清单（{thing!r}），没有 step 或 epoch：不是训练日志",
        )

    def _tell(self, words: Sequence[Filling], numbers: Sequence[Filling]) -> None:
        if words and numbers:
            names = ", ".join(one.name for one in words)
            self._note(Text(f"columns of text, not read: {names}", f"文本列，未读取：{names}"))
        for one in numbers:
            if one.first_text is not None:
                row, cell = one.first_text
                shown = cell.strip()[:30]
                what = Text(
                    f"cells of {one.name!r} that are no numbers: {one.texts}, such as {shown!r}",
                    f"{one.name!r} 列有 {one.texts} 个单元格不是数字，例如 {shown!r}",
                )
                self._note(what, self.lines[row])

    def _note(self, what: Text, line: int | None = None) -> None:
        self.notes.append(Note(str(self.path), what, line))


def _word(cell: str) -> str:
    """What a cell files its row under; of an object (``{"subset": "val"}``) what it says."""
    cell = cell.strip()
    held = parsed(cell)[0] if cell.startswith("{") else None
    return " ".join(str(one) for one in held.values()) if isinstance(held, dict) else cell


def _is_setting(name: str, column: Column) -> bool:
    """Whether a column repeats a setting in every row, as Ray's ``config/lr`` does."""
    first, _, rest = name.partition("/")
    return bool(rest) and plain(first) in SETTINGS and bool((column.values == column.values[0]).all())
