"""Knows the folder of a run in MLflow's file store: ``EXPERIMENT/RUN/{meta.yaml,metrics,params,tags}``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

METRICS = "metrics"  # the folder every run keeps them in
META = "meta.yaml"
LARGEST = 1 << 14  # bytes of meta.yaml; and of a parameter, which MLflow allows 6,000 characters
MOST = 2000  # parameters of a run
_DELETED = re.compile(rb"^lifecycle_stage: *['\"]?deleted", re.MULTILINE)


def run_folder(path: Path) -> Path:
    """The run a metric's file belongs to; a name with slashes puts it some folders further down."""
    inside = [folder for folder in path.parents if folder.name == METRICS]
    described = (folder.parent for folder in inside if (folder.parent / META).is_file())
    return next(described, inside[0].parent if inside else path.parent)


def deleted(run: Path) -> bool:
    """Whether the run was deleted in MLflow, which only makes a note of it."""
    return _DELETED.search(beginning(run / META)) is not None


def written(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and text of everything under ``params`` or ``tags``, in order of name."""
    for count, path in enumerate(_files(folder)):
        if count == MOST:
            return
        yield path.relative_to(folder).as_posix(), beginning(path).decode("utf-8", "replace")


def _files(folder: Path) -> Iterator[Path]:
    for above, folders, names in os.walk(folder):
        folders.sort()
        yield from (path for name in sorted(names) if (path := Path(above, name)).is_file())


def beginning(path: Path) -> bytes:
    """The first bytes of a file; none when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST)
    except OSError:
        return b""
