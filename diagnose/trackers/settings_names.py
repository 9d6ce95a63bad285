"""Tells by its name, and a look inside, whether a file holds the settings of a run."""

from __future__ import annotations

import re
from pathlib import Path

STEMS = frozenset(
    (
        *("hparams", "hparam", "hyperparameters", "hyperparams", "hyper_params", "params", "hyp", "opt", "options"),
        *("config", "configs", "conf", "cfg", "settings", "setting", "args", "arguments", "flags", "overrides"),
        *("training_args", "train_args", "training_config", "train_config", "run_config", "exp_config"),
        *("experiment_config", "adapter_config", "model_args", "data_args"),
        *("plans", "nnunetplans", "debug", "wandb-metadata"),  # nnU-Net: the plan, and the trainer as it was set up
    )
)
YAML, JSON, TEXT = frozenset((".yaml", ".yml")), ".json", ".txt"
_LABELS = re.compile(r'"labels"\s*:\s*\{')
_LOGGED = re.compile(r'"(?:log_history|history|logs|(?:train|val|test)?_?loss|epochs?)"\s*:\s*\[')


def holds_settings(path: Path, text: str) -> bool:
    """Whether a file of this name that begins with ``text`` holds settings; a JSON log of the same name does not."""
    suffix = path.suffix.lower()
    if suffix == JSON and path.stem == "dataset" and _LABELS.search(text):
        return True  # nnU-Net's description of the data names the classes
    if path.stem.lower() not in STEMS or (suffix not in (JSON, TEXT) and suffix not in YAML):
        return False
    if suffix in YAML:
        return True
    first, _, rest = text.strip().partition("\n")
    one_a_line = first.rstrip().endswith("}") and rest.lstrip().startswith("{")
    return first.startswith("{") and not one_a_line and _LOGGED.search(text) is None
