"""Put styled lines on the screen: in colour on a terminal, plain into a pipe, readable in any encoding."""

from __future__ import annotations

import codecs
import io
import json
import os
import shutil
import sys
from collections.abc import Iterable
from typing import Any, TextIO

from kb.neutral import neutral
from kb.prose import Line

NARROWEST, WIDEST, PIPED = 40, 120, 100
_STYLES = {
    "title": "bold cyan",
    "heading": "bold",
    "text": "",
    "code": "green",
    "mark": "",
    "dim": "dim",
    "link": "cyan",  # plain blue cannot be read on black
    "error": "red",
}
_NEAR = {
    "✓": "√v", "✗": "×x", "→": "->", "…": "...", "•": "·*", "·": "-", "–": "-", "—": "-", "‑": "-", "−": "-",
    "“": '"', "”": '"', "‘": "'", "’": "'", "×": "x", "≤": "<=", "≥": ">=", "±": "+/-", "≈": "~", "µ": "u", "μ": "u",
    "▁": "_", "▂": "_", "▃": "-", "▄": "-", "▅": "=", "▆": "=", "▇": "#", "█": "#",
    "│": "|", "─": "-", "┌": "+", "┐": "+", "└": "+", "┘": "+", "├": "+", "┤": "+", "┬": "+", "┴": "+", "┼": "+",
}  # fmt: skip
_WHOLE = {"→": "->", "…": "...", "≤": "<=", "≥": ">=", "±": "+/-"}  # more than one character, used as a whole


def show(lines: Iterable[Line], to: TextIO | None = None) -> None:
    """Print each line; nothing is wrapped or cut again."""
    stream = to or sys.stdout
    if colourful(stream):
        stream.write(coloured(lines))
    else:
        stream.writelines(f"{neutral(line.text)}\n" for line in lines)


def coloured(lines: Iterable[Line]) -> str:
    """The lines as a terminal shows them in colour."""
    from rich.console import Console  # 70 ms that a pipe need not pay
    from rich.text import Text

    console = Console(
        file=io.StringIO(), force_terminal=True, highlight=False, markup=False, emoji=False, soft_wrap=True
    )
    with console.capture() as drawn:
        for line in lines:
            shown = Text(neutral(line.text), style=_STYLES[line.style])
            if line.style != "code" and line.text.count("`") % 2 == 0:
                shown.highlight_regex(r"`[^`]+`", "green")
            console.print(shown)
    return drawn.get()


def show_json(data: Any) -> None:
    """Print plain data; escapes what the stream's encoding cannot hold instead of replacing it."""
    whole = codecs.lookup(sys.stdout.encoding or "ascii").name.startswith("utf")
    text = json.dumps(data, ensure_ascii=not whole, indent=2)
    if not text.isascii():  # json leaves bare what could steer a terminal
        text = "".join(one if one.isprintable() or one == "\n" else json.dumps(one)[1:-1] for one in text)
    sys.stdout.write(text + "\n")


def width(stream: TextIO | None = None) -> int:
    """Columns to write for: the terminal's, within reason; a fixed number into a pipe."""
    if not (stream or sys.stdout).isatty():
        return PIPED
    return min(WIDEST, max(NARROWEST, shutil.get_terminal_size((PIPED, 24)).columns))


def colourful(stream: TextIO) -> bool:
    """Whether to use colour: on a terminal, unless NO_COLOR is set or the terminal is dumb."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def make_safe(stream: TextIO) -> None:
    """From now on a character the stream's encoding lacks is written as its nearest, never an exception."""
    codecs.register_error("nearest", _nearest)
    reconfigure = getattr(stream, "reconfigure", None)  # a stream replaced by a test has none
    if reconfigure:
        reconfigure(errors="nearest")


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(_plain(char, error.encoding) for char in wrong), error.end


def _plain(char: str, encoding: str) -> str:
    candidates = (_WHOLE[char],) if char in _WHOLE else _NEAR.get(char, "")
    for candidate in candidates:
        try:
            candidate.encode(encoding)
        except UnicodeEncodeError:
            continue
        return candidate
    return "?"
