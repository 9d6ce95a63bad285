"""Shows how far a long reading has come: a bar on stderr, on a terminal only, and gone when it ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from cli import paint
from kb.prose import Line
from kb.text import Lang, Text

PATIENCE = 1.0  # seconds before a bar is worth drawing
_OFTEN = 0.1  # seconds between two looks of it


_Item = TypeVar("_Item")


class Progress:
    """The bar; it steps aside while something else is printed."""

    def __init__(self, paths: Iterable[Path], lang: Lang) -> None:
        self._paths, self._lang = list(paths), lang
        self._due = time.monotonic() + PATIENCE
        self._on = sys.stderr.isatty() and paint.colourful(sys.stderr)
        self._bar: Any = None

    def along(self, items: Iterable[_Item], files: Callable[[], int]) -> Iterator[_Item]:
        """The ``items``, while the bar shows how many ``files`` were read for them."""
        from diagnose.tensors import early

        with early.heard_by(self._say):
            try:
                for item in items:
                    if self._on and time.monotonic() >= self._due:
                        self._draw(files())
                    yield item
            finally:
                self.aside()

    def _say(self, path: Path, what: Text) -> None:
        """Tell on stderr what a large file was found to hold while it is still being read."""
        self.aside()
        paint.show([Line("mark", f"{path}: {what.of(self._lang)}")], sys.stderr)

    def aside(self) -> None:
        """Take the bar off the screen until the next time."""
        if self._bar is not None and self._bar.live.is_started:
            self._bar.stop()

    def _draw(self, done: int) -> None:
        self._due = time.monotonic() + _OFTEN
        if self._bar is None:
            from rich import progress as shown
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

            said = Text("reading and judging", "读取并诊断").of(self._lang)
            columns = (TextColumn(said), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._bar = shown.Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
            self._bar.add_task("", total=sum(map(_files, self._paths)))
        self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=done)
        self._bar.refresh()


def _files(path: Path) -> int:
    """How many files lie there, hidden ones too: near enough for a bar."""
    return sum(len(files) for _, _, files in os.walk(path)) if path.is_dir() else 1
