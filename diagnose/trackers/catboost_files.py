"""Tells the files of ``catboost_info`` from any other table or JSON, and what they are about."""

from __future__ import annotations

import re
from pathlib import Path

_TABLE = re.compile(r"(?:(?P<learn>learn)|test(?:_(?P<number>\d{1,3}))?)_error\.tsv")
TIMES, WHOLE = "time_left.tsv", "catboost_training.json"
_HEADER, _META = re.compile(r"iter\t[^\n]*\S"), re.compile(r'\{\s*"meta"\s*:')


def is_ours(path: Path, text: str) -> bool:
    """Whether a file has the name of one of them and begins like it."""
    if path.name == WHOLE:
        return _META.match(text.lstrip()) is not None
    return (path.name == TIMES or _TABLE.fullmatch(path.name) is not None) and _HEADER.match(text) is not None


def set_of(path: Path) -> str:
    """The set a table of errors is of: ``learn``, ``test`` or ``test1``; "" for another file."""
    match = _TABLE.fullmatch(path.name)
    return "" if match is None else match["learn"] or f"test{match['number'] or ''}"


def told_beside(path: Path) -> bool:
    """Whether the tables lie beside the JSON that says the same."""
    return (path.parent / "learn_error.tsv").is_file()
