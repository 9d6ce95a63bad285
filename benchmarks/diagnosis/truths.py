"""What is true of made runs, and what was found in them, side by side."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ALARMS = ("warning", "error")


@dataclass(frozen=True)
class Finding:
    """One thing a program said: its own name for it, how bad, and of ours also the cause."""

    symptom: str
    severity: str = "warning"
    cause: str = ""


@dataclass(frozen=True)
class Truth:
    """The label of one run."""

    name: str
    fault: str
    trace: str = ""
    expected: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    causes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def detected(self, found: Iterable[Finding]) -> bool:
        """Anything alarming, or an expected symptom whatever its severity."""
        return any(one.severity in ALARMS or one.symptom in self.expected for one in found)

    def right(self, found: Iterable[Finding]) -> bool:
        """Whether an expected symptom is among the findings."""
        return any(one.symptom in self.expected for one in found)

    def cause(self, found: Iterable[Finding]) -> bool | None:
        """Whether every cause told of an expected symptom is a right one; None when none was told or none is known."""
        told = [one for one in found if one.symptom in self.causes and one.cause not in ("", "unknown")]
        told = [one for one in told if one.symptom in self.expected] or told
        if not told:
            return None
        return any(one.cause in self.causes[one.symptom] for one in told)

    def strays(self, found: Iterable[Finding]) -> list[str]:
        """Alarms that are neither expected nor allowed."""
        return sorted({one.symptom for one in found if one.severity in ALARMS} - {*self.expected, *self.also})


def truths(made: Path) -> list[Truth]:
    """Labels of the runs that count: mistakes whose outcome shows, healthy runs that went well."""
    told = (json.loads(path.read_text(encoding="utf-8")) for path in sorted((made / "truth").glob("*.json")))
    return [
        Truth(
            one["run"],
            one["fault"],
            one.get("trace", ""),
            tuple(one["expected"]),
            tuple(one["also"]),
            {symptom: tuple(words) for symptom, words in one["causes"].items()},
        )
        for one in told
        if one["manifested"] or one["accepted"]
    ]
