"""Turn findings into a story: one root first, what follows from it below, the same on other curves named beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from diagnose.finding import SEVERITIES, Verdict


@dataclass(frozen=True)
class Chapter:
    """One finding, the other subjects that show it for the same cause, and the findings that follow from it."""

    verdict: Verdict
    also: tuple[str, ...] = ()
    consequences: tuple[Verdict, ...] = ()


def story(verdicts: Iterable[Verdict]) -> list[Chapter]:
    """The findings among ``verdicts``, worst first; a consequence stands under its root if that was found too."""
    alike: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in sorted((one for one in verdicts if one.evidence is not None), key=_harm):
        assert verdict.evidence is not None
        alike.setdefault((verdict.entry.id, verdict.evidence.cause), []).append(verdict)
    leaders = [group[0] for group in alike.values()]
    roots = {one.entry.id for one in leaders if root_of(one, leaders) is None}
    under: dict[str, list[Verdict]] = {}
    for one in leaders:
        if (root := root_of(one, leaders)) in roots and root is not None:
            under.setdefault(root, []).append(one)
    told: set[str] = set()
    chapters = []
    for first, *others in alike.values():
        if any(first in group for group in under.values()):
            continue
        also = tuple(one.evidence.subject for one in others if one.evidence)
        follows = () if first.entry.id in told else tuple(under.get(first.entry.id, ()))
        told.add(first.entry.id)
        chapters.append(Chapter(first, also, follows))
    return sorted(chapters, key=lambda one: min(map(_harm, (one.verdict, *one.consequences))))


def root_of(verdict: Verdict, found: Iterable[Verdict]) -> str | None:
    """The symptom that ``verdict`` follows from, if it is among the found ones."""
    cause = verdict.entry.causes.get(verdict.evidence.cause) if verdict.evidence else None
    if cause is None or not cause.follows:
        return None
    return cause.follows if any(one.entry.id == cause.follows for one in found) else None


def _harm(verdict: Verdict) -> tuple[int, int]:
    """Worst first; among equals the surest first."""
    severity = SEVERITIES.index(verdict.severity) if verdict.severity else 0
    return -severity, ("certain", "likely", "possible").index(verdict.confidence or "possible")
