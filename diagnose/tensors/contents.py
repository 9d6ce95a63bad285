"""Says which part of a saved object is the model, an optimizer, the scheduler, the scaler, numbers or a history."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from diagnose.tensors.averages import AVERAGED, told_apart
from diagnose.tensors.histories import beside_model, histories
from diagnose.tensors.inert import Patience, printable
from diagnose.tensors.named_tensors import mapping_of, module_tensors, named_tensors, tensor_of
from diagnose.tensors.records import RECORDS, Damaged, Record
from diagnose.tensors.schedulers import in_force, is_scaler, is_scheduler, scaler
from diagnose.tensors.sides import SETTINGS, holds_tensors, is_aside, is_optimizer, named
from diagnose.tensors.zero import unflattened
from kb.text import Text

MODEL_KEYS = (
    "state_dict", "model_state_dict", "model_state", "model_dict", "model", "net", "network", "network_weights",
    "net_state_dict", "module", "params", "weights", "student", "generator_state_dict",
)  # fmt: skip
RANDOM = re.compile(r"^(?:\w*_)?rng(?:_\w*)?$|random_state", re.IGNORECASE)
GENERATORS = frozenset(("python", "numpy", "cpu", "cuda", "xla", "npu", "mps", "musa", "mlu", "hpu"))
DEEPEST = 8
MOST = 2000  # numbers and settings kept
PLAIN = 20_000  # values of a scheduler kept


@dataclass
class Contents:
    """The parts of one saved object, their tensors still unread."""

    model: dict[str, Record] = field(default_factory=dict)
    average: dict[str, Record] = field(default_factory=dict)
    optimizers: list[dict[Any, Any]] = field(default_factory=list)
    scheduler: dict[str, Any] = field(default_factory=dict)
    scaler: dict[str, Any] = field(default_factory=dict)
    numbers: dict[str, Any] = field(default_factory=dict)
    histories: dict[str, list[Any]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    notes: list[Text] = field(default_factory=list)
    patience: Patience = field(default_factory=Patience)


def sorted_out(root: Any, name: str) -> Contents:
    """The parts of ``root``; ``name`` is what a lone tensor or list is called."""
    found = Contents()
    try:
        found.histories = histories(root, name, found.patience)
        if not found.histories:
            model_at = _model(root, name, found, 0)
            found.histories = beside_model(root, model_at, found.patience) if found.model else {}
            weights = told_apart(root, model_at, found.model, found.patience)
            found.model, found.average = weights.model, weights.average
            found.notes += weights.notes
            _beside(root, model_at, found)
    except Damaged as damage:
        found.notes.append(damage.what)
    return found


def _model(root: Any, name: str, found: Contents, depth: int) -> Any:
    """Fill in the model's tensors; return the object they were found in."""
    tensor = tensor_of(root)
    if tensor is not None:
        found.model = {printable(name): tensor}
        return root
    parts = mapping_of(root)
    if parts is None or depth >= DEEPEST:
        found.model = named_tensors(root) if parts is None else {}
        return root
    if "_parameters" in parts and "_modules" in parts:
        found.model = module_tensors(root)
        return root
    if is_optimizer(parts):
        return None
    if "python" in parts and "numpy" in parts and GENERATORS.issuperset(parts):
        what = "the state of random number generators: nothing in it to judge"
        found.notes.append(Text(what, "随机数生成器的状态：没有可供判断的内容"))
        return None
    lowered = {key.lower(): key for key in parts if isinstance(key, str)}
    for key in MODEL_KEYS:
        chosen = parts.get(lowered.get(key, ""))
        if mapping_of(chosen) is not None and holds_tensors(chosen, found.patience):
            _passed_by(parts, lowered[key], found)
            return _model(chosen, name, found, depth + 1)
    return _without_a_known_key(parts, name, found, depth)


def _without_a_known_key(parts: dict[Any, Any], name: str, found: Contents, depth: int) -> Any:
    nested = {
        key: part
        for key, part in parts.items()
        if tensor_of(part) is None and not is_aside(key, part) and holds_tensors(part, found.patience)
    }
    direct = {key: part for key, part in parts.items() if tensor_of(part) is not None and not named(RANDOM, key)}
    if direct and (not nested or any(record.shape for record in map(tensor_of, direct.values()) if record)):
        found.model = named_tensors({key: part for key, part in parts.items() if key in direct or key in nested})
        return None
    if len(nested) == 1:
        return _model(next(iter(nested.values())), name, found, depth + 1)
    if nested:
        found.model = named_tensors(nested)
        return None
    averaged = [part for key, part in parts.items() if named(AVERAGED, key) and holds_tensors(part, found.patience)]
    return _model(averaged[0], name, found, depth + 1) if averaged else None


def _passed_by(parts: dict[Any, Any], chosen: str, found: Contents) -> None:
    """Note what else holds tensors beside the chosen part."""
    others = [
        str(key)
        for key, part in parts.items()
        if key != chosen and isinstance(key, str) and not is_aside(key, part)
        and mapping_of(part) is not None and part is not parts[chosen] and holds_tensors(part, found.patience)
    ]  # fmt: skip
    if others:
        names = ", ".join(printable(one) for one in others[:5])
        en, zh = (
            f"taken as the model: {chosen!r}; also holds tensors: {names}",
            f"作为模型读取的是 {chosen!r}；另外还有张量：{names}",
        )
        found.notes.append(Text(en, zh))


def _beside(root: Any, model: Any, found: Contents) -> None:
    """Gather what was saved beside the model: optimizers, scheduler, scaler, numbers, settings."""
    schedulers: list[dict[Any, Any]] = []
    for path, part in _walk(root, model, found.patience):
        parts = mapping_of(part)
        if parts is not None and is_optimizer(parts):
            found.optimizers.append(parts)
            inner = mapping_of(parts.get("loss_scaler"))  # where mmengine puts it
            if inner is not None and is_scaler(inner):
                found.scaler = found.scaler or scaler(inner)
        elif parts is not None and is_scheduler(parts):
            schedulers.append(parts)
        elif parts is not None and is_scaler(parts):
            found.scaler = found.scaler or scaler(parts)
        elif parts is None and path and len(found.numbers) < MOST:
            dotted = ".".join(path)
            setting = path[0].lower() in SETTINGS and len(path) > 1
            if setting and isinstance(part, (int, float, str, bool)):
                found.settings[".".join(path[1:])] = part if not isinstance(part, str) else printable(part)
            in_model = any(".".join(path[start:]) in found.model for start in range(len(path)))
            if not isinstance(part, (str, bool)) and not setting and not in_model:
                found.numbers[dotted] = part
    found.scheduler = plain(in_force(schedulers), Patience(PLAIN)) if schedulers else {}


def _walk(root: Any, model: Any, patience: Patience) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every part outside the model with its path, in order; special mappings are not opened."""
    seen: set[int] = set()
    waiting: list[tuple[tuple[str, ...], Any]] = [((), root)]
    while waiting:
        path, part = waiting.pop()
        if part is model or (path and path[0] == "loops") or len(path) > 3:
            continue
        parts = mapping_of(part)
        if parts is None and not isinstance(part, list):
            if isinstance(part, (int, float, str)) or hasattr(part, "raw") or isinstance(part, RECORDS):
                yield path, part
            continue
        if id(part) in seen:
            continue
        seen.add(id(part))
        whole = unflattened(parts, patience) if parts is not None else None
        if whole is not None:
            yield path, whole
        elif parts is not None:
            special = is_optimizer(parts) or is_scheduler(parts) or is_scaler(parts)
            if special:
                yield path, part
                continue
            inner = [((*path, printable(str(key))), one) for key, one in parts.items() if isinstance(key, (str, int))]
        else:  # lists of states; lists of numbers are histories of no interest here
            inner = [((*path, str(at)), one) for at, one in enumerate(part[:100]) if mapping_of(one) is not None]
        waiting.extend(reversed(inner))


def plain(value: Any, patience: Patience) -> Any:
    """The part of a value that is plain data: numbers, text, lists and mappings of these, while patience lasts."""
    if value is None or isinstance(value, (bool, float, str)):
        return printable(value) if isinstance(value, str) else value
    if isinstance(value, int):
        return value if abs(value) < 1 << 63 else float("inf")
    parts = mapping_of(value)
    inside = parts if parts is not None else value if isinstance(value, (list, tuple)) else ()
    if not inside or len(inside) > patience.left:
        return None
    patience.left -= len(inside)
    if parts is not None:
        return {printable(str(key)): plain(one, patience) for key, one in parts.items() if isinstance(key, (str, int))}
    return [plain(one, patience) for one in inside]
