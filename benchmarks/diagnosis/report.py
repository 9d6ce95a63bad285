"""The results as a page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from benchmarks.diagnosis.score import Score, Share, alarmed
from benchmarks.diagnosis.truths import ALARMS, Finding, Truth

Found = Mapping[str, list[Finding]]


def scores_table(scores: Mapping[str, Score]) -> Iterator[str]:
    """One row a program."""
    yield "| program | detected | right symptom | right cause, where told | alarms on healthy | Youden's J |"
    yield "|---|---|---|---|---|---|"
    for name, one in scores.items():
        right = (str(one.right), str(one.cause)) if name.startswith("diagnose") else ("", "")
        yield f"| {name} | {one.detected} | {right[0]} | {right[1]} | {one.false_alarms} | {one.youden:.2f} |"


def by_fault(truths: Sequence[Truth], found: Found) -> Iterator[str]:
    """One row a mistake: detected, right symptom, right cause, and what else was said."""
    yield "| mistake | trace | runs | detected | right symptom | right cause | symptoms found (runs) |"
    yield "|---|---|---|---|---|---|---|"
    groups: dict[str, list[Truth]] = defaultdict(list)
    for one in truths:
        if one.fault:
            groups[one.fault].append(one)
    for fault, runs in sorted(groups.items()):
        seen = [(one, found.get(one.name, [])) for one in runs]
        causes = [cause for one, what in seen if (cause := one.cause(what)) is not None]
        said = Counter(symptom for _, what in seen for symptom in {each.symptom for each in what})
        words = ", ".join(f"{symptom} {count}" for symptom, count in said.most_common(6))
        yield (
            f"| {fault} | {runs[0].trace} | {len(runs)} | {sum(one.detected(what) for one, what in seen)} "
            f"| {sum(one.right(what) for one, what in seen)} | {sum(causes)}/{len(causes)} | {words} |"
        )


def confusion(truths: Sequence[Truth], found: Found) -> Iterator[str]:
    """True against named cause, of every symptom that tells causes."""
    table: Counter[tuple[str, str, str]] = Counter()
    for one in truths:
        for each in found.get(one.name, []):
            if one.fault and each.symptom in one.causes:
                table[each.symptom, "/".join(one.causes[each.symptom]), each.cause or "(none)"] += 1
    yield "| symptom | true cause | named | findings |"
    yield "|---|---|---|---|"
    for (symptom, true, named), count in sorted(table.items()):
        wrong = named not in (*true.split("/"), "(none)", "unknown")
        yield f"| {symptom} | {true} | {named}{' (wrong)' if wrong else ''} | {count} |"


def misses(truths: Sequence[Truth], found: Found) -> Iterator[str]:
    """Every run that was not rightly judged, one a line."""
    for one in truths:
        seen = found.get(one.name, [])
        said = (
            ", ".join(sorted({f"{each.symptom}{f' [{each.cause}]' if each.cause else ''}" for each in seen}))
            or "nothing"
        )
        if not one.fault and alarmed(seen):
            yield f"- false alarm: {one.name}: {', '.join(sorted({e.symptom for e in seen if e.severity in ALARMS}))}"
        elif one.fault and not one.right(seen):
            yield f"- {'wrong' if one.detected(seen) else 'missed'}: {one.name} ({one.trace}): {said}"
        elif one.fault and one.cause(seen) is False:
            yield f"- wrong cause: {one.name}: {said}"


def corpus_lines(labels: Mapping[str, Share], healthy: Share, lines: Sequence[str]) -> Iterator[str]:
    """The real logs."""
    yield "| label | shown |"
    yield "|---|---|"
    for label, share in labels.items():
        yield f"| {label} | {share} |"
    yield f"| alarms on healthy files | {healthy} |"
    yield ""
    yield from (f"- {line}" for line in lines)


def overfitting(told: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """The labelled histories, one row a program."""
    yield "| program | right alarms | false alarms | missed | precision | recall | F1 |"
    yield "|---|---|---|---|---|---|---|"
    for name, one in told.items():
        counts = f"{one['tp']:.0f} | {one['fp']:.0f} | {one['fn']:.0f}"
        yield f"| {name} | {counts} | {one['precision']:.3f} | {one['recall']:.3f} | {one['f1']:.3f} |"
