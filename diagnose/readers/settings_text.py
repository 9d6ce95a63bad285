"""Reads settings that are neither YAML nor JSON: ``args.txt`` as printed, ``Namespace(...)``, configurations in Python.

Python is parsed, not run: only plain values that stand in the file are taken.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from diagnose.run import Note, Trace
from diagnose.tables.decode import decoded, is_binary, lines
from diagnose.trackers.argument_lines import pairs
from diagnose.trackers.plain import Plain
from diagnose.trackers.python_settings import assignments, namespace
from diagnose.trackers.settings_names import STEMS
from kb.text import Text

FORMAT = "settings_text"
LARGEST = 1 << 20  # bytes; beyond it is data
TEXTS = frozenset((".txt", ".conf", ".cfg"))
_ASSIGNS = re.compile(r"[A-Za-z_]\w*(?:\s*:\s*[\w\[\], .]+)?\s*=(?!=)")
_INSIDE = re.compile(r"[\s)\]}#'\"]")  # begins a line that goes on with a value, or says nothing


def sniff(path: Path, head: bytes) -> bool:
    """A text of a name that settings have; or Python that begins with nothing but assignments."""
    text, _ = decoded(head)
    suffix = path.suffix.lower()
    if is_binary(text) or (suffix != ".py" and not (suffix in TEXTS and _named(path))):
        return False
    if suffix != ".py":
        return not text.lstrip().startswith("{") and bool(_understood(path, text))
    written = [line for line in text.split("\n") if line.strip()]
    outer = [line for line in written if not _INSIDE.match(line)]
    return len(outer) > 1 and all(_ASSIGNS.match(line) for line in outer[: -1 if len(head) > 4000 else None])


def read(path: Path) -> list[Trace]:
    """One trace without series: plain numbers, words and truth values by name, nested names joined with ``/``."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        why = error.strerror or type(error).__name__
        return [_trace(path, Plain(), Text(f"cannot be read: {why}", f"无法读取：{why}"))]
    if len(data) > LARGEST:
        return [_trace(path, Plain(), Text("too large for settings; skipped", "过大，不像设置文件，已跳过"))]
    text, _ = decoded(data)
    if not text.strip():
        return [_trace(path, Plain(), Text("the file is empty", "文件是空的"))]
    plain = Plain()
    found = _understood(path, text)
    plain.take("", found or {})
    if found is None:
        return [_trace(path, plain, Text("settings that cannot be told from the text", "无法从文本中辨认出设置"))]
    if not plain.values:
        return [_trace(path, plain, Text("no settings in it", "其中没有设置"))]
    if not text.endswith("\n"):
        return [_trace(path, plain, Text("the last line has no end and may be cut", "最后一行没有结束，可能不完整"))]
    return [_trace(path, plain)]


def _understood(path: Path, text: str) -> dict[str, Any] | None:
    if path.suffix.lower() == ".py":
        return assignments(text)
    if printed := namespace(text):
        return printed
    return pairs(lines(text))


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
