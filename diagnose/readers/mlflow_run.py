"""Reads how a run of MLflow's file store was set: its parameters and tags, by the ``meta.yaml`` they lie beside."""

from __future__ import annotations

import re
from pathlib import Path

from diagnose.run import Note, Trace
from diagnose.trackers.mlflow_files import LARGEST, META, written
from diagnose.trackers.mlflow_tables import OWN_TAGS
from diagnose.trackers.plain import Plain
from kb.foreign_yaml import typed
from kb.refused import unreadable
from kb.text import Text

FORMAT = "mlflow_run"
_RUN = re.compile(r"^run_(?:id|uuid): *\S", re.MULTILINE)
_NAME = re.compile(r"^run_name: *(.*\S)", re.MULTILINE)


def sniff(path: Path, head: bytes) -> bool:
    """A meta.yaml that describes a run; those of experiments have no ``run_id``."""
    return path.name == META and _RUN.search(head.decode("utf-8", "replace")) is not None


def read(path: Path) -> list[Trace]:
    """One trace without series: parameters, the tags a user gave, and what the run is called."""
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST).decode("utf-8", "replace")
    except OSError as error:
        return [Trace(path, FORMAT, notes=(Note(str(path), unreadable(error)),))]
    plain = Plain()
    for name, value in written(path.parent / "params"):
        plain.take(name, typed(value))
    for name, value in written(path.parent / "tags"):
        if not name.startswith(OWN_TAGS) and name not in plain.values:
            plain.take(name, value)
    if called := _NAME.search(text):
        plain.take("run_name", called[1].strip("'\""))
    notes = plain.notes(str(path))
    if not text.endswith("\n"):
        notes.append(Note(str(path), Text("the file is cut short", "文件不完整")))
    if not plain.values:
        notes.append(Note(str(path), Text("no settings in it", "其中没有设置")))
    return [Trace(path, FORMAT, settings=plain.values, notes=tuple(notes))]


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """A run with two parameters, one of a name with a slash, and a tag beside those of MLflow."""
    path = folder / META
    path.write_text("experiment_id: '0'\nrun_id: c0ffee\nrun_name: calm-owl\n", encoding="utf-8")
    for name, value in {
        "params/lr": "1e-3",
        "params/opt/name": "adam",
        "tags/mlflow.user": "me",
        "tags/by": "us",
    }.items():
        where = folder / name
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(value, encoding="utf-8")
    return path, [
        Trace(path, FORMAT, settings={"lr": 0.001, "opt/name": "adam", "by": "us", "run_name": "calm-owl"}),
    ]
