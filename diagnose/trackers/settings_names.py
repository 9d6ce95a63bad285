"""Tells by its name, and a look inside, whether a file holds the settings of a run."""

from __future__ import annotations

import re
from pathlib import Path

STEMS = frozenset(
    ("hparams", "hyperparameters", "config", "args", "training_args", "adapter_config", "params", "opt", "hyp")
)
YAML, JSON = frozenset((".yaml", ".yml")), ".json"
_LOGGED = re.compile(r'"(?:log_history|history|logs|(?:train|val|test)?_?loss|epochs?)"\s*:\s*\[')


def holds_settings(path: Path, text: str) -> bool:
    """Whether a file of this name that begins with ``text`` holds settings; a JSON log of the same name does not."""
    suffix = path.suffix.lower()
    if path.stem.lower() not in STEMS or (suffix != JSON and suffix not in YAML):
        return False
    if suffix != JSON:
        return True
    first, _, rest = text.strip().partition("\n")
    one_a_line = first.rstrip().endswith("}") and rest.lstrip().startswith("{")
    return first.startswith("{") and not one_a_line and _LOGGED.search(text) is None
