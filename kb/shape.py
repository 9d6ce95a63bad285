"""Turn plain data into dataclasses, or say which line to change; the dataclass is the schema."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from pathlib import Path
from typing import Any, TypeVar

from kb import choices
from kb.entry import BY_LOADER
from kb.problem import Problem, did_you_mean
from kb.text import Text
from kb.yamlfile import Places, Route

T = TypeVar("T")
_NAMES = {**vars(choices), "Any": Any, "Path": Path}  # that stand in the types of fields and are not loaded there
_WANTED = {
    str: Text("text", "文本"),
    float: Text("a number", "数字"),
    int: Text("a whole number", "整数"),
    bool: Text("true or false", "true 或 false"),
    tuple: Text("a list", "列表"),
    dict: Text("named fields", "带名称的字段"),
}


class Form:
    """One file being turned into a dataclass: knows its path and places, so that each complaint names them."""

    def __init__(self, path: Path, places: Places) -> None:
        self.path, self.places = path, places

    def build(self, cls: type[T], data: Any, route: Route = ()) -> T:
        """Make a ``cls`` from ``data``; raises `Problem` with line, column and the nearest known name."""
        if not isinstance(data, dict):
            raise self._wrong(_found(dict, data, route), route)
        hints, fields = _schema(cls)  # type: ignore[arg-type] # a class is hashable; mypy asks its instances
        for key in data:
            if key not in fields:
                raise self._wrong(
                    Text(f"unknown field {key!r}", f"没有名为 {key!r} 的字段"),
                    (*route, key),
                    did_you_mean(key, fields)
                    or Text(f"known here: {', '.join(fields)}", f"此处可用：{'、'.join(fields)}"),
                )
        values: dict[str, Any] = {}
        for name, field in fields.items():
            if name in data:
                values[field.name] = self._value(hints[field.name], data[name], (*route, name))
            elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
                raise self._wrong(Text(f"missing field {name!r}", f"缺少字段 {name!r}"), route)
        return cls(**values)

    def _value(self, kind: Any, data: Any, route: Route) -> Any:
        if kind is Any:
            return data
        origin, args = typing.get_origin(kind), typing.get_args(kind)
        if origin in {types.UnionType, typing.Union}:  # X | None
            return None if data is None else self._value(args[0], data, route)
        if dataclasses.is_dataclass(kind):
            return self.build(typing.cast("type[Any]", kind), data, route)
        if origin is tuple and isinstance(data, list):
            return tuple(self._value(args[0], item, (*route, i)) for i, item in enumerate(data))
        if origin is dict and isinstance(data, dict):
            return {key: self._value(args[1], item, (*route, key)) for key, item in data.items()}
        if origin is typing.Literal:
            if data in args:
                return data
            words = ", ".join(args)
            raise self._wrong(
                Text(
                    f"{route[-1]!r} must be one of {words}, found {data!r}",
                    f"{route[-1]!r} 只能是 {words}，而不是 {data!r}",
                ),
                route,
                did_you_mean(str(data), args),
            )
        if kind is float and isinstance(data, int) and not isinstance(data, bool):
            return float(data)
        if kind is str and isinstance(data, str):
            return data.strip("\n").rstrip()
        if kind in (float, int, bool) and isinstance(data, kind) and not (kind is int and isinstance(data, bool)):
            return data
        raise self._wrong(_found(origin or kind, data, route), route)

    def _wrong(self, what: Text, route: Route, hint: Text | None = None) -> Problem:
        line, column = self.places.near(route)
        return Problem(what, path=self.path, line=line, column=column, hint=hint)


def _found(kind: Any, data: Any, route: Route) -> Text:
    wanted = _WANTED[kind]
    if data is None and route:
        return Text(f"{route[-1]!r} is empty; it should be {wanted.en}", f"{route[-1]!r} 是空的，应为{wanted.zh}")
    shown = repr(data) if len(repr(data)) < 60 else f"{repr(data)[:57]}..."
    if not route:
        return Text(f"expected {wanted.en}, found {shown}", f"此处应为{wanted.zh}，而不是 {shown}")
    return Text(f"{route[-1]!r} should be {wanted.en}, found {shown}", f"{route[-1]!r} 应为{wanted.zh}，而不是 {shown}")


@functools.cache
def _schema(cls: type) -> tuple[dict[str, Any], dict[str, dataclasses.Field[Any]]]:
    fields = {f.name.rstrip("_"): f for f in dataclasses.fields(cls) if f.name not in BY_LOADER}
    return typing.get_type_hints(cls, localns=_NAMES), fields
