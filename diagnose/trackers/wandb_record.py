"""Takes history and settings out of the records of a ``.wandb`` file (wandb/proto/wandb_internal.proto)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from diagnose.tables.jsontext import parsed
from diagnose.tables.points import is_number
from diagnose.tables.records import as_float
from diagnose.trackers.machine import Machine
from diagnose.trackers.plain import Plain
from diagnose.trackers.points import Points
from diagnose.trackers.protobuf import double, fields, signed, text, zigzag
from kb.text import Text

_HISTORY, _CONFIG, _STATS, _RUN, _EXIT = 2, 5, 7, 17, 18  # fields of Record
_RUN_CONFIG = 4
_WORDS = {b'"NaN"': math.nan, b'"Infinity"': math.inf, b'"-Infinity"': -math.inf}  # how JSON is made to hold them
_DEEP = 8  # levels of a dictionary logged as one value
_FAR = 2.0**53
_NAMED = 4
_RUNS = 50  # restarts in one file beyond which the steps are nonsense

Leaf = tuple[tuple[str, ...], float | str | None]


class WandB:
    """One file: ``segments`` of rising steps, the ``settings``, and whether the run ``ended``."""

    def __init__(self) -> None:
        self.segments = [Points()]
        self.settings = Plain()
        self.ended = False
        self._rows = 0
        self._step = 0
        self._machine = Machine()
        self._passed_by: dict[str, None] = {}
        self._cuts: list[tuple[int, int]] = []

    def take(self, record: bytes) -> None:
        """Take one record. Raises ValueError when it is damaged."""
        for number, content in fields(record):
            if not isinstance(content, bytes):
                continue
            if number == _HISTORY:
                self._row(content)
            elif number == _STATS:
                self._machine.take(content, self._step if self._rows else 0)
            elif number == _CONFIG:
                self._config(content)
            elif number == _RUN:
                for inner, part in fields(content):
                    if inner == _RUN_CONFIG and isinstance(part, bytes):
                        self._config(part)
            elif number == _EXIT:
                self.ended = True

    def measured(self) -> Points:
        """How busy the GPUs were, where W&B watched."""
        return self._machine.busy()

    def remarks(self) -> Iterator[Text]:
        """What is worth telling about the history."""
        for before, after in self._cuts:
            yield Text(
                f"_step goes back from {before} to {after}: a new run starts here",
                f"_step 从 {before} 退回到 {after}：从这里起是另一次运行",
            )
        if self._passed_by:
            names = ", ".join(list(self._passed_by)[:_NAMED])
            more = len(self._passed_by) - _NAMED
            yield Text(
                f"no curves, passed by: {names}" + (f" and {more} more" if more > 0 else ""),
                f"不是曲线，已略过：{names}" + (f" 等 {len(self._passed_by)} 项" if more > 0 else ""),
            )

    def _row(self, content: bytes) -> None:
        """One call of ``log``: its leaves, put at its step."""
        step: int | None = None
        leaves: list[Leaf] = []
        for number, part in fields(content):
            if number == 1 and isinstance(part, bytes):
                leaves += _leaves(part)
            elif number == 2 and isinstance(part, bytes):
                step = next((signed(one) for inner, one in fields(part) if inner == 1), 0)
        own = {path[0]: value for path, value in leaves if len(path) == 1 and path[0].startswith("_")}
        told = own.get("_step")
        if isinstance(told, float) and abs(told) < _FAR:
            step = int(told)
        if step is None:
            step = self._step + 1 if self._rows else 0
        if self._rows and step < self._step and len(self._cuts) < _RUNS:
            self._cuts.append((self._step, step))
            self.segments.append(Points())
        self._step = step
        self._rows += 1
        wall = own.get("_timestamp")
        seconds = wall if isinstance(wall, float) else math.nan
        things = {path[:-1] for path, _ in leaves if path[-1] == "_type"}
        for path, value in leaves:
            if path[0].startswith("_"):
                continue
            part = any(path[:depth] in things for depth in range(1, len(path)))  # of an image, a histogram, a table
            if isinstance(value, float) and not part:
                self.segments[-1].add("/".join(path), step, value, seconds)
            else:
                self._passed_by["/".join(path[: _shortest(path, things)])] = None

    def _config(self, content: bytes) -> None:
        """A ConfigRecord: values set and values taken away."""
        for number, part in fields(content):
            if number not in (1, 2) or not isinstance(part, bytes):
                continue
            key, nested, raw = "", [], b"null"
            for inner, one in fields(part):
                if inner == 1:
                    key = text(one)
                elif inner == 2:
                    nested.append(text(one))
                elif inner == 16 and isinstance(one, bytes):
                    raw = one
            name = "/".join(nested) or key
            if name.split("/")[0] in ("_wandb", "wandb_version"):
                continue
            if number == 2:
                self.settings.values.pop(name, None)
            else:
                self.settings.take(name, parsed(raw.decode("utf-8", "replace"))[0])


def _leaves(item: bytes) -> Iterator[Leaf]:
    """The values of a HistoryItem: a number, a word (only its being one matters), or None for anything else."""
    path: list[str] = []
    key, raw = "", b"null"
    value: float | None = None
    for number, content in fields(item):
        if number == 1:
            key = text(content)
        elif number == 2:
            path.append(text(content))
        elif number == 5:
            value = float(zigzag(content))
        elif number == 6:
            value = double(content)
        elif number in (8, 16) and isinstance(content, bytes):
            raw = content
    place = tuple(path) or (key,)
    if value is None:
        value = _number(raw)
    if value is None and raw.startswith(b"{"):
        yield from _inner(place, parsed(raw.decode("utf-8", "replace"))[0])
    else:
        yield place, value


def _number(raw: bytes) -> float | None:
    try:
        return float(raw)
    except ValueError:
        return _WORDS.get(raw)


def _inner(place: tuple[str, ...], value: Any, depth: int = 0) -> Iterator[Leaf]:
    """The leaves of a dictionary logged as one value."""
    if isinstance(value, dict) and depth < _DEEP:
        for key, one in value.items():
            yield from _inner((*place, str(key)), one, depth + 1)
    elif isinstance(value, str):
        yield place, _WORDS.get(f'"{value}"'.encode("utf-8", "replace"))
    else:
        yield place, as_float(value) if is_number(value) else None


def _shortest(path: tuple[str, ...], things: set[tuple[str, ...]]) -> int:
    """How much of a path names the thing, without its parts."""
    return next((depth for depth in range(1, len(path)) if path[:depth] in things), len(path))
