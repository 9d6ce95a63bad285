"""Write one entry as the page a person reads; one renderer for every kind and both languages."""

from __future__ import annotations

import re

from kb import evidence
from kb.ask.templates import THROUGH
from kb.entry import Cause, Check, Entry
from kb.naming import KINDS, titles
from kb.prose import Block, Line, flow
from kb.sheet import Sheet
from kb.text import Lang, Text
from kb.wrap import width_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from kb.collection import Library

NOTICE = Text(
    "For learning only, not medical advice: it cannot diagnose or treat anyone. Figures depend on the population"
    " and the guideline; for a real patient, ask a physician.",
    "仅供学习，不构成医疗建议，不能用于诊断或治疗。数据随人群和指南而异，具体病情请咨询医生。",
)

_SECTIONS = {
    "what_you_see": Text("What you see", "现象"),
    "look": Text("Endoscopic look", "内镜下表现"),
    "why": Text("Why", "原因"),
    "risk": Text("Risk", "风险"),
    "management": Text("Management", "处理"),
    "in_training": Text("For your network", "对训练的影响"),
}
HEADINGS = _SECTIONS | {
    "find_it": Text("How to find it", "怎么定位"),
    "fix": Text("Fix", "怎么办"),
    "test_it": Text("How to test", "怎么防止复发"),
    "wrong_when": Text("Wrong when", "何时不适用"),
    "cause": Text("Causes", "可能的原因"),
    "claim": evidence.CLAIMS,
}  # of the parts that `kb.ask.passage` cuts a page into
_SEVERITIES = {
    "error": Text("error", "错误"),
    "warning": Text("warning", "警告"),
    "info": Text("worth knowing", "提示"),
}


_WORDINGS = 12  # of a message, as versions and devices differ; `kb ask -` knows them all
_DRAFT = Text("a draft, not reviewed: check it before you rely on it", "草稿，未经审阅：请核实后再使用")


def render(entry: Entry, library: Library, lang: Lang, width: int) -> list[Line]:
    """The whole page in ``lang``, no line of text wider than ``width`` columns; code and figures as written."""
    return flow(blocks(entry, library, lang), width)


def blocks(entry: Entry, library: Library, lang: Lang) -> list[Block]:
    """The same for any width."""
    sheet = Sheet(lang)
    _head(sheet, entry)
    for field, heading in _SECTIONS.items():
        sheet.section(heading, said(entry, field, lang))
    if entry.check:
        _check(sheet, entry, entry.check)
    _causes(sheet, entry)
    sheet.section(HEADINGS["find_it"], said(entry, "find_it", lang))
    sheet.items(HEADINGS["fix"], said(entry, "fix", lang), "→ ")
    sheet.section(HEADINGS["test_it"], said(entry, "test_it", lang))
    sheet.items(HEADINGS["wrong_when"], said(entry, "wrong_when", lang))
    _errors(sheet, entry)
    _code(sheet, entry)
    _log(sheet, entry)
    evidence.claims(sheet, entry)
    evidence.myths(sheet, entry)
    evidence.references(sheet, entry)
    _links(sheet, Text("It leads to", "会引起的症状"), entry.leads_to, library)
    _links(sheet, Text("Related", "相关条目"), entry.related, library)
    if entry.kind == "polyp":
        sheet.gap()
        sheet.item("", NOTICE.of(lang), "dim", indent="")
    return sheet.blocks


def said(entry: Entry, field: str, lang: Lang) -> Any:
    """The text or texts of a field in ``lang``; in the other language where it has none in this one."""
    first, second = (entry.zh, entry) if lang == "zh" else (entry, entry.zh)
    return getattr(first, field) or getattr(second, field)


def _head(sheet: Sheet, entry: Entry) -> None:
    sheet.item("", titles(entry, sheet.lang), "title", indent="")
    sheet.item("", f"{KINDS[entry.kind].of(sheet.lang)} · {entry.id}", "dim", indent="")
    if entry.draft:
        sheet.item("", _DRAFT.of(sheet.lang), "error", indent="")
    sheet.gap()
    sheet.text(said(entry, "summary", sheet.lang))
    if figure := said(entry, "figure", sheet.lang):
        sheet.gap()
        sheet.code(figure, "code")
    if body := said(entry, "body", sheet.lang):
        sheet.gap()
        sheet.text(body)


def _check(sheet: Sheet, entry: Entry, check: Check) -> None:
    lang = sheet.lang
    severity = _SEVERITIES[check.severity]
    sheet.heading(Text(f"What is checked ({severity.en})", f"检查依据（{severity.zh}）"))
    message = (entry.zh.message if lang == "zh" else "") or check.message
    sheet.item("", re.sub(r"\{[^{}]*\}", "…", message))  # what a run will fill in
    if check.awaits:
        needs = entry.zh.awaits if lang == "zh" else check.awaits
        sheet.item(
            "", Text(f"not looked for in this version; it needs {needs}", f"此版本尚不检查；需要{needs}").of(lang)
        )
    for role, watched in check.watch.items():
        sheet.item("", Text(f"watches {role}: {watched}", f"观察 {role}：{watched}").of(lang), "dim")
    names = {name: f"{name} = {number:g}" for name, number in check.with_.items()}
    column = max(map(width_of, names.values()), default=0)
    for name, shown in names.items():
        sheet.item(f"{shown}{' ' * (column - width_of(shown))}  ", _because(entry, check, name, lang) or "–")


def _because(entry: Entry, check: Check, name: str, lang: Lang) -> str:
    """Why a threshold is what it is: a sentence, or the claim it names."""
    reason = check.because.get(name, "")
    if reason in entry.claims:
        return (entry.zh.claims.get(reason, "") if lang == "zh" else "") or entry.claims[reason].says
    return (entry.zh.because.get(name, "") if lang == "zh" else "") or reason


def _causes(sheet: Sheet, entry: Entry) -> None:
    if entry.causes:
        sheet.heading(HEADINGS["cause"])
    for word, cause in entry.causes.items():
        says, fix = _cause(entry, word, cause, sheet.lang)
        sheet.item("• ", Text(f"{word}: {says}", f"{word}：{says}").of(sheet.lang))
        for remedy in fix:
            sheet.item("→ ", remedy, indent="    ")
        if cause.see:
            sheet.item("kb lookup ", ", ".join(cause.see), "link", indent="    ")


def _cause(entry: Entry, word: str, cause: Cause, lang: Lang) -> tuple[str, tuple[str, ...]]:
    other = entry.zh.causes.get(word) if lang == "zh" else None
    return (other.says, other.fix or cause.fix) if other else (cause.says, cause.fix)


def _errors(sheet: Sheet, entry: Entry) -> None:
    if entry.errors:
        sheet.heading(Text("The message you may have seen", "可能看到的报错"))
    said = [error.removeprefix(THROUGH) for error in entry.errors]
    whole = sorted(said, key=lambda error: THROUGH in error)  # behind a path stands what says little by itself
    for error in whole[:_WORDINGS]:
        sheet.item("", error.replace("*", "…"), "code")
    more = len(entry.errors) - _WORDINGS
    if more > 0:
        sheet.item("", Text(f"and {more} more wordings", f"另有 {more} 种说法").of(sheet.lang), "dim")


def _code(sheet: Sheet, entry: Entry) -> None:
    lang = sheet.lang
    for name, snippet in entry.snippets.items():
        says = (entry.zh.snippets.get(name, "") if lang == "zh" else "") or snippet.says
        sheet.gap()
        mark = "✗ " if snippet.faulty else "✓ "
        sheet.item(mark, says, "mark", indent="")
        sheet.code(snippet.code)
    for heading, code in (
        (Text("See it happen", "复现"), entry.reproduce),
        (Text("The same, right", "正确写法"), entry.fixed),
    ):
        if code:
            sheet.heading(heading)
            sheet.code(code)
    if entry.needs:
        sheet.item("", Text(f"needs: {entry.needs}", f"运行条件：{entry.needs}").of(lang), "dim")


def _plainly(name: str) -> str:
    """A pattern of names as one name: the first of its alternatives, without what rules a name out."""
    terms = [term for term in name.split() if not term.startswith(("-", "@", "="))]
    words = [place.split("|")[0] for term in terms for place in term.split("+")]
    return re.sub(r"\[0-9\]\*?", "0", " ".join(words)).replace("*", "")


def _log(sheet: Sheet, entry: Entry) -> None:
    for role, logged in entry.logged_as.items():
        sheet.heading(Text(f"Logged as ({role})", f"日志中的名称（{role}）"))
        sheet.item("", " · ".join(dict.fromkeys(map(_plainly, (*logged.names, *logged.lower_is_better)))))
        if logged.log_it:
            sheet.code(logged.log_it)
    if entry.log_it:
        sheet.heading(Text("Log it", "怎么记录"))
        sheet.code(entry.log_it)


def _links(sheet: Sheet, heading: Text, ids: tuple[str, ...], library: Library) -> None:
    if ids:
        sheet.heading(heading)
    for name in ids:
        title = titles(library[name], sheet.lang) if name in library else ""
        sheet.item(f"{name}  ", title or "–", "link")
