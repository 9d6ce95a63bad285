"""Tables printed into a log: those in boxes or columns, of classes or of epochs, and what COCO's evaluation prints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from diagnose.tables.aligned import cells_of
from diagnose.tables.clock import COARSE, counts, tail
from diagnose.tables.coco import SCORE, coco_scores
from diagnose.tables.evidence import speaks
from diagnose.tables.naming import is_told
from diagnose.tables.printed_rows import FEWER, Row, is_cell, is_row, number_in, read_rows
from diagnose.tables.shape_choice import OF_EPOCHS, OFTEN, Lines
from diagnose.tables.shapes import LONGEST, Shape, shape_of, taken_out

MOST = 400  # rows of a table, beyond which it is a list of things
WIDE = 40  # cells of a row
BEFORE = 400  # characters before a table that may say of what it is
REMARKS = 3  # lines of something else between two rows of a table of epochs
_RULE = re.compile(r"[\s|+:=─━│┃┏┓┗┛┡┩┳┻╇┌┐└┘├┤┬┴┼╭╮╰╯═╒╕╘╛╞╡╤╧╪-]+")
_BARS = "|│┃"
_FIGURES = frozenset(("support", "count", "time", "dur", "images", "instances", "labels"))


def in_box(line: str) -> bool:
    """Whether a line is a row of a box."""
    bare = line.lstrip()
    return bare[:1] in _BARS and bool(bare)


def may_head(line: str) -> bool:
    """Whether a line without numbers may be the first of a table: in a box, a counter before others, or only scores."""
    if in_box(line):
        return True
    if len(line) > 400 or ":" in line or "=" in line:
        return False
    names = _spelled(cells_of(line))
    if len(names) < 2:
        return False
    if counts(names[0]):
        return speaks(names)
    rest = [name for name in names if name.lower() not in _FIGURES] if line[:2].isspace() else []
    return len(rest) > 1 and all(map(is_told, rest))


def may_tell(line: str) -> bool:
    """Whether a line that some reader knows nothing of holds a loss or a score, or is of a table in a box."""
    if len(line) > LONGEST:
        return False
    shape = shape_of(taken_out(line)[0])
    return shape.losses or shape.rates or in_box(line) or SCORE in line


def tables_in(text: str, heads: Sequence[int]) -> tuple[str, list[Row]]:
    """The text with the lines of such tables left blank, and what they say in the order of their lines.

    ``heads`` are the numbers of lines that `may_head` a table, are `in_box` or hold a `SCORE`.
    """
    rows: list[Row] = []
    kept: list[str] = []
    if not heads:
        return text, []
    seen = done = line = counted = 0
    for start in _starts(text, heads):
        if start < seen:
            continue
        used, found, remarks = table_at(text, start)
        seen = after(text, start, used)
        if found:
            line += text.count("\n", counted, start)
            counted = start
            rows += [one._replace(line=line + 1 + one.line) for one in found]
            kept += [text[done:start], without_rows(text[start:seen], used, remarks)]
            done = seen
    return ("".join([*kept, text[done:]]), rows) if rows else (text, [])


def without_rows(table: str, used: int, remarks: Sequence[int]) -> str:
    """As many blank lines as there are in a table, but for the remarks that were printed between its rows."""
    if not remarks:
        return "\n" * used
    lines = table.split("\n")
    return "".join(f"{lines[at] if at in remarks else ''}\n" for at in range(used))


def table_at(text: str, start: int) -> tuple[int, list[Row], Sequence[int]]:
    """How many lines the table has that begins at a place in the text, what it says, and which lines are none of it."""
    first = next(_lines(text, start))
    if SCORE in first:
        used, scores = coco_scores(_lines(text, start), text[max(0, start - BEFORE) : start])
        return used, [Row(0, scores)] if scores else [], ()
    if first.lstrip()[:1] in _BARS:
        return (*_boxed(_lines(text, start)), ())
    return _in_columns(_lines(text, start))


def _starts(text: str, lines: Sequence[int]) -> Iterator[int]:
    """Where lines begin, by their numbers."""
    number, at = 1, 0
    for line in lines:
        for _ in range(line - number):
            at = text.find("\n", at) + 1
        number = line
        yield at


def after(text: str, start: int, lines: int) -> int:
    """The place so many lines behind a place where one begins, or the end."""
    for _ in range(lines):
        start = text.find("\n", start) + 1
        if not start:
            return len(text)
    return start


def with_tables(
    rows: Sequence[Row], said: Mapping[str, Lines], shapes: Mapping[str, Shape], *, within: bool = False
) -> tuple[dict[str, Lines], dict[str, Shape]]:
    """Lines and shapes with those of the tables; without a clock of their own they need a log they stand ``within``.

    Headings that name an epoch, time and again, are one.
    """
    by_names: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        by_names.setdefault(tuple(row.values), []).append(row)
    lines, found = dict(said), dict(shapes)
    headed = any(len(one) >= OFTEN and OF_EPOCHS.search(text) for text, one in said.items())
    for names, some in by_names.items():
        clocks = [counts(name) for name in names]
        often = len(some) >= OFTEN and headed
        if not (within or shapes or often or (any(clocks) and len(some) > 1)):
            continue
        numbers = np.array([list(row.values.values()) for row in some])
        at = np.array([row.line for row in some], np.int64)
        key = f"a table of {', '.join(names)[:200]}"
        whole = (numbers == np.floor(numbers)) & clocks
        lines[key] = Lines(at, tuple(numbers.T), tuple(whole.T), tuple(not one for one in clocks))
        epoch = next((slot for slot, name in enumerate(names) if tail(name) in COARSE), None)
        step = next((slot for slot, name in enumerate(names) if clocks[slot] and tail(name) not in COARSE), None)
        told = tuple("" if clock else name for name, clock in zip(names, clocks, strict=True))
        found[key] = Shape(epoch, step, None, True, told, True, False, True, frozenset())
    return dict(sorted(lines.items(), key=lambda item: int(item[1].at[0]))), found


def _lines(text: str, start: int) -> Iterator[str]:
    while start >= 0:
        stop = text.find("\n", start)
        yield text[start : stop if stop >= 0 else len(text)]
        start = stop + 1 or -1


def _boxed(lines: Iterator[str]) -> tuple[int, list[Row]]:
    table: list[tuple[int, list[str]]] = []
    used = 0
    for line in lines:
        bare = line.strip()
        if bare[:1] and bare[0] in _BARS:
            if not _RULE.fullmatch(bare) and len(table) <= MOST:
                table.append((used, _cells(bare)))
        elif not bare or not _RULE.fullmatch(bare):
            break
        used += 1
    return used, read_rows(table) if len(table) <= MOST and all(len(cells) <= WIDE for _, cells in table) else []


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(f"[{_BARS}]", line)[1:-1]]


def _in_columns(lines: Iterator[str]) -> tuple[int, list[Row], list[int]]:
    """A table without bars: a row has a cell for every name, and before them the name of a class if all are scores.

    Up to `REMARKS` lines may stand between two epochs: callbacks print there.
    """
    names = _spelled(cells_of(next(lines)))
    of_classes = not counts(names[0])
    table = [(0, ["class", *names] if of_classes else names)]
    last = 0
    remarks: list[int] = []
    for at, line in enumerate(lines, 1):
        if _RULE.fullmatch(line) or not line:
            if not line and last and not of_classes:
                break
            continue
        row = _named(line.split(), len(names)) if of_classes else cells_of(line)
        row += [""] * ("|" in line and len(row) == len(names) - 1)  # a last cell may be blank
        if len(row) != len(table[0][1]) or not is_cell(row[-1]) or not is_row(row[of_classes:]):
            if of_classes or not last or at - last > REMARKS:
                break
            remarks.append(at)
            continue
        if remarks and remarks[-1] > last and not _goes_on(table[-1][1][0], row[0]):
            break
        table.append((at, row))
        last = at
    return last + 1, read_rows(table), [at for at in remarks if at < last]


def _goes_on(before: str, cell: str) -> bool:
    """Whether an epoch is the next, or a later one."""
    numbers = [number_in(one) for one in (before, cell)]
    return None not in numbers and numbers[0] < numbers[1]  # type: ignore[operator] # neither is None


def _spelled(names: list[str]) -> list[str]:
    """The names with spaCy's ``E`` and ``#`` spelled out."""
    return ["epoch", "step", *names[2:]] if names[:2] == ["E", "#"] else names


def _named(cells: Sequence[str], count: int) -> list[str]:
    """The name of a row in one cell, and its numbers; scikit-learn's accuracy stands in the column before the last."""
    if cells[0] in FEWER and len(cells) == 3:
        return [cells[0], *[""] * (count - 2), *cells[1:]]
    name = " ".join(cells[:-count])
    return [name, *cells[-count:]] if name else []
