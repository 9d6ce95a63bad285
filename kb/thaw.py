"""Entries as plain text that was checked before: read back much faster than YAML, and without asking again."""

from __future__ import annotations

import json

from kb import entry as nouns
from kb import printed
from kb.entry import Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NOUN = "\0"  # the key under which the name of a noun stands; YAML has no such character
_NOUNS = {name: kind for name, kind in vars(nouns).items() if isinstance(kind, type)}


def frozen(entry: Entry) -> str:
    """``entry`` as one line of text."""
    path = str(entry.path)
    within = path.removeprefix(f"{printed.BUILT_IN}/")
    return json.dumps({"entry": _plain(entry), "path": within, "built in": within != path}, ensure_ascii=False)


def thawed(text: str) -> Entry:
    """The entry that `frozen` was given."""
    data = json.loads(text, object_hook=_noun)
    entry: Entry = data["entry"]
    entry.__dict__["path"] = f"{printed.BUILT_IN}/{data['path']}" if data["built in"] else data["path"]
    return entry


def _plain(value: Any) -> Any:
    """Nouns as the fields that differ from their defaults, and their own names."""
    import dataclasses  # to read them back takes none

    if dataclasses.is_dataclass(value):
        fields = ((one, getattr(value, one.name)) for one in dataclasses.fields(value))
        told = {one.name: _plain(found) for one, found in fields if one.name != "path" and found != _default(one)}
        return {_NOUN: type(value).__name__, **told}
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _default(field: Any) -> Any:
    return {} if callable(field.default_factory) else field.default


def _noun(data: dict[str, Any]) -> Any:
    """The noun of these fields, whose lists are tuples; other dictionaries as they are."""
    if _NOUN not in data:
        return data
    kind = _NOUNS[data.pop(_NOUN)]
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in data.items()})
