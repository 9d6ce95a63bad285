"""What a line of a log says, as far as its text alone tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Said(NamedTuple):
    """``kind`` files the line among others, ``names`` are its quantities and ``spans`` where their values stand."""

    kind: str
    names: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


Parse = Callable[[str], Said | None]
