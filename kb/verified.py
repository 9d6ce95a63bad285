"""Say what a verification found: a line for each entry, what failed in full, and the sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from kb.prose import Line, Style
from kb.sheet import Sheet
from kb.text import Lang, Text
from kb.verify import Outcome, Part

_PARTS: dict[Part, Text] = {
    "claim": Text("claim", "结论"),
    "reproduce": Text("reproducer", "复现代码"),
    "fixed": Text("fixed code", "正确写法"),
    "snippet": Text("snippet", "代码片段"),
}


def by_entry(outcomes: Sequence[Outcome], lang: Lang, width: int) -> list[Line]:
    """One line when all of an entry held, else a line for each piece that did not."""
    sheet = Sheet(lang, width)
    counts = Counter(outcome.state for outcome in outcomes)
    mark = "✗" if counts["failed"] else "✓" if counts["held"] else "?"
    said = Text(f"{counts['held']} of {len(outcomes)} held", f"{len(outcomes)} 项中 {counts['held']} 项成立")
    style: Style = "error" if counts["failed"] else "mark" if counts["held"] else "dim"
    sheet.item(f"{mark} ", f"{outcomes[0].entry}  {said.of(lang)}", style, indent="")
    for outcome in outcomes:
        if outcome.why:
            what = f"{_PARTS[outcome.part].of(lang)} {outcome.name}".rstrip()
            sheet.item(
                "✗ " if outcome.state == "failed" else "? ",
                f"{what}: {outcome.why.of(lang)}" if lang == "en" else f"{what}：{outcome.why.of(lang)}",
                "error" if outcome.state == "failed" else "dim",
                indent="    ",
            )
    return sheet.lines


def summary(outcomes: Sequence[Outcome], lang: Lang, width: int) -> list[Line]:
    """The sum over all entries."""
    sheet = Sheet(lang, width)
    counts = Counter(outcome.state for outcome in outcomes)
    held, failed, unchecked = counts["held"], counts["failed"], counts["unchecked"]
    said = Text(
        f"{held} held, {failed} failed, {unchecked} not checked here",
        f"{held} 项成立，{failed} 项不成立，{unchecked} 项未能检查",
    )
    if not outcomes:
        said = Text("nothing to run: no proof, no code", "没有可运行的证明或代码")
    sheet.item("", said.of(lang), "heading", indent="")
    return sheet.lines


def as_data(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The same as plain data."""
    counts = Counter(outcome.state for outcome in outcomes)
    return {
        "outcomes": [
            {
                "entry": outcome.entry,
                "part": outcome.part,
                "name": outcome.name,
                "state": outcome.state,
                "why": {"en": outcome.why.en, "zh": outcome.why.zh} if outcome.why else None,
            }
            for outcome in outcomes
        ],
        "summary": {state: counts[state] for state in ("held", "failed", "unchecked")},
    }
