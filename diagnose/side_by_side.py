"""A comparison as lines for a person and as plain data for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from diagnose import telling
from diagnose.compare import Comparison, CurveChange
from diagnose.finding import Verdict
from diagnose.run import Run
from diagnose.story import Chapter, story
from kb.prose import Line
from kb.text import Lang, Text
from kb.wrap import pad, width_of, wrap

SCHEMA = "trainoscope.comparison/1"
_BETTER = {
    "a": Text("A ends better", "A 的结果更好"),
    "b": Text("B ends better", "B 的结果更好"),
    "same": Text("no difference beyond their own noise", "差别没有超出各自的波动"),
}


def lines(comparison: Comparison, lang: Lang, width: int) -> list[Line]:
    """What differs, worst first: findings, then curves, schedules and settings."""
    page = _Page(lang, width)
    a, b = _called(comparison.a, lang), _called(comparison.b, lang)
    if a == b:  # two runs of one name are told apart by where they lie
        a, b = (_called(side, lang, by_path=True) for side in (comparison.a, comparison.b))
    page.say("title", f"A  {a}")
    page.say("title", f"B  {b}")
    page.head(Text("Found in one of them", "只在一方发现"))
    for side in ("a", "b"):
        for chapter in story(one.verdict for one in comparison.verdicts if one.side == side):
            page.finding(side.upper(), chapter)
            page.explains(chapter.consequences)
    if not comparison.verdicts:
        page.say("dim", Text("nothing that is found on one side only", "没有只出现在一方的问题").of(lang), first="  ")
    if comparison.shared:
        page.head(Text("Found in both", "双方都有"))
    for chapter in story(comparison.shared):
        page.finding("A B", chapter)
        page.explains(chapter.consequences)
    if comparison.curves:
        page.head(Text("Curves", "曲线"))
        page.curves(comparison.curves)
    if comparison.schedules:
        page.head(Text("Learning rate", "学习率"))
        for name, ours, theirs in comparison.schedules:
            page.say("text", name, first="  ", rest="    ")
            page.say("text", f"A: {ours.of(lang)}", first="    ", rest="       ")
            page.say("text", f"B: {theirs.of(lang)}", first="    ", rest="       ")
    if comparison.settings:
        page.head(Text("Settings that differ", "不同的设置"))
        for one in comparison.settings:
            page.say("text", f"{one.name}: {one.values[0]} | {one.values[1]}", first="  ", rest="    ")
            if one.goes_with:
                names = ("、" if lang == "zh" else ", ").join(one.goes_with)
                text = Text(f"may go with: {names}", f"可能与之有关：{names}")
                page.say("mark", text.of(lang), first="    → ", rest="      ")
    page.missing(comparison.only)
    return page.lines


def as_data(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain data, with both languages."""
    return {
        "schema": SCHEMA,
        "a": [run.name for run in comparison.a],
        "b": [run.name for run in comparison.b],
        "verdicts": [{"side": one.side, **_verdict(one.verdict)} for one in comparison.verdicts],
        "shared": [_verdict(one) for one in comparison.shared],
        "curves": [
            {"name": one.name, "role": one.role, "end": one.end, "best": one.best, "noise": one.noise,
             "better": one.better}
            for one in comparison.curves
        ],
        "schedules": [
            {"name": name, "a": {"en": ours.en, "zh": ours.zh}, "b": {"en": theirs.en, "zh": theirs.zh}}
            for name, ours, theirs in comparison.schedules
        ],
        "settings": [
            {"name": one.name, "a": one.values[0], "b": one.values[1], "goes_with": list(one.goes_with)}
            for one in comparison.settings
        ],
        "only": {"a": list(comparison.only[0]), "b": list(comparison.only[1])},
    }  # fmt: skip


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "symptom": verdict.entry.id,
        "severity": verdict.severity,
        "subject": verdict.evidence.subject if verdict.evidence else None,
        "cause": verdict.evidence.cause or None if verdict.evidence else None,
        "message": {"en": verdict.message("en"), "zh": verdict.message("zh")},
    }


def _called(runs: Sequence[Run], lang: Lang, *, by_path: bool = False) -> str:
    names = [str(run.path) if by_path else run.name for run in runs]
    if len(names) <= 3:
        return ", ".join(names)
    return Text(
        f"{len(names)} runs ({names[0]} ... {names[-1]})", f"{len(names)} 次运行（{names[0]} … {names[-1]}）"
    ).of(lang)


class _Page:
    """A comparison while it is being written."""

    def __init__(self, lang: Lang, width: int) -> None:
        self.lang, self.width = lang, width
        self.lines: list[Line] = []

    def say(self, style: Any, text: str, *, first: str = "", rest: str = "") -> None:
        self.lines.extend(Line(style, line) for line in wrap(text, self.width, first=first, rest=rest or first))

    def head(self, text: Text) -> None:
        self.lines.append(Line("text", ""))
        self.say("heading", text.of(self.lang))

    def finding(self, side: str, chapter: Chapter) -> None:
        verdict = chapter.verdict
        title, name = telling.title(verdict.entry, self.lang), verdict.entry.id
        style = "error" if verdict.severity != "info" else "mark"
        self.say(
            style, side + Text(f": {title} ({name})", f"：{title}（{name}）").of(self.lang), first="  ", rest="      "
        )
        self.say("text", verdict.message(self.lang), first="      ", rest="      ")
        if also := telling.also(chapter, self.lang):
            self.say("text", also, first="      ", rest="      ")
        if because := verdict.because(self.lang):
            self.say("dim", because, first="      ", rest="      ")
        for step in verdict.fix(self.lang)[:1]:  # the cheapest; the report of the run itself tells all
            self.say("text", step, first="      → ", rest="        ")

    def explains(self, consequences: Sequence[Chapter]) -> None:
        """What stands under a root, by name only; the report of the run itself tells more."""
        names = [telling.title(one.verdict.entry, self.lang) for one in consequences]
        if names:
            joined = ("、" if self.lang == "zh" else "; ").join(names)
            text = Text(f"this also explains: {joined}", f"这也解释了：{joined}").of(self.lang)
            self.say("dim", text, first="      ", rest="      ")

    def curves(self, curves: Sequence[CurveChange]) -> None:
        """A row a curve: A and B at the end, the best of both, and which is ahead."""
        best = Text("best", "最好").of(self.lang)
        names = min(max(width_of(one.name) for one in curves), self.width // 3)
        ours, theirs = (max(len(f"{one.best[side]:.4g}") for one in curves) for side in (0, 1))
        for one in curves:
            ends = f"A {one.end[0]:<9.4g} B {one.end[1]:<9.4g}"
            bests = f"{one.best[0]:<{ours}.4g} | {one.best[1]:<{theirs}.4g}"
            row = f"  {pad(one.name, names)}  {ends} {best} {bests}"
            says = _BETTER[one.better].of(self.lang)
            if width_of(row) + width_of(says) + 2 <= self.width:
                self.lines.append(Line("text", f"{row}  {says}"))
            else:
                self.say("text", row, first="  ", rest="      ")
                self.say("dim", says, first="      ")

    def missing(self, only: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
        for side, names in zip("AB", only, strict=True):
            if names:
                shown = ", ".join(names[:8]) + (" ..." if len(names) > 8 else "")
                self.lines.append(Line("text", ""))
                self.say("dim", Text(f"only in {side}: {shown}", f"只在 {side} 中：{shown}").of(self.lang), rest="  ")
