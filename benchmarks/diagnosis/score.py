"""Counts of right and wrong, with what so many cases can tell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.diagnosis.truths import ALARMS, Finding, Truth


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    hits: int
    of: int

    @property
    def rate(self) -> float:
        """The share itself; NaN of none."""
        return self.hits / self.of if self.of else math.nan

    def __str__(self) -> str:
        if not self.of:
            return "- (0)"
        low, high = wilson(self.hits, self.of)
        return f"{100 * self.rate:.1f} % ({self.hits}/{self.of}; {100 * low:.0f}-{100 * high:.0f})"


def wilson(hits: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 percent interval of a share (Wilson 1927)."""
    rate, spread = hits / of, z * z / of
    half = z * math.sqrt(rate * (1 - rate) / of + spread / of / 4)
    return max(0.0, (rate + spread / 2 - half) / (1 + spread)), min(1.0, (rate + spread / 2 + half) / (1 + spread))


@dataclass(frozen=True)
class Score:
    """How one program did on made runs."""

    detected: Share
    right: Share
    cause: Share
    false_alarms: Share

    @property
    def youden(self) -> float:
        """Detection minus false alarms."""
        return self.detected.rate - self.false_alarms.rate


def alarmed(found: Sequence[Finding]) -> bool:
    """Whether anything at warning or above was said."""
    return any(one.severity in ALARMS for one in found)


def score(truths: Sequence[Truth], found: Mapping[str, list[Finding]], traces: tuple[str, ...]) -> Score:
    """Detection, right symptom and right cause over the mistakes with such a trace, alarms over healthy runs."""
    faults = [(one, found.get(one.name, [])) for one in truths if one.fault and one.trace in traces]
    healthy = [found.get(one.name, []) for one in truths if not one.fault]
    causes = [one.cause(seen) for one, seen in faults]
    told = [cause for cause in causes if cause is not None]
    return Score(
        Share(sum(one.detected(seen) for one, seen in faults), len(faults)),
        Share(sum(one.right(seen) for one, seen in faults), len(faults)),
        Share(sum(told), len(told)),
        Share(sum(map(alarmed, healthy)), len(healthy)),
    )
