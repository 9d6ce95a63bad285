"""Knows which folders of a tracker hold parts of one run, and are not runs of their own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from diagnose.trackers.mlflow_files import META

HYDRA = ".hydra"  # hidden, yet where Hydra keeps the settings of the run
_MLFLOW = frozenset(("metrics", "params", "tags"))


def tracked(folder: os.DirEntry[str], beside: Sequence[str]) -> bool:
    """Whether a folder, with files of these names beside it, belongs to the run of the folder both are in."""
    if folder.name == "plots":
        return Path(folder.path, "metrics").is_dir()  # DVCLive
    return folder.name == HYDRA or (folder.name in _MLFLOW and META in beside)
