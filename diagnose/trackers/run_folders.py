"""Knows which folders of a tracker hold parts of one run, and are not runs of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from diagnose.trackers.mlflow_files import META

HYDRA = ".hydra"  # hidden, yet where Hydra keeps the settings of the run
_MLFLOW = frozenset(("metrics", "params", "tags"))


def tracked(folder: Path, beside: Sequence[Path]) -> bool:
    """Whether a folder, with these files beside it, belongs to the run of the folder both are in."""
    if folder.name == "plots":
        return (folder / "metrics").is_dir()  # DVCLive
    return folder.name == HYDRA or (folder.name in _MLFLOW and any(file.name == META for file in beside))
