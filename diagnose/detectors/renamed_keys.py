"""Checkpoints of one run that hold the same tensors under other names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise

from diagnose.finding import Evidence, Fact, Unsure
from diagnose.run import Checkpoint, Tensor
from kb.text import Text

_WRAPPERS = frozenset(
    ("module", "_orig_mod", "_forward_module", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_ddp_module")
)
_NORM = {"gamma": "weight", "beta": "bias"}


def renamed_keys(checkpoints: tuple[Checkpoint, ...]) -> list[Evidence] | Unsure:
    """Point at each checkpoint that differs from the one before it in names only.

    Causes: ``wrapper-prefix``, ``norm-renamed``, ``common-prefix`` (any other in front of all of them). Every name the
    two do not share must find its partner of the same shape.
    """
    known = [one for one in checkpoints if one.tensors]
    if len(known) < 2:
        return Unsure(Text("two checkpoints are needed", "需要两个检查点"))
    found = []
    for before, after in pairwise(known):
        old = {name: one for name, one in before.tensors.items() if name not in after.tensors}
        new = {name: one for name, one in after.tensors.items() if name not in before.tensors}
        without = partial(_without, _added(old, new) or _added(new, old))
        ways = (("wrapper-prefix", _unwrapped), ("norm-renamed", _as_torch_names), ("common-prefix", without))
        for cause, plain in ways:
            partners = _partners(old, new, plain)
            if partners:
                first = next(iter(partners))
                facts: dict[str, Fact] = {
                    "count": len(new), "total": len(after.tensors), "old": first, "new": partners[first]
                }  # fmt: skip
                found.append(Evidence(after.path.name, before.step, after.step, facts, cause))
                break
    return found


def _partners(old: dict[str, Tensor], new: dict[str, Tensor], plain: Callable[[str], str]) -> dict[str, str]:
    """The new name of each old one; empty unless all of them have one."""
    by_plain = {(plain(name), one.shape): name for name, one in new.items()}
    partners = {name: by_plain.get((plain(name), one.shape), "") for name, one in old.items()}
    complete = len(old) == len(new) == len(set(partners.values())) and all(partners.values())
    return partners if complete else {}


def _added(shorter: Iterable[str], longer: Iterable[str]) -> str:
    """What stands in front of every name of ``longer`` and leaves the names of ``shorter``; empty when nothing does."""
    known, names = set(shorter), list(longer)
    parts = names[0].split(".")[:-1] if names else []
    for end in range(1, len(parts) + 1):
        prefix = ".".join(parts[:end]) + "."
        if all(name.startswith(prefix) for name in names) and known == {name.removeprefix(prefix) for name in names}:
            return prefix
    return ""


def _without(prefix: str, name: str) -> str:
    return name.removeprefix(prefix)


def _unwrapped(name: str) -> str:
    return ".".join(part for part in name.split(".") if part not in _WRAPPERS)


def _as_torch_names(name: str) -> str:
    module, dot, last = _unwrapped(name).rpartition(".")
    return f"{module}{dot}{_NORM.get(last, last)}"
