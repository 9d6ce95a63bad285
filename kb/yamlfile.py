"""Read YAML the way people write it, and remember where every part stood.

Plain YAML 1.1 turns ``on`` into True, ``1e-3`` into text and ``3:20`` into 200; here scalars follow
the YAML 1.2 core schema. A key written twice, an anchor and a tag are errors with a place: an entry
needs none of them, and anchors can make a small file expand without bound.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from kb.parser_words import in_both
from kb.problem import Problem
from kb.refused import refused
from kb.text import Text

Route = tuple[str | int, ...]

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml parses about nine times faster
_LARGEST = 2_000_000  # bytes; the longest page is far below a tenth of it
_DEEPEST = 40
_QUOTE = Text('quote values that contain ": ", " #" or brackets', "含有“: ”“ #”或括号的值请加引号")
_BLOCK = Text(
    "a block (|) whose first line stands further in than the next is written |2; quote values with “: ” or “ #”",
    "首行比后面缩进更深的文本块（|）要写成 |2；含有“: ”或“ #”的值请加引号",
)
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {
    "": None, "~": None, "null": None, "true": True, "false": False,
    ".inf": float("inf"), "-.inf": float("-inf"), ".nan": float("nan"),
}  # fmt: skip


class Places(dict[Route, tuple[int, int]]):
    """Where each part of a file was written: ``('check', 'with')`` -> (line, column), both from 1."""

    def near(self, route: Route) -> tuple[int, int]:
        """The place of ``route`` or of the nearest part around it."""
        while route not in self and route:
            route = route[:-1]
        return self.get(route, (1, 1))


def read(path: Path) -> tuple[Any, Places]:
    """The plain data of the file and the place of each part; raises `Problem` naming file, line and column."""
    try:
        if not stat.S_ISREG(kind := path.stat().st_mode) and not stat.S_ISDIR(kind):
            raise Problem(Text("not a regular file", "不是普通文件"), path=path)  # a pipe would never end
        raw = path.read_bytes()
    except OSError as error:
        why = refused(error)
        raise Problem(Text(f"cannot be read ({why.en})", f"无法读取（{why.zh}）"), path=path) from None
    if len(raw) > _LARGEST:
        raise Problem(
            Text(f"{len(raw):,} bytes is too large for an entry", f"{len(raw):,} 字节，作为条目太大了"),
            path=path,
            hint=Text("split it into one file an entry", "请拆成每个条目一个文件"),
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Problem(
            Text("not UTF-8 text", "不是 UTF-8 文本"),
            path=path,
            line=line,
            hint=Text("save the file as UTF-8", "请把文件另存为 UTF-8 编码"),
        ) from None
    return parse(text, path)


def parse(text: str, path: Path) -> tuple[Any, Places]:
    """The same for text already in memory; ``path`` is only named in complaints."""
    places = Places()
    try:
        loader = _Loader(text)
        try:
            events = _events(loader)
            data = next((_value(events, event, (), places, path) for event in events if not _is_frame(event)), None)
            extra = next((event for event in events if not _is_frame(event)), None)
            if extra is not None:
                raise _complaint(Text("a second document begins here", "这里开始了第二个文档"), extra.start_mark, path)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        what = in_both(error.problem or "", Text("a mistake", "这里不符合 YAML 的语法"))
        raise _complaint(
            Text(f"not valid YAML: {what.en}", f"YAML 写法有误：{what.zh}"),
            error.problem_mark,
            path,
            _BLOCK if "expected key" in what.en else _QUOTE,
        ) from None
    except yaml.YAMLError as error:
        line = text[: getattr(error, "position", 0)].count("\n") + 1
        raise Problem(
            Text("holds a character YAML does not allow", "含有 YAML 不允许的字符"), path=path, line=line
        ) from None
    return data, places


def _events(loader: Any) -> Iterator[Any]:
    while loader.check_event():
        yield loader.get_event()


def _is_frame(event: Any) -> bool:
    frames = (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent)
    return isinstance(event, frames)


def _value(events: Iterator[Any], event: Any, route: Route, places: Places, path: Path) -> Any:
    mark = event.start_mark
    places.setdefault(route, (mark.line + 1, mark.column + 1))
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise _complaint(
            Text("anchors and aliases (& and *) are not used in entries", "条目中不使用锚点和别名（& 与 *）"),
            mark,
            path,
            Text(
                "write the value out, or quote a text that begins with & or *",
                "请把值完整写出，或给以 & * 开头的文本加引号",
            ),
        )
    if getattr(event, "tag", None):
        raise _complaint(
            Text(f"tags such as {event.tag} are not used in entries", f"条目中不使用 {event.tag} 这样的标签"),
            mark,
            path,
        )
    if len(route) > _DEEPEST:
        raise _complaint(Text("nested too deeply for an entry", "嵌套太深，不像一个条目"), mark, path)
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event.value) if event.implicit[0] and event.style in (None, "") else event.value
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Any] = []
        for child in events:
            if isinstance(child, yaml.SequenceEndEvent):
                break
            items.append(_value(events, child, (*route, len(items)), places, path))
        return items
    return _mapping(events, route, places, path)


def _mapping(events: Iterator[Any], route: Route, places: Places, path: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            break
        if not isinstance(event, yaml.ScalarEvent):
            raise _complaint(
                Text("a field's name must be plain text", "字段名必须是普通文本"),
                event.start_mark,
                path,
                Text("quote a value that begins with { or [", "以 { 或 [ 开头的值请加引号"),
            )
        key = event.value
        if key in found:
            raise _complaint(
                Text(f"{key!r} is written twice", f"{key!r} 写了两次"),
                event.start_mark,
                path,
                Text("keep one of the two", "请只保留其中一个"),
            )
        mark: Any = event.start_mark
        places[*route, key] = (mark.line + 1, mark.column + 1)
        found[key] = _value(events, next(events), (*route, key), places, path)
    return found


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text) and len(text) < 30:
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _complaint(what: Text, mark: Any, path: Path, hint: Text | None = None) -> Problem:
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (None, None)
    return Problem(what, path=path, line=line, column=column, hint=hint)
