"""Lay the texts of the library out: first as blocks that fit any width, then as the lines of one."""

from __future__ import annotations

from kb.value import Value
from kb.wrap import one_line, width_of, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Literal

    Style = Literal["title", "heading", "text", "code", "python", "mark", "dim", "link", "error"]
else:
    Style = str

_FENCE = "```"


class Line(Value):
    """One line for the screen, already as long as it may be; the doors decide what a style looks like."""

    __slots__ = ("style", "text")

    def __init__(self, style: Style, text: str) -> None:
        self.style, self.text = style, text


class Block(Value):
    """A paragraph that hangs behind its ``lead``; where that is None, a line that is kept as it stands."""

    __slots__ = ("lead", "style", "text")

    def __init__(self, style: Style, text: str, lead: str | None = None) -> None:
        self.style, self.text, self.lead = style, text, lead

    def lines(self, width: int) -> Iterator[Line]:
        """The block in lines of at most ``width`` columns, if it is a paragraph."""
        if self.lead is None:
            yield Line(self.style, self.text)
            return
        for line in wrap(self.text, width, first=self.lead, rest=" " * width_of(self.lead)):
            yield Line(self.style, line)


def flow(blocks: Iterable[Block], width: int) -> list[Line]:
    """The lines of the blocks, one after the other."""
    return [line for block in blocks for line in block.lines(width)]


def prose(text: str, indent: str = "") -> list[Block]:
    """The blocks of ``text``: fenced code keeps its own lines, paragraphs and items (`- `, `1. `) fill theirs."""
    import re  # pages are laid out beforehand

    blocks: list[Block] = []
    paragraph: list[str] = []
    lead = ""
    fence: Style | None = None

    def finish() -> None:
        nonlocal lead
        if whole := one_line("\n".join(paragraph)):
            blocks.append(Block("text", whole, indent + lead))
        paragraph.clear()
        lead = ""

    for line in text.splitlines():
        if line.lstrip().startswith(_FENCE):
            finish()
            told = line.strip(" `").lower()
            fence = None if fence else "python" if told.startswith("py") else "code"
        elif fence:
            blocks.append(Block(fence, f"{indent}    {line}".rstrip()))
        elif not line.strip():
            finish()
            if blocks and blocks[-1].text:
                blocks.append(Block("text", ""))
        elif item := re.match(r"\s*([-*]|\d{1,2}[.)])\s+(?=\S)", line):
            finish()
            lead = f"{item[1]} "
            paragraph.append(line[item.end() :])
        else:
            paragraph.append(line)
    finish()
    return blocks


def code(text: str, style: Style = "python", indent: str = "    ") -> list[Block]:
    """Code and figures: every line as it was written."""
    return [Block(style, (indent + line).rstrip()) for line in text.splitlines()]
