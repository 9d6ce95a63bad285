"""Put styled lines on the screen: in colour on a terminal, plain into a pipe, readable in any encoding."""

from __future__ import annotations

import codecs
import os
import sys

from kb.neutral import neutral

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, TextIO

    from kb.prose import Line

NARROWEST, WIDEST, PIPED = 40, 120, 100
_STYLES = {  # how a terminal is told
    "title": "1;36",  # bold cyan
    "heading": "1",
    "text": "",
    "code": "32",  # green
    "python": "",
    "mark": "",
    "dim": "2",
    "link": "36",  # cyan: plain blue cannot be read on black
    "error": "31",  # red
}
_PARTS = {"keyword": "35", "string": "32", "number": "36", "comment": "2", "": ""}  # magenta, green, cyan, dim
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
    stream.write(coloured(lines) if colourful(stream) else "".join([f"{neutral(line.text)}\n" for line in lines]))


def coloured(lines: Iterable[Line]) -> str:
    """The lines as a terminal shows them in colour."""
    if os.name == "nt":
        os.system("")  # noqa: S605, S607 - older consoles of Windows heed colours only once a command has run
    whole, inside, painted = list(lines), False, []
    for line, after in zip(whole, [*whole[1:], None], strict=True):
        opens = line.text.count("`") % 2 == 1 and not inside
        goes_on = opens and after is not None and after.style == line.style and after.text.count("`") % 2 == 1
        painted.append(f"{_painted(line.style, neutral(line.text), inside, goes_on)}\n")
        inside = goes_on
    return "".join(painted)


def _painted(style: str, text: str, inside: bool, goes_on: bool) -> str:
    """``text`` in the colour of its style, and each `code` span of it in that of code.

    It may begin ``inside`` a span that was broken before it, or end with one that ``goes_on`` behind it.
    """
    if style == "python":
        from cli import highlight

        return "".join(_in(_PARTS[part], piece) for part, piece in highlight.parts(text))
    parts = text.split("`")
    if style == "code" or len(parts) % 2 != (inside == goes_on):
        return _in(_STYLES[style], text)
    both = ";".join(filter(None, (_STYLES[style], _STYLES["code"])))
    last = len(parts) - 1
    spans = []
    for at, part in enumerate(parts):
        if at % 2 == inside:
            spans.append(_in(_STYLES[style], part))
        else:
            spans.append(_in(both, "`" * (at > 0) + part + "`" * (at < last)))
    return "".join(spans)


def _in(colour: str, text: str) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if colour and text else text


def show_report(text: str) -> None:
    """Print a report. Markup and JSON are UTF-8 for whoever reads them; to any other stream they go as ASCII."""
    if text.startswith(("<!", "<?")) and not _holds_all(sys.stdout):
        text = text.encode("ascii", "xmlcharrefreplace").decode()
    elif text.startswith("{") and not _holds_all(sys.stdout):
        text = _escaped(text)
    sys.stdout.write(f"{neutral(text)}\n")


def _holds_all(stream: TextIO) -> bool:
    return codecs.lookup(stream.encoding or "ascii").name.startswith("utf")


def _escaped(text: str) -> str:
    """JSON in ASCII; nothing else stands outside the strings of it."""
    import json

    return "".join(one if one.isascii() else json.dumps(one)[1:-1] for one in text)


def show_json(data: Any) -> None:
    """Print plain data; escapes what the stream's encoding cannot hold instead of replacing it."""
    import json

    text = json.dumps(data, ensure_ascii=not _holds_all(sys.stdout), indent=2)
    if not text.isascii():  # json leaves bare what could steer a terminal
        text = "".join(one if one.isprintable() or one == "\n" else json.dumps(one)[1:-1] for one in text)
    sys.stdout.write(text + "\n")


def width(stream: TextIO | None = None) -> int:
    """Columns to write for: the terminal's, within reason; a fixed number into a pipe."""
    if not (stream or sys.stdout).isatty():
        return PIPED
    return min(WIDEST, max(NARROWEST, screen()[0]))


def screen() -> tuple[int, int]:
    """Columns and lines, as ``shutil.get_terminal_size`` gives them, which takes long to load."""
    try:
        size = os.get_terminal_size(sys.__stdout__.fileno())  # type: ignore[union-attr] # else see below
    except (AttributeError, ValueError, OSError):
        size = os.terminal_size((0, 0))
    said = (os.environ.get(name, "") for name in ("COLUMNS", "LINES"))
    columns, lines = (int(word) if word.isdecimal() else 0 for word in said)
    return columns or size.columns or PIPED, lines or size.lines or 24


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
