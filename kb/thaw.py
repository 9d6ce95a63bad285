"""Entries as plain text that was checked before: read back much faster than YAML, and without asking again."""

from __future__ import annotations

import dataclasses
import functools
import json
import types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kb import library
from kb.entry import Entry

_Maker = Callable[[Any], Any]


def frozen(entry: Entry) -> str:
    """``entry`` as one line of text."""
    data = _plain(entry)
    path = Path(entry.path)
    built_in = path.is_relative_to(library.BUILT_IN)
    data["path"] = [built_in, str(path.relative_to(library.BUILT_IN) if built_in else path)]
    return json.dumps(data, ensure_ascii=False)


def thawed(text: str) -> Entry:
    """The entry that `frozen` was given."""
    data = json.loads(text)
    built_in, path = data.pop("path")
    entry: Entry = _maker(Entry)(data)  # type: ignore[misc] # a dataclass always has a maker
    object.__setattr__(entry, "path", library.BUILT_IN / path if built_in else Path(path))  # nobody has seen it yet
    return entry


def _plain(value: Any) -> Any:
    """Dataclasses as the fields that differ from their defaults."""
    if dataclasses.is_dataclass(value):
        fields = ((one, getattr(value, one.name)) for one in dataclasses.fields(value))
        return {one.name: _plain(found) for one, found in fields if one.name != "path" and found != _default(one)}
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _default(field: dataclasses.Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default


@functools.cache
def _maker(kind: Any) -> _Maker | None:
    """What makes a value of this type from plain data; None where the data is the value."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        makers = {name: made for name, hint in typing.get_type_hints(kind).items() if (made := _maker(hint))}
        return lambda data: kind(**{key: makers[key](one) if key in makers else one for key, one in data.items()})
    if origin in {types.UnionType, typing.Union}:  # X | None, and None is never written
        return _maker(parts[0])
    inner = _maker(parts[-1 if origin is dict else 0]) if origin in (tuple, dict) else None
    if origin is tuple:
        return (lambda data: tuple(map(inner, data))) if inner else tuple
    return (lambda data: {key: inner(one) for key, one in data.items()}) if inner else None
