"""Knows which folders of a tracker hold parts of one run, and are not runs of their own."""

from __future__ import annotations

import os
from collections.abc import Sequence

from diagnose.trackers.mlflow_files import META

HYDRA = ".hydra"  # hidden, yet where Hydra keeps the settings of the run
STATE = (
    "trainer_state.json"  # the log of the Hugging Face Trainer, which puts event files into runs/TIME_HOST beside it
)
RUNS = "runs"
_MLFLOW = frozenset(("metrics", "params", "tags"))
PARTS = frozenset(("plots", RUNS, HYDRA)) | _MLFLOW  # folders of other names need no second look


def tracked(folder: os.DirEntry[str], beside: Sequence[str]) -> bool:
    """Whether a folder, with others and files of these names beside it, belongs to the run of the folder all are in."""
    if folder.name == "plots":
        return os.path.isdir(os.path.join(folder.path, "metrics"))  # noqa: PTH112, PTH118 - DVCLive; a shut one is none
    if folder.name == RUNS:
        return any(name == STATE or name.startswith("checkpoint-") for name in beside)
    return folder.name == HYDRA or (folder.name in _MLFLOW and META in beside)
