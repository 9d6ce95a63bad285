"""Write a reply for a person and as data: the passage, how well it stands, where it is from, and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kb import evidence
from kb.answering import NEAREST
from kb.ask import brief, clause, errors, foreign, myth
from kb.ask.passage import Passage
from kb.ask.reply import Reply
from kb.ask.terms import terms
from kb.entry import Entry
from kb.naming import KINDS, titles
from kb.noun import changed
from kb.page import HEADINGS, NOTICE
from kb.page import said as text_of
from kb.prose import Line
from kb.sheet import Sheet
from kb.text import Lang, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from kb.collection import Library

_BESIDE = 0.5  # how long the second passage is, of the first
_SURE = (
    (0.9, Text("sure", "把握很大")),
    (0.75, Text("fairly sure", "较有把握")),
    (0.0, Text("not very sure", "把握不大")),
)
_NEAR = Text("No page has this very message; nearest to it are:", "没有条目收录这条报错，相近的有：")


def lines(reply: Reply, library: Library, lang: Lang, width: int) -> list[Line]:
    """What a person reads."""
    sheet = Sheet(lang, width)
    if reply.state == "answer" and reply.entry and reply.passage:
        _answer(sheet, reply, library[reply.entry], library)
    elif reply.state == "suggest":
        said = _NEAR if reply.nearest else Text("Not sure which of these you mean:", "不能确定问的是哪一个：")
        sheet.item("", said.of(lang), "heading", indent="")
        _offer(sheet, reply.others, library)
    else:
        said = Text("I don't know: no page of this library answers that.", "不知道：本库没有回答这个问题的条目。")
        sheet.item("", said.of(lang), "heading", indent="")
        hint = Text("`kb list` shows what it holds", "`kb list` 列出本库的全部条目")
        sheet.item("", hint.of(lang), "dim", indent="")
        if foreign.medical(reply.question):
            sheet.item("", NOTICE.of(lang), "dim", indent="")
    if reply.frame and reply.state != "answer":
        _frame(sheet, reply.frame)
    return sheet.lines


def data(reply: Reply, library: Library) -> dict[str, Any]:
    """What ``--json`` prints."""
    entry = library[reply.entry] if reply.entry else None
    frame = reply.frame
    return {
        "question": reply.question,
        "lang": reply.lang,
        "state": reply.state,
        "entry": reply.entry,
        "confidence": round(reply.confidence, 3),
        "text": text(reply, entry) if entry else "",
        "suggestions": list(reply.others),
        "compared": list(reply.compared),
        "standing": reply.passage.standing if reply.passage else None,
        "part": reply.passage.part if reply.passage else None,
        "fix": _fix(reply, entry) if entry else [],
        "myth": reply.myth,
        "error": reply.error or None,
        "nearest": reply.nearest,
        "frame": {"path": frame.path, "line": frame.line, "in": frame.where, "code": frame.code} if frame else None,
        "sources": [evidence.source(entry.references[key]) for key in _cited(reply, entry)] if entry else [],
        "related": list(entry.related) if entry else [],
    }


def text(reply: Reply, entry: Entry) -> str:
    """The answer as plain text: the correction of a myth first, then the passage and the one beside it."""
    parts = []
    if reply.myth:
        truth = myth.said(entry, reply.myth, entry.myths[reply.myth], reply.lang)[1]
        parts.append(Text(f"Not so: {truth}", f"并非如此：{truth}").of(reply.lang))
    parts += [one.text for one in (reply.passage, reply.beside) if one and one.text not in parts]
    return "\n\n".join(parts)


def _answer(sheet: Sheet, reply: Reply, entry: Entry, library: Library) -> None:
    lang = sheet.lang
    assert reply.passage
    if reply.nearest:
        sheet.item("", NEAREST.of(lang), "dim", indent="")
        sheet.gap()
    sheet.item("", titles(entry, lang), "title", indent="")
    sheet.gap()
    if reply.myth:
        says, truth = myth.said(entry, reply.myth, entry.myths[reply.myth], lang)
        see = entry.claims.get(entry.myths[reply.myth].see)
        mark = f" {evidence.mark(entry, see)}" if see else ""
        sheet.item(Text("Not so: ", "并非如此：").of(lang), f"{truth}{mark}", "mark", indent="")
        sheet.item(Text("✗ people say: ", "✗ 有人说：").of(lang), says, "dim", indent="")
        sheet.gap()
    if reply.frame:
        _frame(sheet, reply.frame)
        sheet.gap()
    weigh = _weigh(reply)
    sheet.text(brief.brief(reply.passage.text, weigh, lang))
    if reply.beside:
        rest(sheet, [changed(reply.beside, text=brief.brief(reply.beside.text, weigh, lang, _BESIDE))])
    if not reply.further and reply.passage.part != "fix" and (fix := _fix(reply, entry)):
        sheet.items(Text("Fix", "怎么办"), fix[:2], "→ ")
    for other in reply.compared[1:]:
        if other in library:
            sheet.gap()
            sheet.item("", titles(library[other], lang), "title", indent="")
            sheet.text(text_of(library[other], "summary", lang))
    sheet.gap()
    _standing(sheet, reply, entry)
    sheet.gap()
    related = [*reply.others, *(one for one in entry.related if one not in reply.others)][:4]
    sure = next(word for bound, word in _SURE if reply.confidence >= bound).of(lang)
    percent = (
        f"{100 * min(0.99, reply.confidence):.0f} %" if lang == "en" else f"{100 * min(0.99, reply.confidence):.0f}%"
    )
    sheet.item(
        "",
        Text(
            f"{sure} ({percent}) · {KINDS[entry.kind].en} {entry.id}",
            f"{sure}（{percent}）· {KINDS[entry.kind].zh} {entry.id}",
        ).of(lang),
        "dim",
        indent="",
    )
    sheet.item(
        "", Text(f"whole page: kb lookup {entry.id}", f"完整页面：kb lookup {entry.id}").of(lang), "link", indent=""
    )
    if related:
        sheet.item(
            "",
            Text("see also: ", "相关：").of(lang) + ("、" if lang == "zh" else ", ").join(related),
            "link",
            indent="",
        )
    if entry.kind == "polyp":
        sheet.item("", NOTICE.of(lang), "dim", indent="")


def _fix(reply: Reply, entry: Entry) -> list[str]:
    """What to do, first what speaks of the message where one was pasted."""
    items = list(text_of(entry, "fix", reply.lang))
    return clause.first(items, errors.sayings(reply.question)) if _of_a_message(reply) else items


def _weigh(reply: Reply) -> Callable[[Sequence[str]], Sequence[float]]:
    """What the parts of a long passage are weighed by: what quotes a message, or speaks of a question."""
    if _of_a_message(reply):
        said = errors.sayings(reply.question)
        return lambda units: clause.quoted(units, said)
    asked = reply.terms or dict.fromkeys(terms(reply.question), 1.0)
    return lambda units: brief.speaking(asked, units)


def _of_a_message(reply: Reply) -> bool:
    return bool(reply.error) or reply.nearest


def rest(sheet: Sheet, pieces: Iterable[Passage]) -> None:
    """Pieces of a page, each part below its heading: what holds only at times must not read like a rule."""
    part = ""
    for one in pieces:
        if one.part != part and one.part in HEADINGS:
            sheet.heading(HEADINGS[one.part])
        else:
            sheet.gap()
        part = one.part
        sheet.text(one.text)


def _standing(sheet: Sheet, reply: Reply, entry: Entry) -> None:
    """The standing of the passage itself where it is a claim, else the claims that back what the page says."""
    assert reply.passage
    lang = sheet.lang
    itself = reply.passage.key if reply.passage.part == "claim" else ""
    for key in _backing(reply):
        claim = entry.claims[key]
        says = "" if key == itself else ((entry.zh.claims.get(key, "") if lang == "zh" else "") or claim.says)
        sheet.item(
            f"{evidence.mark(entry, claim)} ",
            says or evidence.LEGEND[claim.standing].of(lang).split(" ", 1)[1],
            "mark",
            indent="",
        )
    for key in _cited(reply, entry):
        number = list(entry.references).index(key) + 1
        sheet.item(f"[{number}] ", evidence.source(entry.references[key]), "dim", indent="")


def _backing(reply: Reply) -> list[str]:
    """The claims whose standing is told: the passage itself where it is one, and those that back it."""
    itself = [reply.passage.key] if reply.passage and reply.passage.part == "claim" else []
    return list(dict.fromkeys((*itself, *reply.backing)))


def _cited(reply: Reply, entry: Entry) -> list[str]:
    """The references of the claims that back the answer."""
    return list(
        dict.fromkeys(cite for key in _backing(reply) for cite in entry.claims[key].cites if cite in entry.references)
    )


def place(frame: errors.Frame | None, lang: Lang, width: int) -> list[Line]:
    """The line of the user's code to look at, and an empty line; nothing when the traceback has none."""
    sheet = Sheet(lang, width)
    if frame:
        _frame(sheet, frame)
        sheet.gap()
    return sheet.lines


def _frame(sheet: Sheet, frame: errors.Frame) -> None:
    where = f"{frame.path}:{frame.line}" + (f", {frame.where}" if frame.where else "")
    sheet.item("", Text(f"look at {where}", f"请看 {where}").of(sheet.lang), "heading", indent="")
    if frame.code:
        sheet.code(frame.code)


def _offer(sheet: Sheet, ids: tuple[str, ...], library: Library) -> None:
    for name in ids:
        sheet.item(f"{name}  ", titles(library[name], sheet.lang), "link")
