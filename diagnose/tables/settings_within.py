"""What a JSON document says of the settings of the run whose history it holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diagnose.known_settings import is_known
from diagnose.trackers.plain import flat

SETTINGS = frozenset(("config", "hparams", "hyperparameters", "hyper_parameters", "args", "cfg"))
OWN = frozenset(("settings", "parameters", "params", "options"))  # beside a history as a whole, not in every record


def settings_within(document: Any) -> dict[str, Any]:
    """What stands under ``config`` and the like, and beside the history by a name that a setting is known by.

    A mere ``epoch`` beside it says how far the run has come (``trainer_state.json``), not how far it was to go.
    """
    if not isinstance(document, Mapping):
        return {}
    found: dict[str, Any] = {}
    for name, one in document.items():
        if name in SETTINGS | OWN and isinstance(one, Mapping):
            found |= flat(one)
    beside = {name: one for name, one in document.items() if is_known(str(name)) and not isinstance(one, list | dict)}
    return {**flat({name: one for name, one in beside.items() if name.lower() not in ("epoch", "iterations")}), **found}
