"""Tables set in columns with blanks or bars, as consoles and numpy print them, put into tabs."""

from __future__ import annotations

import re

from diagnose.tables.decode import lines

HEAD = 1 << 14  # characters looked at
PEEK = 50  # lines that must agree
WORD = re.compile(r"[+-]?(?:\d[\d.]*(?:[eE][+-]?\d+)?|\.\d+|nan|inf)%?|\d+(?::\d+)+(?:\.\d+)?|None|-+", re.IGNORECASE)
RULE = re.compile(r"[\s|+:=-]*")  # the line under a header


def in_tabs(text: str) -> str:
    """The text with tabs between its cells where it is such a table, else as it was."""
    first = [line for line in lines(text[:HEAD])[:PEEK] if not RULE.fullmatch(line) and not line.startswith("#")]
    if len(first) < 3 or re.search(r"[,;\t]", first[0]):
        return text
    names = cells_of(first[0])
    rows = [cells_of(line) for line in first[1:]]
    good = sum(len(row) == len(names) and all(WORD.fullmatch(cell) for cell in row) for row in rows)
    if len(names) < 2 or any(not cell or WORD.fullmatch(cell) for cell in names) or good * 10 < 9 * len(rows):
        return text
    return "\n".join("" if RULE.fullmatch(line) else "\t".join(cells_of(line)) for line in lines(text))


def cells_of(line: str) -> list[str]:
    """What stands between bars, or between gaps of two blanks if there are any, or between blanks."""
    line = line.strip()
    if line.startswith("|") or " | " in line:
        return [cell.strip() for cell in line.strip("|").split("|")]
    gap = r"\s{2,}" if re.search(r"[^\W\d] [^\W\d]", line) and re.search(r"\S\s{2,}\S", line) else r"\s+"
    return re.split(gap, line)
