"""What a line of a log says, as far as its text alone tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

ASIDE = -1


class Said(NamedTuple):
    """``kind`` files the line among others, ``names`` are its quantities and ``spans`` where their values stand.

    ``state`` is not 0 if the line only tells how far something has got: it is out of date as soon as the next line of
    its kind, with the same names, has a larger first value and the same in the ``state - 1`` behind it. `ASIDE` says
    that nothing is wanted of the line but its numbers, and these apart from those of the others.
    """

    kind: str
    names: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    state: int = 0


LOOK = Said("", (), (), -2)  # the line must be looked at, whatever others like it say
Parse = Callable[[str], Said | None]
