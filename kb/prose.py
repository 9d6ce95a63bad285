"""Lay the texts of the library out as styled lines: paragraphs, `- ` items, fenced code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from kb.wrap import width_of, wrap

Style = Literal["title", "heading", "text", "code", "mark", "dim", "link", "error"]

_ITEM = re.compile(r"\s*([-*]|\d{1,2}[.)])\s+(?=\S)")
_FENCE = "```"


@dataclass(frozen=True)
class Line:
    """One line for the screen, already as long as it may be; the doors decide what a style looks like."""

    style: Style
    text: str


def prose(text: str, width: int, indent: str = "") -> list[Line]:
    """The lines of ``text``; fenced code keeps its own lines, paragraphs and items are wrapped to ``width``."""
    lines: list[Line] = []
    paragraph: list[str] = []
    lead = ""
    in_fence = False

    def finish() -> None:
        nonlocal lead
        rest = indent + " " * width_of(lead)
        lines.extend(Line("text", line) for line in wrap("\n".join(paragraph), width, first=indent + lead, rest=rest))
        paragraph.clear()
        lead = ""

    for line in text.splitlines():
        if line.lstrip().startswith(_FENCE):
            finish()
            in_fence = not in_fence
        elif in_fence:
            lines.append(Line("code", f"{indent}    {line}".rstrip()))
        elif not line.strip():
            finish()
            if lines and lines[-1].text:
                lines.append(Line("text", ""))
        elif item := _ITEM.match(line):
            finish()
            lead = f"{item[1]} "
            paragraph.append(line[item.end() :])
        else:
            paragraph.append(line)
    finish()
    return lines


def code(text: str, indent: str = "    ") -> list[Line]:
    """Code and figures: every line as it was written."""
    return [Line("code", (indent + line).rstrip()) for line in text.splitlines()]
