"""What in a saved object is no part of the model: optimizers, schedulers, scalers, averages, settings."""

from __future__ import annotations

import re
from typing import Any

from diagnose.tensors.averages import AVERAGED
from diagnose.tensors.inert import Patience, leaves
from diagnose.tensors.named_tensors import mapping_of, tensor_of
from diagnose.tensors.schedulers import is_scaler, is_scheduler

BESIDE = re.compile(
    r"optim|sched|scaler|callbacks|^loops$|(?:^|_)rng(?:_|$)|random_state|message_hub|^hyper_?param|^hparams|^args$"
    r"|^config$|^cfg$|^meta$",
    re.IGNORECASE,
)
SETTINGS = ("hyper_parameters", "hparams", "args", "config", "cfg", "options", "train_args", "opt")


def is_aside(key: Any, part: Any) -> bool:
    """Whether what stands under a key belongs to the training, or is an average of the model."""
    return named(BESIDE, key) or named(AVERAGED, key) or _aside_state(part)


def _aside_state(part: Any) -> bool:
    parts = mapping_of(part)
    if parts is not None:
        return is_optimizer(parts) or is_scheduler(parts) or is_scaler(parts)
    first = part[:50] if isinstance(part, list) else []
    return bool(first) and all(mapping_of(one) is not None and _aside_state(one) for one in first)


def named(pattern: re.Pattern[str], key: Any) -> bool:
    """Whether a key is a word that the pattern is found in."""
    return isinstance(key, str) and len(key) < 200 and pattern.search(key) is not None


def holds_tensors(part: Any, patience: Patience) -> bool:
    """Whether there is a tensor anywhere in it."""
    return next(leaves(part, lambda one: tensor_of(one) is not None, patience), None) is not None


def is_optimizer(parts: dict[Any, Any]) -> bool:
    """Whether a mapping is an optimizer's state."""
    groups = parts.get("param_groups")
    return (
        "state" in parts
        and isinstance(groups, (list, tuple))
        and all(mapping_of(one) is not None for one in groups[:4])
    )
