"""Tables set in columns with blanks or bars, as consoles and numpy print them, put into tabs."""

from __future__ import annotations

import re

from diagnose.tables.decode import lines

HEAD = 1 << 14  # characters looked at
PEEK = 50  # lines that must agree
WORD = re.compile(r"[+-]?(?:\d[\d.]*(?:[eE][+-]?\d+)?|\.\d+|nan|inf)%?|\d+(?::\d+)+(?:\.\d+)?|None|-+", re.IGNORECASE)
HEADED = re.compile(
    r"(?:[#%][^\n]*\n|[ \t\r]*\n)*?([#%]+[ \t]*)([^\n#%]+)\r?\n([^\n#%]+)(?=\n|\Z)"
)  # gnuplot, numpy, MATLAB
RULE = re.compile(r"[\s|+:=-]*")  # the line under a header


def in_tabs(text: str) -> str:
    """The text with tabs between its cells where it is such a table, else as it was."""
    text = uncommented(text)
    first = [line for line in lines(text[:HEAD])[:PEEK] if not RULE.fullmatch(line) and not line.startswith("#")]
    if len(first) < 3 or re.search(r"[,;\t]", first[0]):
        return text
    names = cells_of(first[0])
    rows = [cells_of(line) for line in first[1:]]
    good = sum(len(row) == len(names) and all(WORD.fullmatch(cell) for cell in row) for row in rows)
    if len(names) < 2 or any(not cell or WORD.fullmatch(cell) for cell in names) or good * 10 < 9 * len(rows):
        return text
    return "\n".join("" if RULE.fullmatch(line) else "\t".join(cells_of(line)) for line in lines(text))


def uncommented(text: str) -> str:
    """The text without the mark before a header of words that stands right above rows of as many numbers."""
    above = HEADED.match(text[:HEAD])
    if above is None:
        return text
    names, row = (re.split(r"[\s,;]+", one.strip()) for one in (above[2], above[3]))
    if len(names) != len(row) or len(names) < 2 or any(map(WORD.fullmatch, names)):
        return text
    earlier = re.sub(r"^%", "#", text[: above.start(1)], flags=re.MULTILINE)
    return earlier + above[2] + text[above.end(2) :] if all(map(WORD.fullmatch, row)) else text


def cells_of(line: str) -> list[str]:
    """What stands between bars, or between gaps of two blanks if there are any, or between blanks."""
    line = line.strip()
    if line.startswith("|") or " | " in line:
        return [cell.strip() for cell in line.strip("|").split("|")]
    gap = r"\s{2,}" if re.search(r"[^\W\d] [^\W\d]", line) and re.search(r"\S\s{2,}\S", line) else r"\s+"
    return re.split(gap, line)
