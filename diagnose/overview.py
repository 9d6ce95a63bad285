"""What many runs come to, in a few paragraphs: how many are well, and which symptoms how many show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from diagnose.tally import NAMED, Ailment, Health, Named, Tally
from kb.prose import Style
from kb.text import Lang, Text

SEVERITY = {"error": Text("error", "错误"), "warning": Text("warning", "警告"), "info": Text("info", "提示")}
_SHOWN = 8  # runs named under a symptom


class Paragraph(NamedTuple):
    """A text to be wrapped, and what stands before its first line and before the others."""

    style: Style
    text: str
    first: str = ""
    rest: str = ""


def paragraphs(tally: Tally, lang: Lang, *, in_full: int, everything: bool) -> Iterator[Paragraph]:
    """The overview; ``in_full`` runs with findings have been told before, with ``everything`` all runs have."""
    if not everything:
        yield from _quiet("unseen", tally, lang)
        yield from _quiet("well", tally, lang)
    ill = tally.runs.get("ill", Named()).count
    if ill <= in_full:
        return
    runs = tally.count()
    heading = Text(f"Findings in {ill:,} of {runs:,} runs:", f"共 {runs:,} 次运行，其中 {ill:,} 次有发现：")
    yield Paragraph("heading", heading.of(lang))
    for one in tally.worst_first():
        yield _ailment(one, lang)
    if not everything:
        rest = ill - in_full
        text = Text(
            f"{rest:,} of them are only counted here; -v tells all, and `diagnose run` on its folder tells one",
            f"其中 {rest:,} 次在此只计数；-v 可列出全部，对单个文件夹执行 `diagnose run` 可查看其中一次",
        )
        yield Paragraph("dim", text.of(lang), "  ", "  ")


def summed(counted: Mapping[str, int], lang: Lang) -> str:
    """How many verdicts are in each state, as a phrase."""
    names = {
        "found": Text("found", "项发现"),
        "clear": Text("clear", "项正常"),
        "blind": Text("could not be judged", "项无法判断"),
        "broke": Text("broke", "项检查出错"),
        "waived": Text("waived", "项豁免"),
    }
    parts = [
        f"{counted.get(state, 0)} {name.of(lang)}"
        for state, name in names.items()
        if state in counted or state == "found"
    ]
    return ("，" if lang == "zh" else ", ").join(parts)


def _quiet(kind: Health, tally: Tally, lang: Lang) -> Iterator[Paragraph]:
    """The runs of which there is nothing to tell: a line each, or one for all."""
    runs = tally.runs.get(kind, Named())
    mark = "✓ " if kind == "well" else "? "  # nothing seen is not all well
    if runs.count <= NAMED:
        for name, states in runs.first:
            colon = Text(": ", "：").of(lang)
            yield Paragraph("mark", f"{name}{colon}{summed(states, lang)}", mark, "    ")
        return
    many = f"{runs.count:,}"
    if kind == "well":
        text = Text(f"{many} runs in which nothing was found", f"{many} 次运行未发现问题")
    else:
        text = Text(f"{many} runs of which nothing could be judged", f"{many} 次运行完全无法判断")
    yield Paragraph("mark", text.of(lang), mark, "    ")


def _ailment(one: Ailment, lang: Lang) -> Paragraph:
    """One symptom, and the runs that show it."""
    title = one.entry.zh.title if lang == "zh" else one.entry.title
    names = [name for name, _ in one.runs.first[:_SHOWN]]
    more = f" (+{one.runs.count - _SHOWN:,})" if one.runs.count > _SHOWN else ""
    count, severity = f"{one.runs.count:,}", SEVERITY[one.severity].of(lang)
    text = Text(
        f"{title} [{severity}] - {count}: {', '.join(names)}{more}",
        f"{title} [{severity}]，{count} 次：{'、'.join(names)}{more}",
    )
    harmless = one.severity == "info"
    return Paragraph("mark" if harmless else "error", text.of(lang), "  · " if harmless else "  ✗ ", "      ")
