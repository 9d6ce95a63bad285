"""Tell the parts of a line of Python apart for the screen, without the time that loading a lexer takes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    Part = Literal["", "keyword", "string", "number", "comment"]

_QUOTES = ('"""', "'''", '"', "'")
_PREFIXES = {"r", "b", "f", "u", "rb", "br", "fr", "rf"}


def parts(line: str) -> Iterator[tuple[Part, str]]:
    """``line`` cut into what a reader sees as one, in order; joined again they are the line.

    A line is looked at on its own: of a string over several lines only the first part is known as one.
    """
    from keyword import iskeyword

    at, size = 0, len(line)
    while at < size:
        char, begin = line[at], at
        if char == "#":
            yield "comment", line[at:]
            return
        if char.isalpha() or char == "_":
            while at < size and (line[at].isalnum() or line[at] == "_"):
                at += 1
            word = line[begin:at]
            if at < size and line[at] in "\"'" and word.lower() in _PREFIXES:
                at = _closed(line, at)
                yield "string", line[begin:at]
            else:
                yield "keyword" if iskeyword(word) else "", word
        elif char.isdigit():
            while at < size and (line[at].isalnum() or line[at] in "._" or line[at - 1 : at + 1] in ("e-", "e+")):
                at += 1
            yield "number", line[begin:at]
        elif char in "\"'":
            at = _closed(line, at)
            yield "string", line[begin:at]
        else:
            at += 1
            while at < size and not (line[at].isalnum() or line[at] in "_#\"'"):
                at += 1
            yield "", line[begin:at]


def _closed(line: str, at: int) -> int:
    """Where the string ends that begins at ``at``: behind its closing quote, else at the end of the line."""
    quote = next(one for one in _QUOTES if line.startswith(one, at))
    at += len(quote)
    while at < len(line):
        if line.startswith(quote, at):
            return at + len(quote)
        at += 2 if line[at] == "\\" else 1
    return len(line)
