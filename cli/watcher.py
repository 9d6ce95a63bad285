"""The loop of ``diagnose watch``: look, tell, wait; until something bad is found or the user has seen enough."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from cli import paint
from cli.wishes import Wishes
from diagnose.finding import SEVERITIES
from diagnose.watching import Watch, lines
from kb.choices import Severity
from kb.prose import Line
from kb.text import Lang, Text


def follow(
    paths: Sequence[Path],
    asked: Wishes,
    *,
    every: float,
    looks: int,
    bar: str,
    bell: bool,
    lang: Lang,
    told: Severity,
) -> int:
    """Tell every change at or above ``told``; 1 as soon as a finding reaches ``bar`` (or ``never``), else 0.

    ``every`` seconds lie between two looks, ``looks`` of them are taken (0: no end). Ctrl-C ends it like a last look.
    """
    watch = Watch(paths, asked.pages, bar=told, roles=asked.roles, waived=asked.waived)
    paint.show([Line("dim", one.of(lang)) for one in asked.said])
    taken = 0
    try:
        while True:
            changes = watch.look()
            taken += 1
            if taken == 1 and not changes:
                text = Text("nothing to follow yet; waiting", "还没有可跟踪的内容，等待中")
                paint.show([Line("dim", text.of(lang))])
            for change in changes:
                paint.show(lines(change, time.strftime("%H:%M:%S"), lang, paint.width()))
                if bell and change.kind == "found" and sys.stdout.isatty():
                    sys.stdout.write("\a")
            sys.stdout.flush()
            if _reached(watch.worst, bar):
                return 1
            if taken == looks:
                return 0
            time.sleep(max(0.0, every))
    except KeyboardInterrupt:
        return int(_reached(watch.worst, bar))


def _reached(worst: Severity | None, bar: str) -> bool:
    return worst is not None and bar in SEVERITIES and SEVERITIES.index(worst) >= SEVERITIES.index(bar)
