"""The settings a script printed before it trained: ``Namespace(lr=0.01, ...)``, on one line or one a line."""

from __future__ import annotations

import re
from typing import Any

from diagnose.tables.log_lines import plain

LONGEST = 20_000  # characters of a print of settings; argparse never writes more
_OPEN = re.compile(r"(?<!\w)Namespace\((?=\w{1,60}=)")
SETTING = re.compile(
    r"(?P<name>\w{1,60})=(?P<value>'[^'\n]{0,2000}'|\"[^\"\n]{0,2000}\"|\[[^\]\n]{0,2000}\]|\([^)\n]{0,2000}\)|[^,()\n]*)"
)


def namespaces(text: str) -> list[tuple[int, dict[str, Any]]]:
    """Every printed Namespace: the line it begins on and its settings. One that is not closed is left out."""
    found: list[tuple[int, dict[str, Any]]] = []
    if "Namespace(" not in text:  # a hundred times as fast as the expression
        return found
    line, at = 1, 0
    for match in _OPEN.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        if (end := _closed(text, match.end())) >= 0:
            said = text[match.end() : end].replace("\n", " ")
            found.append((line, {one["name"]: plain(one["value"]) for one in SETTING.finditer(said)}))
    return found


def _closed(text: str, start: int) -> int:
    """Where the bracket opened before ``start`` is closed, brackets and quotes inside it apart; -1 when it is not."""
    depth, quote = 1, ""
    for at in range(start, min(len(text), start + LONGEST)):
        one = text[at]
        if quote:
            quote = "" if one == quote else quote
        elif one in "'\"":
            quote = one
        elif one in "([{":
            depth += 1
        elif one in ")]}":
            depth -= 1
            if depth == 0:
                return at
    return -1
