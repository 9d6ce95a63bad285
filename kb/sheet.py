"""A page while it is being written: headings, paragraphs, items and code, in one language."""

from __future__ import annotations

from kb.prose import Block, Line, Style, code, flow, prose
from kb.text import Lang, Text
from kb.wrap import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Sheet:
    """Collects blocks; a heading is written only when something follows it. Only `lines` asks for the width."""

    def __init__(self, lang: Lang, width: int = 0) -> None:
        self.lang, self.width = lang, width
        self.blocks: list[Block] = []

    @property
    def lines(self) -> list[Line]:
        """All that was written, in lines of the sheet's width."""
        return flow(self.blocks, self.width)

    def gap(self) -> None:
        """One empty line, never two, never the first."""
        if self.blocks and self.blocks[-1].text:
            self.blocks.append(Block("text", ""))

    def heading(self, text: Text) -> None:
        """The name of a section, after an empty line."""
        self.gap()
        self.blocks.append(Block("heading", text.of(self.lang)))

    def section(self, heading: Text, text: str) -> None:
        """A heading with its text; nothing when the text is empty."""
        if text.strip():
            self.heading(heading)
            self.text(text, "  ")

    def text(self, text: str, indent: str = "") -> None:
        """Paragraphs, items and fenced code."""
        self.blocks.extend(prose(text, indent))

    def items(self, heading: Text, texts: Iterable[str], mark: str = "- ") -> None:
        """A heading with one item a line; nothing when there is none."""
        texts = [text for text in texts if text.strip()]
        if texts:
            self.heading(heading)
        for text in texts:
            self.item(mark, text)

    def item(self, mark: str, text: str, style: Style = "text", indent: str = "  ") -> None:
        """One wrapped text that hangs behind its mark."""
        if whole := one_line(text):
            self.blocks.append(Block(style, whole, indent + mark))

    def code(self, text: str, style: Style = "python") -> None:
        """Lines that are kept as they are."""
        self.blocks.extend(code(text.strip("\n"), style))
