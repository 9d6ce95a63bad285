"""Takes the scalars out of the records of a SwanLab backup (swanlab/proto: Record, ScalarRecord)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from diagnose.trackers.plain import Plain
from diagnose.trackers.points import Points
from diagnose.trackers.protobuf import double, fields, signed, text
from kb.text import Text

_SYSTEM = "__swanlab__."  # in front of what it measures of the machine: disk, network, memory
_BUSY = re.compile(r"(?:gpu|npu|mlu|dcu|xpu|gcu)\.[^.]+\.pct")  # cards of several makers
_FINISH, _SCALAR, _MEDIA = 11, 13, 14  # fields of Record


class SwanLab:
    """One file: its only one of ``segments``, no ``settings`` (they are in config.yaml), whether the run ``ended``."""

    def __init__(self) -> None:
        self.segments = [Points()]
        self.settings = Plain()
        self.ended = False
        self._media = 0
        self._machine = Points()

    def take(self, record: bytes) -> None:
        """Take one record. Raises ValueError when it is damaged."""
        for number, content in fields(record):
            if number == _SCALAR and isinstance(content, bytes):
                self._scalar(content)
            elif number == _MEDIA:
                self._media += 1
            elif number == _FINISH:
                self.ended = True

    def measured(self) -> Points:
        """How busy the GPUs were, where SwanLab watched; its steps are its own count of looks."""
        return self._machine

    def remarks(self) -> Iterator[Text]:
        """What is worth telling about the history."""
        if self._media:
            yield Text(f"images and other media passed by: {self._media}", f"已略过图像等媒体记录 {self._media} 条")

    def _scalar(self, content: bytes) -> None:
        """One point. proto3 leaves out what is zero, so a missing step or number is 0."""
        key, step, value, wall = "", 0, 0.0, math.nan
        for number, part in fields(content):
            if number == 1:
                key = text(part)
            elif number == 2:
                step = signed(part)
            elif number == 4 and isinstance(part, bytes):
                wall = _seconds(part)
            elif number == 5 and isinstance(part, bytes):
                value = next((double(one) for inner, one in fields(part) if inner == 1), 0.0)
        if not key.startswith(_SYSTEM):
            self.segments[0].add(key, step, value, wall)
        elif _BUSY.fullmatch(inner := key.removeprefix(_SYSTEM)):
            self._machine.add(f"system/{inner.rpartition('.')[0]}.gpu", step, value, wall)


def _seconds(stamp: bytes) -> float:
    """A protobuf Timestamp in seconds since 1970."""
    parts = dict(fields(stamp))
    return signed(parts.get(1, 0)) + signed(parts.get(2, 0)) * 1e-9
