"""What reading an event file gave: its curves, and an account of everything that is not in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from diagnose.events.columns import Points
from diagnose.events.hparams import Setting
from diagnose.noun import noun

_KEPT = 1000  # places remembered one by one; a file that is damaged all over must not fill the memory


class Span(NamedTuple):
    """A stretch of the file, in bytes."""

    offset: int
    length: int

    @property
    def end(self) -> int:
        """The byte after it."""
        return self.offset + self.length


@dataclass
class Spans:
    """Stretches of the file, in file order: how many, how long together, and the first ones in full."""

    count: int = 0
    total: int = 0
    first: list[Span] = field(default_factory=list)
    last: Span | None = None
    _before: Span | None = field(default=None, repr=False, compare=False)  # the last but one

    def add(self, offset: int, length: int) -> None:
        """Remember one more."""
        self.count += 1
        self.total += length
        self._before, self.last = self.last, Span(offset, length)
        if len(self.first) < _KEPT:
            self.first.append(self.last)

    def take_back(self) -> None:
        """Forget the last one, right after it was added."""
        assert self.last is not None
        self.count -= 1
        self.total -= self.last.length
        if self.first and self.first[-1] == self.last:
            self.first.pop()
        self.last = self._before


@dataclass
class Account:
    """What happened while reading.

    ``records`` were read well; ``gaps`` hold no readable record, ``damaged`` records fail their checksum,
    ``undecodable`` ones pass it but hold no event, ``huge`` ones were checked but are too big to look into.
    ``cut_short`` is where the last record begins when the file ends in the middle of it. ``settings`` are those of the
    HParams plugin.
    """

    size: int = 0
    records: int = 0
    gaps: Spans = field(default_factory=Spans)
    damaged: Spans = field(default_factory=Spans)
    undecodable: Spans = field(default_factory=Spans)
    huge: Spans = field(default_factory=Spans)
    skipped: Counter[str] = field(default_factory=Counter)
    cut_short: int | None = None
    settings: dict[str, Setting] = field(default_factory=dict)

    @property
    def spotless(self) -> bool:
        """Whether the file was read from its first byte to its last, and all of it was well."""
        faults = self.gaps.count or self.damaged.count or self.undecodable.count or self.huge.count
        return not faults and self.cut_short is None


@noun(frozen=True)
class Events:
    """One event file, or what was added to it: curves by tag (steps, walls, values, as in `Column`), and the account.

    It was read from byte ``start``; once the file has grown, reading goes on at ``end``.
    """

    columns: Mapping[str, Points]
    account: Account
    end: int
    start: int = 0
