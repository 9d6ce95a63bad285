"""From lines whose shapes are known to rows of a table: epochs carried on, repetitions left out, one clock for all."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence

from diagnose.tables.shape_choice import Said, carried_by
from diagnose.tables.shapes import Shape

Rows = list[dict[str, float]]


def rows_of(said: Sequence[Said], shapes: Mapping[str, Shape]) -> tuple[Rows, list[int], list[int]]:
    """A row for every line that is read, its line, and the lines that repeat a step with other numbers."""
    often = Counter(one.text for one in said)
    carried = carried_by(said, {text for text, times in often.items() if times > 1} | set(shapes))
    stale = _stale(said, shapes, carried)
    trained = [(one, shapes[one.text]) for one in said if one.text in shapes and not shapes[one.text].evaluates]
    lengths = {_total(one, shape) for one, shape in trained if shape.step is not None}
    rows: Rows = []
    where: list[int] = []
    again: list[int] = []
    totals: list[int] = []
    seen: dict[tuple[object, ...], str] = {}
    last: tuple[object, ...] = ()
    last_text = ""
    for one in said:
        shape = shapes.get(one.text)
        if shape is None:
            continue
        row: dict[str, float] = {}
        if one.line in carried and one.text not in stale:
            row["epoch"] = carried[one.line]
        of = _total(one, shape)
        apart = shape.evaluates and of and lengths and of not in lengths  # counts its own batches
        if shape.step is not None and one.numbers[shape.step].isdigit() and not apart:
            row["step"] = int(one.numbers[shape.step])
        when = (row.get("epoch"), row.get("step"))
        for slot in shape.named:
            value = float(one.numbers[slot])
            if slot in shape.ratios:
                whole = float(one.numbers[slot + 1])
                value = value / whole if whole else float("nan")
            row[shape.names[slot]] = value
        same = (when, *((shape.names[slot], one.numbers[slot]) for slot in shape.named))
        key = (when, *(name for name in shape.names if name))
        if same == last and (one.text != last_text or "step" in row):
            continue  # printed and logged
        last, last_text = same, one.text
        if "step" in row and seen.setdefault(key, one.text) != one.text:
            again.append(one.line)
            continue
        if rows and row.keys() & {"epoch", "step"} and counters(rows[-1]) == counters(row) and _apart(rows[-1], row):
            rows[-1].update(row)
            continue
        rows.append(row)
        where.append(one.line)
        totals.append(of)
    _clocks(rows, totals)
    return rows, where, again


def _total(one: Said, shape: Shape) -> int:
    """How far a line says its steps go, 0 when it does not."""
    return int(one.numbers[shape.total]) if shape.total is not None and one.numbers[shape.total].isdigit() else 0


def _stale(said: Sequence[Said], shapes: Mapping[str, Shape], carried: Mapping[int, int]) -> set[str]:
    """The shapes without a counter that come more than once an epoch, or whose epoch was not always printed."""
    last: dict[str, int | None] = {}
    found = set()
    for one in said:
        if one.text in shapes and not shapes[one.text].counted:
            now = carried.get(one.line)
            if now is not None and last.get(one.text) == now:
                found.add(one.text)
            last[one.text] = now
    return found


def _clocks(rows: Rows, totals: Sequence[int]) -> None:
    """Give every row the finest counter there is: steps since the start where an epoch's length is known."""
    fine = [at for at, row in enumerate(rows) if "step" in row]
    if 3 * len(fine) < len(rows):
        for at in fine:
            del rows[at]["step"]
        return
    both = [(rows[at]["epoch"], rows[at]["step"], totals[at]) for at in fine if "epoch" in rows[at]]
    again = any(after[0] > before[0] and after[1] < before[1] for before, after in itertools.pairwise(both))
    length = both[0][2] if both else 0
    if (
        again
        and len(both) == len(fine)
        and length
        and all(total == length and step <= length for _, step, total in both)
    ):
        first = min(epoch for epoch, _, _ in both)
        first = min(first, 1)
        for at in fine:
            rows[at]["step"] += (rows[at]["epoch"] - first) * length
    latest: dict[str, float] = counters(rows[fine[0]]) if fine else {}
    for row in rows:
        if "step" in row:
            latest = counters(row)
        else:
            row.update(latest)


def _apart(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Whether two lines of the same moment tell of different things."""
    return one.keys() & other.keys() <= {"epoch", "step"}


def counters(row: Mapping[str, float]) -> dict[str, float]:
    """What a row counts: its epoch and its step, where it has them."""
    return {name: value for name, value in row.items() if name in ("epoch", "step")}
