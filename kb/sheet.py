"""A page while it is being written: headings, paragraphs, items and code, in one language and width."""

from __future__ import annotations

from collections.abc import Iterable

from kb.prose import Line, Style, code, prose
from kb.text import Lang, Text
from kb.wrap import width_of, wrap


class Sheet:
    """Collects lines; a heading is written only when something follows it."""

    def __init__(self, lang: Lang, width: int) -> None:
        self.lang, self.width = lang, width
        self.lines: list[Line] = []

    def gap(self) -> None:
        """One empty line, never two, never the first."""
        if self.lines and self.lines[-1].text:
            self.lines.append(Line("text", ""))

    def heading(self, text: Text) -> None:
        """The name of a section, after an empty line."""
        self.gap()
        self.lines.append(Line("heading", text.of(self.lang)))

    def section(self, heading: Text, text: str) -> None:
        """A heading with its text; nothing when the text is empty."""
        if text.strip():
            self.heading(heading)
            self.text(text, "  ")

    def text(self, text: str, indent: str = "") -> None:
        """Paragraphs, items and fenced code."""
        self.lines.extend(prose(text, self.width, indent))

    def items(self, heading: Text, texts: Iterable[str], mark: str = "- ") -> None:
        """A heading with one item a line; nothing when there is none."""
        texts = [text for text in texts if text.strip()]
        if texts:
            self.heading(heading)
        for text in texts:
            self.item(mark, text)

    def item(self, mark: str, text: str, style: Style = "text", indent: str = "  ") -> None:
        """One wrapped text that hangs behind its mark."""
        first = indent + mark
        rest = " " * width_of(first)
        self.lines.extend(Line(style, line) for line in wrap(text, self.width, first=first, rest=rest))

    def code(self, text: str) -> None:
        """Lines that are kept as they are."""
        self.lines.extend(code(text.strip("\n")))
