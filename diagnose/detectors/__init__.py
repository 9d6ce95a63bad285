"""One file per verb; the function has the file's name. The folder is the registry.

A detector's signature is its contract. Before the ``*`` stands what it looks at:

- ``Series``: each series of the watched role in turn; without one the check is blind.
- ``Series | None``: the companion of that role that belongs to the same curve, if logged.
- ``tuple[Series, ...]`` or ``tuple[Checkpoint, ...]``: all of them; none at all beside curves that are there.
- ``Mapping[str, Any]``: the settings of the run, under the names of `diagnose.known_settings` too.

After the ``*`` stand the thresholds, without defaults: every number is in the entry, beside its reason.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache

from diagnose.finding import Answer

Detector = Callable[..., Answer]


@cache
def detectors() -> Mapping[str, Detector]:
    """Every verb by its name."""
    names = sorted(name for _, name, _ in pkgutil.iter_modules(__path__))
    return {name: getattr(importlib.import_module(f"{__name__}.{name}"), name) for name in names}
