"""Takes how busy the GPUs were out of the records in which W&B notes the state of the machine (StatsRecord)."""

from __future__ import annotations

import math
import re

from diagnose.trackers.points import Points
from diagnose.trackers.protobuf import fields, signed, text

_TIME, _ITEM = 2, 3  # fields of StatsRecord
_BUSY = re.compile(r"gpu\.(process\.)?\d+\.gpu")


class Machine:
    """Shares of time in percent, by card; ``process`` marks the cards that the run itself works on."""

    def __init__(self) -> None:
        self._cards, self._own = Points(), Points()

    def take(self, content: bytes, step: int) -> None:
        """Take one record, written after ``step``. Raises ValueError when it is damaged."""
        wall, found = math.nan, {}
        for number, part in fields(content):
            if number == _TIME and isinstance(part, bytes):
                stamp = dict(fields(part))
                wall = signed(stamp.get(1, 0)) + signed(stamp.get(2, 0)) * 1e-9
            elif number == _ITEM and isinstance(part, bytes):
                inside = dict(fields(part))
                name, raw = text(inside.get(1, b"")), inside.get(16, b"")
                if isinstance(raw, bytes) and (match := _BUSY.fullmatch(name)):
                    found[name] = (match[1] is not None, float(raw))
        for name, (own, value) in found.items():
            (self._own if own else self._cards).add(f"system/{name}", step, value, wall)

    def busy(self) -> Points:
        """The cards of the run; all of them when it is not known which those are."""
        return self._own or self._cards
