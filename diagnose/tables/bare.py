"""Files of nothing but numbers (``train_loss.txt``: one a line, or a list), which only their name explains."""

from __future__ import annotations

import re
from pathlib import Path

from diagnose.tables.decode import lines
from diagnose.tables.evidence import names_curve

SUFFIXES = frozenset((".txt", ".log", ".dat", ".out", ".lst", ".list"))
FEW = 3  # numbers on a line beyond which they are data: a box, a point, a row of features
LEAST = 3  # lines from which a column is a curve
NUMBER = r"[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?|nan|inf)"
ROW = re.compile(rf"\s*{NUMBER}(?:[\s,;:]+{NUMBER}){{0,{FEW - 1}}}[\s,;]*", re.IGNORECASE | re.ASCII)
LIST = re.compile(rf"\s*\[\s*{NUMBER}(?:\s*,\s*{NUMBER})*\s*,?\s*\]?\s*", re.IGNORECASE | re.ASCII)
PART = re.compile(r"[\s,;:]+")


def is_bare(path: Path, text: str, *, whole: bool = True) -> bool:
    """Whether the name is that of a loss or a score, the text nothing but numbers; ``whole`` if it does not go on."""
    if path.suffix.lower() not in SUFFIXES or not names_curve(path.stem):
        return False
    if text.lstrip()[:1] == "[":
        return LIST.fullmatch(text if whole else text[: text.rfind(",")] + "]") is not None
    rows = [line for line in (lines(text) if whole else lines(text)[:-1]) if line.strip()]
    return len(rows) >= LEAST and all(map(ROW.fullmatch, rows)) and len({len(_cells(row)) for row in rows}) == 1


def in_rows(text: str) -> str:
    """The numbers as a table, a row a line and tabs between them."""
    if text.lstrip()[:1] == "[":
        return "\n".join(_cells(text.strip().strip("[]").strip())) + "\n"
    return "".join("\t".join(_cells(line)) + "\n" if line.strip() else "\n" for line in lines(text))


def _cells(line: str) -> list[str]:
    return [part for part in PART.split(line.strip()) if part]
