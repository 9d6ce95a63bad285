"""Tells at which training step a checkpoint was saved: from its numbers, its optimizer or its name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

STEPS = (
    "global_step", "step", "iteration", "iter", "it", "iters", "n_iter", "num_updates", "global_steps", "current_step",
    "cur_iter", "total_steps", "num_iterations", "train_step", "steps", "iter_num",
)  # fmt: skip
EPOCHS = ("epoch", "epochs", "current_epoch", "cur_epoch", "last_epoch", "start_epoch")
HOMES = ("", "meta.", "message_hub.runtime_info.", "trainer.", "trainer_state.", "state.", "train_state.", "metadata.")
LARGEST = 10**15

# In the name, the surest first; a step before an epoch.
NAMES = [
    re.compile(rf"(?:^|[^a-z])(?:{words})[-_=]?0*(\d{{1,15}})(?!\d)", re.IGNORECASE)
    for words in ("global_?steps?|steps?", "iterations?|iters?|it", "checkpoint|ckpt|chkpt", "epochs?|ep|e")
]
TRAILING = re.compile(r"^(?:model|net|weights|snapshot|unet|pranet)[-_]0*(\d{1,15})$", re.IGNORECASE)


def step_of(path: Path, numbers: Mapping[str, float], optimizer_step: int | None) -> int | None:
    """The step: counted steps first, then the optimizer's, then epochs, then the file's or its folder's name.

    Epochs come after the optimizer because whoever reads a step of 1 takes it for one update.
    """
    for keys in (STEPS, EPOCHS):
        for home in HOMES:
            for key in keys:
                value = numbers.get(home + key)
                if value is not None and 0 <= value < LARGEST and value == int(value):
                    return int(value)
        if keys is STEPS and optimizer_step is not None:
            return optimizer_step
    return _by_name(path.stem) or _by_name(path.parent.name)


def _by_name(name: str) -> int | None:
    for pattern in NAMES:
        found = pattern.findall(name)
        if found:
            return int(found[-1])
    trailing = TRAILING.search(name)
    return int(trailing[1]) if trailing else None
