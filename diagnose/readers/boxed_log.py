"""Reads boxes of ``| name | value |`` rows: Stable-Baselines, OpenAI's baselines and diffusion code, Spinning Up."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from diagnose.run import Series, Trace
from diagnose.tables.clock import counts
from diagnose.tables.log_lines import NUMBER, LogLines
from diagnose.tables.said import LOOK, Said
from diagnose.tables.textfile import head_text, unbarred
from kb.text import Text

FORMAT = "boxed_log"
NAMES = (".txt", ".log", ".out", ".err", "")
_EDGE = re.compile(r"[ \t]{0,4}[-+=]{9,400}[ \t]*")
_ROW = re.compile(
    r"[ \t]{0,4}\|(?P<name>[ \t]{0,60}[^\W\d][^|\n]{0,80}?)[ \t]*\|[ \t]*(?P<value>[^| \t\n]{0,40})[ \t]*\|[ \t]*"
)
_PLAIN = re.sub(r"\?P<\w+>", "?:", _ROW.pattern)
_BOX = re.compile(rf"^{_EDGE.pattern}\n{{1,3}}(?:{_PLAIN}\n{{1,3}}){{2}}", re.MULTILINE)
_HEADED = re.compile(
    rf"^{_EDGE.pattern}\n{{1,3}}[^\n]*\|[ \t]*[^\W\d][^|\n]*\|[ \t]*\n{{1,3}}{_EDGE.pattern}$", re.MULTILINE
)
_SETTINGS = re.compile(
    r"\|[ \t]*(?:\w+[ _])?(?:key|name|param|parameter|argument|config|setting|option)s?[ \t]*\|[ \t]*values?[ \t]*\|",
    re.IGNORECASE,
)


def sniff(path: Path, head: bytes) -> bool:
    """An edge, and two rows of a name and its value below it.

    Settings in such a box say nothing of what follows, and a box with a heading is a table among other lines.
    """
    text = unbarred(head_text(head))
    other = _SETTINGS.search(text) or _HEADED.search(text)
    return path.suffix.lower() in NAMES and _BOX.search(text) is not None and other is None


def read(path: Path) -> list[Trace]:
    """One row of numbers a box; a row without a value (``train/``) stands above those indented below it."""
    log = LogLines(path, FORMAT)
    row: dict[str, float] = {}
    begun, above = 0, ""
    for number, written in log.take(_looked_at, pick=True).others:
        line = unbarred(written)
        match = _ROW.fullmatch(line)
        if match is None:
            if _EDGE.fullmatch(line):
                _keep(log, begun, row)
                row, above = {}, ""
            continue
        name, word = match["name"].strip(), match["value"]
        if not match["name"].startswith(" " * 4):
            above = name if not word and name.endswith("/") else ""
        if NUMBER.fullmatch(word) and (value := log.number(name, word, number)) is not None:
            begun = begun if row else number
            row[f"{above}{name}"] = value
    clocks = {name for one in log.rows for name in one if counts(name)}
    if clocks <= row.keys():
        _keep(log, begun, row)
    elif row:  # without its clock it would be filed under another
        log.note(Text("the last box is cut short; left out", "最后一个方框不完整，已略去"), begun)
    return log.traces()


def _looked_at(line: str) -> Said | None:
    said = unbarred(line)
    return LOOK if _ROW.fullmatch(said) or _EDGE.fullmatch(said) else None


def _keep(log: LogLines, line: int, row: dict[str, float]) -> None:
    if not all(map(counts, row)):
        log.add(line, row)


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Two boxes of Stable-Baselines among other lines, and one cut short."""
    path = folder / "ppo.log"
    box = (
        "------------------------------\n"
        "| time/              |       |\n"
        "|    total_timesteps | {at:<5} |\n"
        "| train/             |       |\n"
        "|    loss            | {loss:<5} |\n"
    )
    end = "------------------------------\n"
    first, second, third = (box.format(at=at, loss=loss) for at, loss in ((64, 0.5), (128, "nan"), (192, 0.25)))
    path.write_text(f"Using cpu device\n{first}{end}Saving\n{second}{end}{third[:-12]}", encoding="utf-8")
    curve = Series("train/loss", np.array([64, 128]), np.array([0.5, np.nan]), source=str(path))
    return path, [Trace(path, FORMAT, (curve,))]
