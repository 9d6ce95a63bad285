"""Counts what was found in many runs, without keeping the runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from diagnose.finding import SEVERITIES, Examined, Verdict
from kb.choices import Severity
from kb.entry import Entry

Health = Literal["ill", "well", "unseen", "odd"]

NAMED = 20  # runs of one kind that are remembered by name; more are counted


def health(examined: Examined) -> Health:
    """What all verdicts on a run come to: something found, nothing found, nothing seen, or a check broke."""
    states = {verdict.state for verdict in examined.verdicts}
    if "found" in states:
        return "ill"
    if "broke" in states:
        return "odd"
    return "well" if "clear" in states else "unseen"


def harmless(examined: Examined) -> bool:
    """Whether something was found and nothing of it is above a hint."""
    return {verdict.severity for verdict in examined.verdicts} - {None} == {"info"}


Reason = tuple[str, tuple[str, ...]]  # why something could not be judged, in English, and what to log for it


@dataclass
class Named:
    """How many runs, and the first of them with the line that sums each up."""

    count: int = 0
    first: list[tuple[str, Counter[str]]] = field(default_factory=list)

    def add(self, name: str, states: Counter[str]) -> None:
        """One more."""
        self.count += 1
        if len(self.first) < NAMED:
            self.first.append((name, states))


@dataclass
class Ailment:
    """One symptom over all runs: the worst it was, and the runs that show it."""

    entry: Entry
    severity: Severity
    runs: Named = field(default_factory=Named)


@dataclass
class Tally:
    """``states`` counts verdicts, ``runs`` the runs of each health.

    ``blind`` holds one verdict for each symptom and reason, ``reasons`` counts the runs of each reason and what to
    log for it, ``waived`` holds one verdict for each symptom.
    """

    states: Counter[str] = field(default_factory=Counter)
    runs: dict[Health, Named] = field(default_factory=dict)
    ailments: dict[str, Ailment] = field(default_factory=dict)
    blind: dict[tuple[str, str, tuple[str, ...]], Verdict] = field(default_factory=dict)
    reasons: Counter[Reason] = field(default_factory=Counter)
    waived: dict[str, Verdict] = field(default_factory=dict)
    worst: Severity | None = None

    def add(self, examined: Examined) -> Health:
        """Count one run; what its verdicts come to."""
        states: Counter[str] = Counter([verdict.state for verdict in examined.verdicts])
        self.states.update(states)
        name, kind = examined.run.name, health(examined)
        self.runs.setdefault(kind, Named()).add(name, states)
        told, reasons = set(), set[Reason]()
        for verdict in examined.verdicts:
            if verdict.state == "blind":
                reason = verdict.reason.en if verdict.reason else ""
                self.blind.setdefault((verdict.entry.id, reason, verdict.log_it), verdict)
                reasons.add((reason, verdict.log_it))
            elif verdict.state == "waived":
                self.waived.setdefault(verdict.entry.id, verdict)
            if verdict.evidence is None or (severity := verdict.severity) is None:
                continue
            self.worst = _worse(self.worst, severity)
            ailment = self.ailments.setdefault(verdict.entry.id, Ailment(verdict.entry, severity))
            ailment.severity = _worse(ailment.severity, severity)
            if verdict.entry.id not in told:
                ailment.runs.add(name, states)
                told.add(verdict.entry.id)
        self.reasons.update(reasons)
        return kind

    def count(self) -> int:
        """How many runs there were."""
        return sum(one.count for one in self.runs.values())

    def worst_first(self) -> list[Ailment]:
        """The symptoms found, the most harmful first, among equals the most frequent."""
        return sorted(self.ailments.values(), key=lambda one: (-SEVERITIES.index(one.severity), -one.runs.count))


def _worse(one: Severity | None, other: Severity) -> Severity:
    return other if one is None else max(one, other, key=SEVERITIES.index)
