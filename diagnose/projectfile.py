"""What a project says once and for all in ``trainoscope.toml`` or ``pyproject.toml``: thresholds, waivers, roles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kb.parser_words import in_both
from kb.problem import Problem, did_you_mean
from kb.refused import unreadable
from kb.text import Text

NAME = "trainoscope.toml"
_TABLES = ("set", "waive", "map", "llm")
_MODEL = ("url", "model", "timeout")  # never a key: settings are shared
_EVER = 3600.0  # seconds nobody waits for an answer
_MOST = 1 << 20  # bytes; a settings file of more than a megabyte is something else


@dataclass(frozen=True)
class ProjectFile:
    """Wishes in the words of the command line: ``symptom.number=value``, ``symptom=reason``, ``role=tag``."""

    path: Path | None = None
    numbers: tuple[str, ...] = ()
    waivers: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    llm: Mapping[str, str | float] = field(default_factory=dict)

    @property
    def said(self) -> tuple[Text, ...]:
        """A sentence that names the file, when it asks for anything."""
        if self.path is None or not (self.numbers or self.waivers or self.roles):
            return ()
        return (Text(f"with the settings of {self.path}", f"采用了 {self.path} 中的设置"),)


def nearest(folder: Path) -> ProjectFile:
    """The settings of the first folder, from ``folder`` upwards, that has any. Raises `Problem` for a file gone wrong.

    A ``pyproject.toml`` counts only with a table ``[tool.trainoscope]``.
    """
    for place in (folder, *folder.parents):
        own, shared = place / NAME, place / "pyproject.toml"
        if own.is_file():
            return _wishes(own, _parsed(own))
        if shared.is_file():
            tables = _parsed(shared).get("tool", {})
            if isinstance(tables, dict) and "trainoscope" in tables:
                return _wishes(shared, tables["trainoscope"])
    return ProjectFile()


def _parsed(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST + 1)
    except OSError as error:
        raise Problem(unreadable(error), path=path) from None
    if len(data) > _MOST:
        raise Problem(Text("too large to be a settings file", "文件太大，不像是设置文件"), path=path)
    import tomllib

    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        hint = Text("save the file as UTF-8", "请把文件另存为 UTF-8 编码")
        raise Problem(Text("not UTF-8 text", "不是 UTF-8 文本"), path=path, hint=hint) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        why = re.sub(r" *\(at .*\)$", "", str(error))[:200]
        line, column = (int(at[1]), int(at[2])) if at else (None, None)
        said = in_both(why, Text("it makes no sense", "内容不合语法"))
        what = Text(f"not TOML: {said.en}", f"不是 TOML：{said.zh}")
        hint = Text('a line looks like name = 0.6 or name = "text"', '每行的写法是 名称 = 0.6 或 名称 = "文字"')
        raise Problem(what, path=path, line=line, column=column, hint=hint) from None


def _wishes(path: Path, tables: object) -> ProjectFile:
    if not isinstance(tables, dict):
        raise Problem(Text("'trainoscope' must be a table", "“trainoscope”必须是一个表"), path=path)
    for name, table in tables.items():
        if name not in _TABLES or not isinstance(table, dict):
            hint = did_you_mean(name, _TABLES) or Text("tables: set, waive, map, llm", "可用的表：set、waive、map、llm")
            what = Text(f"{name!r} is not a table known here", f"不认识的表 {name!r}")
            raise Problem(what, path=path, line=_line(path, name), hint=hint)
    numbers = _flat(path, tables.get("set", {}))
    waivers = tuple(f"{symptom}={_word(path, symptom, why)}" for symptom, why in tables.get("waive", {}).items())
    roles = tuple(f"{_word(path, tag, role)}={tag}" for tag, role in tables.get("map", {}).items())
    return ProjectFile(path, numbers, waivers, roles, _model(path, tables.get("llm", {})))


def _flat(path: Path, table: Mapping[str, Any]) -> tuple[str, ...]:
    """Thresholds, whether written ``"lr-vanished.share" = 0.6`` or as a table ``[set.lr-vanished]``."""
    found = []
    for key, value in table.items():
        inner = {f"{key}.{number}": one for number, one in value.items()} if isinstance(value, dict) else {key: value}
        for name, number in inner.items():
            if isinstance(number, bool) or not isinstance(number, int | float):
                what = Text(f"{name} must be a number, not {number!r}", f"{name} 必须是数字，而不是 {number!r}")
                raise Problem(what, path=path, line=_line(path, name.rpartition(".")[2]))
            found.append(f"{name}={number!r}")
    return tuple(found)


def _model(path: Path, table: Mapping[str, Any]) -> dict[str, str | float]:
    for name, value in table.items():
        if name not in _MODEL:
            hint = did_you_mean(name, _MODEL) or Text(", ".join(_MODEL), "、".join(_MODEL))
            what = Text(f"[llm] knows no {name!r}", f"[llm] 中没有 {name!r} 这一项")
            raise Problem(what, path=path, line=_line(path, name), hint=hint)
        if name != "timeout":
            _word(path, name, value)
        elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _EVER:
            what = Text(f"timeout must be seconds, not {value!r}", f"timeout 必须是秒数，而不是 {value!r}")
            raise Problem(what, path=path, line=_line(path, name))
    return dict(table)


def _word(path: Path, key: str, value: object) -> str:
    if not isinstance(value, str):
        what = Text(f"{key} needs a text, not {value!r}", f"{key} 需要一段文字，而不是 {value!r}")
        raise Problem(what, path=path, line=_line(path, key))
    return value


def _line(path: Path, word: str) -> int | None:
    """The first line that holds a word; tomllib tells no places of what it has read."""
    lines = path.read_text("utf-8-sig", errors="replace").splitlines()
    return next((number for number, line in enumerate(lines, 1) if word in line), None)
