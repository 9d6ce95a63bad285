"""Reads the configuration OpenMMLab writes beside a run as Python (``config.py``): its plain values, never run."""

from __future__ import annotations

import re
from pathlib import Path

from diagnose.run import Note, Trace
from diagnose.tables.decode import decoded, is_binary
from diagnose.trackers.plain import Plain
from diagnose.trackers.python_settings import LONG, assignments
from kb.refused import unreadable
from kb.text import Text

FORMAT = "python_config"
_MARK = re.compile(
    r"(?m)^(?:default_scope|model|optim_wrapper|optimizer|train_cfg|runner|param_scheduler|lr_config) = "
)


def sniff(path: Path, head: bytes) -> bool:
    """A Python file that begins with assignments such as these configurations are made of."""
    if path.suffix != ".py":
        return False
    text, _ = decoded(head)
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    return not is_binary(text) and re.match(r"[A-Za-z_]\w* = ", first) is not None and _MARK.search(text) is not None


def read(path: Path) -> list[Trace]:
    """One trace without series: the settings by joined names."""
    try:
        with path.open("rb") as file:
            data = file.read(LONG)
    except OSError as error:
        return [Trace(path, FORMAT, notes=(Note(str(path), unreadable(error)),))]
    plain = Plain()
    text = decoded(data)[0]
    plain.take("", assignments(text))
    notes = plain.notes(str(path))
    if not text.endswith("\n"):
        notes.append(Note(str(path), Text("the file may be cut short", "文件可能不完整")))
    if not plain.values:
        notes.append(Note(str(path), Text("no plain settings in it", "其中没有可直接读取的设置")))
    return [Trace(path, FORMAT, settings=plain.values, notes=tuple(notes))]


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """A configuration as mmengine dumps it."""
    path = folder / "config.py"
    path.write_text(
        "optim_wrapper = dict(optimizer=dict(lr=0.01, type='SGD'), type='OptimWrapper')\n",
        encoding="utf-8",
    )
    settings = {
        "optim_wrapper/optimizer/lr": 0.01,
        "optim_wrapper/optimizer/type": "SGD",
        "optim_wrapper/type": "OptimWrapper",
    }
    return path, [Trace(path, FORMAT, settings=settings)]
