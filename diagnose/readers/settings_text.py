"""Reads settings of text files that are neither YAML nor JSON: ``args.txt`` a line each, or ``Namespace(...)``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from diagnose.run import Note, Trace
from diagnose.tables.decode import decoded, is_binary, lines
from diagnose.trackers.argument_lines import pairs
from diagnose.trackers.plain import Plain
from diagnose.trackers.python_settings import namespace
from diagnose.trackers.settings_names import STEMS
from kb.refused import unreadable
from kb.text import Text

FORMAT = "settings_text"
LARGEST = 1 << 20  # bytes; beyond it is data
TEXTS = frozenset((".txt", ".conf", ".cfg"))


def sniff(path: Path, head: bytes) -> bool:
    """A text of a name that settings have, whose lines are settings."""
    text, _ = decoded(head)
    if is_binary(text) or path.suffix.lower() not in TEXTS or not _named(path):
        return False
    return not text.lstrip().startswith("{") and bool(_understood(text))


def read(path: Path) -> list[Trace]:
    """One trace without series: plain numbers, words and truth values by name, nested names joined with ``/``."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        return [_trace(path, Plain(), unreadable(error))]
    if len(data) > LARGEST:
        return [_trace(path, Plain(), Text("too large for settings; skipped", "过大，不像设置文件，已跳过"))]
    text, _ = decoded(data)
    if not text.strip():
        return [_trace(path, Plain(), Text("the file is empty", "文件是空的"))]
    plain = Plain()
    found = _understood(text)
    plain.take("", found or {})
    if found is None:
        return [_trace(path, plain, Text("settings that cannot be told from the text", "无法从文本中辨认出设置"))]
    if not plain.values:
        return [_trace(path, plain, Text("no settings in it", "其中没有设置"))]
    if not text.endswith("\n"):
        return [_trace(path, plain, Text("the last line has no end and may be cut", "最后一行没有结束，可能不完整"))]
    return [_trace(path, plain)]


def _understood(text: str) -> dict[str, Any] | None:
    return namespace(text) or pairs(lines(text))


def _named(path: Path) -> bool:
    stem = path.stem.lower()
    return stem in STEMS or stem.removeprefix("train_").removesuffix("_train") in STEMS


def _trace(path: Path, plain: Plain, *said: Text) -> Trace:
    notes = [*(Note(str(path), what) for what in said), *plain.notes(str(path))]
    return Trace(path, FORMAT, settings=plain.values, notes=tuple(notes))


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Arguments as a script prints them."""
    path = folder / "args.txt"
    path.write_text("Namespace(lr=0.001, optimizer='adam', size=[224, 224], amp=True, resume=None)\n", encoding="utf-8")
    settings = {"lr": 0.001, "optimizer": "adam", "size/0": 224, "size/1": 224, "amp": True}
    return path, [Trace(path, FORMAT, settings=settings)]
