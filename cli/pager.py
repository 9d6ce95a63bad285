"""Shows what is longer than the screen through the user's pager; never into a pipe, never where they said no."""

from __future__ import annotations

import os
import sys

from cli import paint
from kb.neutral import neutral

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.prose import Line

_USUAL = "less"
_AS_IT_IS = "FRX"  # what a `less` without options of its own is told: leave short texts be, keep colours and screen


def show(lines: Iterable[Line]) -> None:
    """Print each line, or page them; nothing is wrapped or cut again."""
    whole = list(lines)
    on_screen = sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()
    if not on_screen or len(whole) < paint.screen()[1] or not _paged(whole, _command()):
        paint.show(whole)


def _command() -> list[str]:
    """The words of the pager's command line; none where nothing is to be paged."""
    if os.environ.get("NO_PAGER") or os.environ.get("TERM") == "dumb":
        return []
    import contextlib
    import shlex
    import shutil

    usual = _USUAL if os.name == "posix" else ""  # `more` of Windows loses colours and Chinese
    with contextlib.suppress(ValueError):  # a quote that is not closed
        words = shlex.split(os.environ.get("PAGER", usual))
        if words and words[0] != "cat" and shutil.which(words[0]):
            return words
    return []


def _paged(lines: list[Line], command: list[str]) -> bool:
    """Whether the pager could be started; how it ends is the user's business."""
    if not command:
        return False
    import contextlib
    import signal
    import subprocess

    plain = not paint.colourful(sys.stdout)
    text = "".join(f"{neutral(line.text)}\n" for line in lines) if plain else paint.coloured(lines)
    encoding = sys.stdout.encoding or "utf-8"
    told = {"LESS": _AS_IT_IS} | ({"LESSCHARSET": "utf-8"} if encoding.lower() == "utf-8" else {})
    sys.stdout.flush()
    try:
        pager = subprocess.Popen(command, stdin=subprocess.PIPE, env=told | os.environ)  # noqa: S603 - the user's own words
    except OSError:
        return False
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the pager, which stays
    try:
        with contextlib.suppress(BrokenPipeError):  # it was left before the end
            pager.communicate(text.encode(encoding, "nearest"))
        pager.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    return True
