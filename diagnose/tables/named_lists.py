"""The lists of a JSON document by their joined names: of numbers, spelled out or not, of classes, of things."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

from diagnose.tables.cells import number
from diagnose.tables.evidence import speaks
from diagnose.tables.points import is_number

DEEP = 8  # levels of nesting a metric's name may have
MANY = 64  # numbers in a list within a record beyond which they are data
NUMBERED = re.compile(r"(?:(epoch|step|iter|iteration)[ _-]?)?(\d+)", re.IGNORECASE)
SPELLED = re.compile(r"[+-]?\d{1,15}(?:\.\d{0,20})?(?:[eE][+-]?\d{1,3})?|[+-]?(?:inf|nan|Infinity|NaN)")


def named_lists(document: Mapping[str, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, list[Any]]]:
    """Every list in a document; numbers that were written as text are numbers again."""
    for name, one in document.items():
        full = f"{prefix}/{name}" if prefix else str(name)
        if isinstance(one, list):
            yield full, _read_out(full, one)
        elif isinstance(one, dict) and depth < DEEP:
            keys = [NUMBERED.fullmatch(key) for key in one]
            if one and all(keys):  # how pandas writes a column: {"0": 0.9, "1": 0.7}
                yield full, list(one.values())
            else:
                yield from named_lists(one, full, depth + 1)


def by_class(lists: Mapping[str, Sequence[Any]], lengths: set[int]) -> dict[str, list[Any]]:
    """A list for every class of those that hold the scores of each epoch in a list: as many as there are epochs."""
    found: dict[str, list[Any]] = {}
    for name, rows in lists.items():
        if len(rows) not in lengths or not spoken(name) or not all(isinstance(row, list) for row in rows):
            continue
        width = len(rows[0])
        if 0 < width <= MANY and all(len(row) == width and all(map(is_number, row)) for row in rows):
            found |= {f"{name}/{at + 1}" if width > 1 else name: [row[at] for row in rows] for at in range(width)}
    return found


def are_things(values: Sequence[Any]) -> bool:
    """Whether a list names things: words, no two alike."""
    return all(isinstance(one, str) for one in values) and len(set(values)) == len(values)


@lru_cache(maxsize=4096)
def spoken(name: str) -> bool:
    """Whether one name is that of a loss, a metric, a learning rate or a reward."""
    return speaks([name])


def _read_out(name: str, values: list[Any]) -> list[Any]:
    """The numbers that ``str`` or ``repr`` made words of (``"0.5"``, ``"tensor(0.5)"``), where all are numbers."""
    if not values or not all(isinstance(one, str) and 0 < len(one) <= MANY for one in values) or not spoken(name):
        return values
    found = []
    with suppress(ValueError):
        for one in values:
            read = float(one) if SPELLED.fullmatch(one) else number(one)
            if read is None:
                return values
            found.append(read)
    return found if len(found) == len(values) else values
