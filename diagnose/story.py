"""Turn findings into a story: one root first, what follows from it below, the same on other curves named beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from diagnose.finding import SEVERITIES, Verdict


@dataclass(frozen=True)
class Chapter:
    """One finding, the other subjects that show it for the same cause, and the findings that follow from it.

    What follows is told with its own subjects, but has nothing below it: a chain stands under its first link.
    """

    verdict: Verdict
    also: tuple[str, ...] = ()
    consequences: tuple[Chapter, ...] = ()


def story(verdicts: Iterable[Verdict]) -> list[Chapter]:
    """The findings among ``verdicts``, worst first; a consequence stands under its root if that was found too."""
    alike: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in sorted((one for one in verdicts if one.evidence is not None), key=_harm):
        assert verdict.evidence is not None
        alike.setdefault((verdict.entry.id, verdict.evidence.cause), []).append(verdict)
    leaders = [group[0] for group in alike.values()]
    under: dict[str, list[Chapter]] = {}
    heads: list[Chapter] = []
    for first, *others in alike.values():
        one = Chapter(first, tuple(other.evidence.subject for other in others if other.evidence))
        root = _first_of(first, leaders)
        (heads if root is None else under.setdefault(root, [])).append(one)
    chapters = [replace(one, consequences=tuple(under.pop(one.verdict.entry.id, ()))) for one in heads]
    return sorted(chapters, key=lambda one: min(_harm(two.verdict) for two in (one, *one.consequences)))


def root_of(verdict: Verdict, found: Iterable[Verdict]) -> str | None:
    """The symptom that ``verdict`` follows from, the likeliest of those that are among the found ones."""
    cause = verdict.entry.causes.get(verdict.evidence.cause) if verdict.evidence else None
    if cause is None:
        return None
    lost = verdict.severity == "error"  # what is lost for sure is not told as a mere consequence of what may be
    known = {one.entry.id for one in found if not (lost and one.confidence == "possible")}
    return next((name for name in cause.follows if name in known and name != verdict.entry.id), None)


def _first_of(verdict: Verdict, leaders: Sequence[Verdict]) -> str | None:
    """The symptom at the head of the chain that ``verdict`` follows from; None for a head, and in a circle."""
    seen, root = {verdict.entry.id}, None
    while (name := root_of(verdict, leaders)) is not None:
        if name in seen:
            return None
        seen.add(name)
        root = name
        verdict = next(one for one in leaders if one.entry.id == name)
    return root


def _harm(verdict: Verdict) -> tuple[int, int]:
    """Worst first; among equals the surest first."""
    severity = SEVERITIES.index(verdict.severity) if verdict.severity else 0
    return -severity, ("certain", "likely", "possible").index(verdict.confidence or "possible")
