"""Settings out of a pickled object of arguments, such as the ``training_args.bin`` of transformers; read, never run."""

from __future__ import annotations

from typing import Any

from diagnose.tensors.contents import plain
from diagnose.tensors.inert import Patience, Thing
from diagnose.trackers.plain import Plain

_KINDS = ("Arguments", "Args", "Config", "Configuration", "Namespace", "HParams")
_MOST = 20_000  # values looked at


def arguments(root: Any) -> Plain | None:
    """The settings, when what was saved is an object of a class for them; None when it is anything else."""
    if not isinstance(root, Thing) or not root.kind.endswith(_KINDS):
        return None
    found, patience = Plain(), Patience(_MOST)
    for name, value in root.fields().items():
        if isinstance(name, str) and not name.startswith("_"):
            inner = value.args[0] if _is_choice(value) else value
            found.take(name, plain(inner, patience))
    return found


def _is_choice(value: Any) -> bool:
    """Whether it is a member of an enumeration, which is pickled as its class and its value."""
    return isinstance(value, Thing) and isinstance(value.args, tuple) and len(value.args) == 1
