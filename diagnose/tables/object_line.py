"""A line that is a JSON object: what it says, and where its numbers stand, so that lines like it are read at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from diagnose.tables.clock import counts
from diagnose.tables.naming import side_of
from diagnose.tables.pivot import TAGS, VALUES
from diagnose.tables.records import leaves
from diagnose.tables.said import Said
from diagnose.tables.table import KINDS, SPLITS

_NUMBER = re.compile(r'"(?:[^"\\]|\\.)*+"|(-?Infinity|NaN|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)', re.ASCII)


class _Placed(float):
    """A number, and where it stands in its line."""

    span: tuple[int, int]


class _Label(dict[str, str]):
    """The word a row is filed under, by the kind of its line: the kind itself."""

    def __missing__(self, kind: str) -> str:
        return kind


LABELS = _Label()


def bare(line: str) -> str:
    """The object on a line of a log or of a list, "" when there is none."""
    inner = line.lstrip("[ ").rstrip("], ")
    return inner if inner.startswith("{") and inner.endswith("}") else ""


def said_in_object(line: str) -> Said | None:
    """The numbers of an object with a clock, all of them written as numbers; its kind is the word it is filed under."""
    inner = bare(line)
    begin = line.find("{")
    spans = ((start + begin, stop + begin) for start, stop in _places(inner))
    try:
        row = json.loads(inner, **dict.fromkeys(("parse_int", "parse_float", "parse_constant"), _placing(spans)))
    except (ValueError, RecursionError):
        return None
    found: dict[str, tuple[int, int]] = {}
    words = []
    if TAGS & set(row) and VALUES & set(row):
        return None  # its name may stand in another value
    for name, one in leaves(row):
        if isinstance(one, _Placed) and name.strip() not in found:
            found[name.strip()] = one.span
        elif isinstance(one, float | int) and not isinstance(one, bool):
            return None  # spelled out, or there twice
        elif isinstance(one, str) and (name in SPLITS or (name in KINDS and side_of(one))):
            words.append(one)
    if len(words) > 1 or not any(map(counts, found)):
        return None
    return Said("".join(words), tuple(found), tuple(found.values()))


def _places(text: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in _NUMBER.finditer(text) if match[1])


def _placing(spans: Iterator[tuple[int, int]]) -> Any:
    def placed(word: str) -> _Placed:
        number = _Placed(word)
        number.span = next(spans)
        return number

    return placed
