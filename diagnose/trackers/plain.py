"""Settings as plain words and numbers under joined names, however deep, long or many they were written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diagnose.run import Note
from kb.text import Text

MOST = 1000  # settings kept of one file
LONG = 200  # characters of a word; beyond it is a printed model or a prompt
MANY = 16  # members of a list; beyond it is data
DEEP = 8  # levels of nesting


class Plain:
    """The settings so far: ``values`` by name, and ``left_out``, how many were too long, too deep or too many."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.left_out = 0

    def take(self, name: str, value: Any, depth: int = 0) -> None:
        """Keep a number, word or truth value; go into mappings and short lists; None is no setting."""
        if isinstance(value, Mapping | list | tuple):
            inside = dict(enumerate(value)) if not isinstance(value, Mapping) else value
            if depth >= DEEP or (inside is not value and len(inside) > MANY):
                self.left_out += 1
                return
            for key, one in inside.items():
                self.take(f"{name}/{key}" if name else str(key), one, depth + 1)
        elif value is not None:
            known = isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= LONG)
            if not known or len(name) > LONG or (len(self.values) >= MOST and name not in self.values):
                self.left_out += 1
            else:
                self.values[name] = value

    def notes(self, path: str) -> list[Note]:
        """What was left out, if anything was."""
        if not self.left_out:
            return []
        what = Text(
            f"settings left out as too long, too deep or too many: {self.left_out}",
            f"有 {self.left_out} 项设置过长、过深或过多，未读取",
        )
        return [Note(path, what)]


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings under joined names; those that are too long, too deep or too many are left out."""
    plain = Plain()
    plain.take("", values)
    return plain.values
