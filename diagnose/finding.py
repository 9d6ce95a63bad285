"""What a check can say: found (with evidence), clear, blind, broke or waived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Literal

import numpy as np

from diagnose.noun import noun
from diagnose.run import Note, Run, Series
from kb.choices import Confidence, Severity
from kb.entry import Entry
from kb.text import Lang, Text

State = Literal["found", "clear", "blind", "broke", "waived"]
Fact = float | int | str
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")  # from harmless to harmful


@noun(frozen=True)
class Evidence:
    """Where a detector points and the numbers it saw there.

    ``first`` and ``last`` are steps; ``cause`` is a word of the entry's ``causes``; ``facts`` fill the
    placeholders of its message.
    """

    subject: str
    first: int | None = None
    last: int | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    cause: str = ""


@noun(frozen=True)
class Unsure:
    """The detector looked and there was too little to tell, or nothing to look at."""

    because: Text


def too_few(series: Series, needed: float) -> Unsure:
    """The answer of a detector that was shown fewer than ``needed`` finite points."""
    have = int(np.count_nonzero(np.isfinite(series.values)))
    return Unsure(
        Text(
            f"{series.name} has {have} point{'s' if have != 1 else ''}; {needed:.0f} are needed",
            f"{series.name} 只有 {have} 个点，至少需要 {needed:.0f} 个",
        )
    )


Answer = Evidence | Unsure | Sequence[Evidence] | None


@noun(frozen=True)
class Verdict:
    """The outcome of one check on one subject; never silent.

    ``reason`` says why a check was blind, broke or waived; ``log_it`` what to log so that it could see.
    """

    entry: Entry
    state: State
    evidence: Evidence | None = None
    reason: Text | None = None
    log_it: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity | None:
        """How much harm; None unless found."""
        if self.evidence is None or self.entry.check is None:
            return None
        cause = self.entry.causes.get(self.evidence.cause)
        return (cause and cause.severity) or self.entry.check.severity

    @property
    def confidence(self) -> Confidence | None:
        """How sure; None unless found."""
        if self.evidence is None or self.entry.check is None:
            return None
        cause = self.entry.causes.get(self.evidence.cause)
        return (cause and cause.confidence) or self.entry.check.confidence

    def message(self, lang: Lang) -> str:
        """The sentence of the cause, or else of the entry, with this finding's numbers in it; empty unless found."""
        if self.evidence is None or self.entry.check is None:
            return ""
        seen, causes = self.evidence, self.entry.zh.causes if lang == "zh" else self.entry.causes
        text = self.entry.zh.message if lang == "zh" else self.entry.check.message
        if seen.cause in causes and causes[seen.cause].message:
            text = causes[seen.cause].message
        return text.format(subject=seen.subject, first=seen.first, last=seen.last, **seen.facts)

    def because(self, lang: Lang) -> str:
        """What the cause means, or empty when it could not be told."""
        word = self.evidence.cause if self.evidence else ""
        if word not in self.entry.causes:
            return ""
        return self.entry.zh.causes[word].says if lang == "zh" else self.entry.causes[word].says

    def fix(self, lang: Lang) -> tuple[str, ...]:
        """What to do, cheapest first: the cause's own remedy where the cause is known, else the entry's."""
        word = self.evidence.cause if self.evidence else ""
        if word in self.entry.causes:
            own = self.entry.zh.causes[word].fix if lang == "zh" else self.entry.causes[word].fix
            if own:
                return own
        return self.entry.zh.fix if lang == "zh" else self.entry.fix


@noun(frozen=True)
class Examined:
    """One run and every verdict on it."""

    run: Run
    verdicts: tuple[Verdict, ...]


@noun(frozen=True)
class Diagnosis:
    """All runs that were examined, and what was changed by the user (thresholds, waivers).

    ``unread`` says which files held no run and why; ``strangers`` counts those of no known kind.
    """

    examined: tuple[Examined, ...]
    overridden: tuple[Text, ...] = ()
    unread: tuple[Note, ...] = ()
    strangers: int = 0

    def verdicts(self) -> tuple[Verdict, ...]:
        """Every verdict on every run."""
        return tuple(verdict for one in self.examined for verdict in one.verdicts)

    def count(self, state: State) -> int:
        """How many verdicts are in ``state``."""
        return sum(verdict.state == state for verdict in self.verdicts())

    def worst(self) -> Severity | None:
        """The most harmful severity found, or None."""
        found = [verdict.severity for verdict in self.verdicts() if verdict.severity]
        return max(found, key=SEVERITIES.index) if found else None
