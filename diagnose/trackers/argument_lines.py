"""Settings printed a line each, and settings given on a command line: ``lr: 0.1``, ``lr = 0.1``, ``--lr 0.1``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from kb.foreign_yaml import typed

_PAIR = re.compile(r"\s*[-*|]*\s*(?P<name>[A-Za-z_][\w./-]{0,80}?)\s*(?:[:=|]|->)\s*(?P<value>.*)")
_DEFAULT = re.compile(r"\s*\[default: .*?\]\s*$")  # pix2pix prints it behind every value
_RULE = re.compile(r"[\s\-=*#_|+]*|-+.{0,40}-+")
_MOSTLY = 0.8  # of the lines say a setting, or it is prose


def pairs(lines: Iterable[str]) -> dict[str, Any] | None:
    """The settings; None when too many lines are something else."""
    found: dict[str, Any] = {}
    others = 0
    for line in lines:
        if _RULE.fullmatch(line):
            continue
        match = _PAIR.fullmatch(line.rstrip())
        if match is None:
            others += 1
        else:
            value = _DEFAULT.sub("", match["value"]).strip(" |\t,")
            found[match["name"]] = _plain(value)
    return found if len(found) > _MOSTLY * (len(found) + others) else None


def options(words: Sequence[Any]) -> dict[str, Any]:
    """The options of a command line: ``--lr 0.1``, ``--lr=0.1``, ``--amp``, Hydra's ``+lr=0.1``."""
    found: dict[str, Any] = {}
    name = ""
    for word in map(str, words):
        if word.startswith("-") and not re.fullmatch(r"-[\d.].*", word):
            name, equals, value = word.lstrip("-").partition("=")
            found[name] = _plain(value) if equals else True
            name = "" if equals else name
        elif name:
            found[name] = _plain(word)
            name = ""
        elif "=" in word:
            key, _, value = word.lstrip("+").partition("=")
            found[key] = _plain(value)
    return {key: value for key, value in found.items() if key}


def _plain(text: str) -> Any:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
    return text[1:-1] if quoted else typed(text)
