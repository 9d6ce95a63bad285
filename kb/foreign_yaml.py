"""Reads YAML that other programs wrote: plain data as far as it goes, nothing built, whatever a tag asks for."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from kb.parser_words import in_both
from kb.text import Text

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE = "tag:yaml.org,2002:"
_TYPED = frozenset(("int", "float", "bool", "null", "python/int", "python/long", "python/float", "python/bool"))
_PLAIN = _TYPED | {
    *("str", "seq", "map", "set", "omap", "timestamp", "merge", "value", "python/str", "python/unicode", "python/none"),
    *("python/tuple", "python/list", "python/dict"),
    *("python/object:argparse.Namespace", "python/object:types.SimpleNamespace"),  # nothing but a mapping
}
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
_DEEPEST = 1000  # of libyaml each further bracket costs time for all that are open
_WORDS: Mapping[str, bool | float | None] = {
    "": None, "~": None, "null": None, "None": None, "true": True, "false": False, "True": True, "False": False,
    ".inf": math.inf, "-.inf": -math.inf, ".nan": math.nan, "inf": math.inf, "-inf": -math.inf, "nan": math.nan,
}  # fmt: skip


@dataclass
class Foreign:
    """What was understood: a value for each document; the tags refused; what stopped the reading, None if nothing.

    ``references`` counts the aliases of whole mappings and lists: they are not followed, for a small file of them
    can unfold without end.
    """

    documents: list[Any] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    references: int = 0
    wrong: Text | None = None


def read(text: str) -> Foreign:
    """The plain data in ``text``; with a mistake in it, what stands before the mistake."""
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
            if builder.depth > _DEEPEST:
                line = event.start_mark.line + 1 if event.start_mark else 1
                builder.found.wrong = Text(
                    f"nested more than {_DEEPEST:,} deep at line {line}; nothing is read from there on",
                    f"第 {line} 行的嵌套超过 {_DEEPEST:,} 层，从这里起不再读取",
                )
                break
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = in_both(error.problem or "", Text("a mistake", "写法有误"))
        builder.found.wrong = Text(
            f"not valid YAML at line {line}, column {column}: {what.en}",
            f"第 {line} 行第 {column} 列不是有效的 YAML：{what.zh}",
        )
    except yaml.YAMLError:
        builder.found.wrong = Text("holds a character YAML does not allow", "含有 YAML 不允许的字符")
    return builder.found


def typed(text: str) -> Any:
    """What an unquoted word means: a number (``1e-3`` too), a truth value, None, or the word itself."""
    text = text.strip()
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.fullmatch(text):
        return int(text) if len(text) < 19 and text.lstrip("+-").isdecimal() else float(text)
    return text


@dataclass
class _Open:
    """A mapping or list that is being filled; ``inside`` is None where its contents are refused."""

    inside: dict[str, Any] | list[Any] | None
    key: str | None = None


class _Builder:
    """Puts events together without recursion, for brackets can be nested as deep as Python can call, and deeper."""

    def __init__(self) -> None:
        self.found = Foreign()
        self._open: list[_Open] = []
        self._scalars: dict[str, Any] = {}

    @property
    def depth(self) -> int:
        """How many mappings and lists are open."""
        return len(self._open)

    def take(self, event: Any) -> None:
        """Take the next event of the file."""
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            refused = self._refuses(event.tag)
            inside: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            self._place(None if refused else inside)
            self._open.append(_Open(None if refused else inside))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.AliasEvent):
            self.found.references += event.anchor not in self._scalars
            self._place(self._scalars.get(event.anchor or ""))

    def _scalar(self, event: Any) -> None:
        value: Any = event.value
        if self._refuses(event.tag):
            value = None
        elif event.tag in (None, "!"):
            value = typed(value) if event.implicit[0] and event.style in (None, "") else value
        elif event.tag.removeprefix(_CORE) in _TYPED:
            value = typed(value)
        if event.anchor:
            self._scalars[event.anchor] = value
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.inside, dict) and top.key is None:
            top.key = event.value  # a name stays as it is written: 1e3, null
        else:
            self._place(value)

    def _place(self, value: Any) -> None:
        """Put a value where it belongs: a document of its own, a member of a list, a key, or what stands under one."""
        if not self._open:
            self.found.documents.append(value)
            return
        top = self._open[-1]
        if isinstance(top.inside, list):
            top.inside.append(value)
        elif isinstance(top.inside, dict) and top.key is None:
            top.key = "?" if isinstance(value, dict | list) else str(value)
        elif isinstance(top.inside, dict) and top.key is not None:
            top.inside[top.key] = value
            top.key = None

    def _refuses(self, tag: str | None) -> bool:
        """Whether a tag asks for more than plain data; its name is kept."""
        if tag in (None, "!") or (tag.startswith(_CORE) and tag.removeprefix(_CORE) in _PLAIN):
            return False
        name = tag.replace(_CORE, "!!")[:100]
        if name not in self.found.refused:
            self.found.refused.append(name)
        return True
