"""Finds the curves a saved object holds: it may be a history and nothing else, or keep one beside its model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diagnose.tables.clock import counts
from diagnose.tables.evidence import names_curve, speaks
from diagnose.tables.named_lists import by_class
from diagnose.tables.naming import LOSSES, is_told, words
from diagnose.tables.nested import by_batch
from diagnose.tensors.inert import Patience, printable
from diagnose.tensors.named_tensors import tensor_of
from diagnose.tensors.schedulers import is_scaler, is_scheduler
from diagnose.tensors.sides import SETTINGS, holds_tensors, is_aside, is_optimizer

DEEPEST = 8
APART = 3  # lists in a list without a name up to which they are curves of their own: of training, validation, test
LONG = 10  # numbers from which a list beside a model is one of every epoch
WRAPPERS = frozenset(("history", "hist", "logging", "log", "logs", "metrics", "results", "train_results"))


def histories(root: Any, name: str, patience: Patience) -> dict[str, list[Any]]:
    """Lists of numbers, when the file holds nothing else of weight; a lone list is called ``name``."""
    if isinstance(root, (list, tuple)):
        if _all_numbers(root, patience):
            return {printable(name): list(root)}
        rows = root[:100]
        if len(root) > APART and (nested := _nested(root, name, patience)):
            return {printable(name): nested}
        if len(root) > 1 and all(isinstance(one, (list, tuple)) and _all_numbers(one, patience) for one in rows):
            return {printable(f"{name}.{at}"): list(one) for at, one in enumerate(rows)}
        return _records(root, patience)
    if not isinstance(root, dict) or is_optimizer(root) or is_scheduler(root) or is_scaler(root):
        return {}
    if holds_tensors([part for part in root.values() if not _numbers_of(part, patience)], patience):
        return {}
    found: dict[str, list[Any]] = {}
    for key, part in _opened(root, "", 0, patience):
        if len(values := _numbers_of(part, patience) or _nested(part, key, patience)) > 1:
            found[printable(key)] = values
    return found


def _nested(part: Any, name: str, patience: Patience) -> list[Any]:
    """The losses of a list with a list for every epoch, one after another; none of anything else."""
    if not isinstance(part, (list, tuple)) or not all(isinstance(one, (list, tuple)) for one in part):
        return []
    return by_batch(part, name) or [] if all(_all_numbers(one, patience) for one in part) else []


def beside_model(root: Any, model: Any, patience: Patience) -> dict[str, list[Any]]:
    """The losses and scores of every epoch that a checkpoint keeps beside its ``model``, as nnU-Net does.

    Short lists may say something of every class or group; they count where a loss is as long.
    """
    every: dict[str, Any] = {}
    if isinstance(root, dict) and root is not model:
        others = {key: part for key, part in root.items() if part is not model and not _is_other(key, part)}
        for key, part in _opened(others, "", 0, patience):
            if "best" not in words(key) and (isinstance(part, list | tuple) or _flat_array(part)):
                every[printable(_without_wrapper(key))] = part
    curves = {name: part for name, part in every.items() if names_curve(name)}
    found = {name: values for name, part in curves.items() if len(values := _numbers_of(part, patience)) > 1}
    losses = {len(values) for name, values in found.items() if not LOSSES.isdisjoint(words(name))}
    found = {name: values for name, values in found.items() if len(values) >= LONG or len(values) in losses}
    if not any(map(is_told, found)):
        return {}
    return found | by_class(
        {name: one for name, one in every.items() if isinstance(one, list)}, set(map(len, found.values()))
    )


def _is_other(key: Any, part: Any) -> bool:
    return is_aside(key, part) or (isinstance(key, str) and key.lower() in SETTINGS)


def _without_wrapper(name: str) -> str:
    first, _, rest = name.partition("/")
    return rest if rest and first.lower() in WRAPPERS else name


def _numbers_of(part: Any, patience: Patience) -> list[Any]:
    """The numbers of a list or a flat array, none of anything else."""
    values = part.listed() if _flat_array(part) else part
    return list(values) if isinstance(values, list | tuple) and _all_numbers(values, patience) else []


def _opened(root: dict[Any, Any], above: str, depth: int, patience: Patience) -> Iterator[tuple[str, Any]]:
    """What a dictionary holds by name, and what the dictionaries in it measure: ``train/loss``, no ``adam/betas``."""
    for key, part in root.items():
        patience.spend()
        name = f"{above}/{key}" if above else key
        if isinstance(part, dict) and depth < DEEPEST:
            yield from _opened(part, str(name), depth + 1, patience)
        elif isinstance(name, str) and (not above or counts(name) or speaks([name])):
            yield name, part


def _records(rows: list[Any] | tuple[Any, ...], patience: Patience) -> dict[str, list[Any]]:
    """The columns of a list of dictionaries that all of them have, where one of them counts."""
    if len(rows) < 2 or not all(isinstance(one, dict) for one in rows):
        return {}
    flat = [dict(_opened(one, "", 0, patience)) for one in rows]
    shared = [name for name in flat[0] if all(name in one for one in flat)]
    columns = {printable(name): [one[name] for one in flat] for name in shared}
    found = {name: values for name, values in columns.items() if _all_numbers(values, patience)}
    return found if any(map(counts, found)) else {}


def _flat_array(value: Any) -> bool:
    return hasattr(value, "raw") and isinstance(value.shape, tuple) and len(value.shape) == 1


def _all_numbers(values: Any, patience: Patience) -> bool:
    def one(value: Any) -> bool:
        patience.spend()
        record = tensor_of(value)
        return (
            not record.shape if record is not None else isinstance(value, (int, float)) and not isinstance(value, bool)
        )

    return len(values) > 0 and all(one(value) for value in values)
