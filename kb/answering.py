"""Say what a look-up gave: the page, the choice of meanings, or the nearest names; and list pages."""

from __future__ import annotations

from kb.naming import KINDS, titles
from kb.sheet import Sheet
from kb.text import Text
from kb.words import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.entry import Entry
    from kb.printed import Card
    from kb.prose import Line
    from kb.search import Answer, Names
    from kb.text import Lang

NEAREST = Text(
    "No page has this very message; this is the nearest cause:", "没有条目收录这条报错，下面是最接近的原因："
)
_ROOMY = 80  # columns; on a narrower screen the titles stand below their id


def answer(found: Answer, library: Names, lang: Lang, width: int) -> list[Line]:
    """The lines to show for ``found``."""
    sheet = Sheet(lang, width)
    if found.taken:
        sheet.item("", _taken(found).of(lang), "dim", indent="")
        sheet.gap()
    if found.nearest:
        sheet.item("", NEAREST.of(lang), "dim", indent="")
    if found.meanings:
        _choice(sheet, found, library)
    if found.entry:
        sheet.gap()
        sheet.blocks += library.blocks(found.entry, lang)
    elif not found.meanings:
        _nearest(sheet, found)
    return sheet.lines


def listing(entries: Iterable[Entry | Card], lang: Lang, width: int) -> list[Line]:
    """Each id with both titles, kind by kind."""
    sheet = Sheet(lang, width)
    pages = list(entries)
    for kind, name in KINDS.items():
        chosen = [page for page in pages if page.kind == kind]
        if not chosen:
            continue
        sheet.heading(Text(f"{name.en} ({len(chosen)})", f"{name.zh}（{len(chosen)}）"))
        column = min(max(len(page.id) for page in chosen), 2 * width // 5) if width >= _ROOMY else 2
        for page in chosen:
            if len(page.id) > column:
                sheet.item("", page.id)
            beside = page.id if len(page.id) <= column else ""
            sheet.item(f"{beside.ljust(column)}  ", titles(page, lang))
    return sheet.lines


def right_code(entry: Entry) -> list[str]:
    """The code of a page that is right to copy."""
    return [snippet.code for snippet in entry.snippets.values() if not snippet.faulty] + [entry.fixed] * bool(
        entry.fixed
    )


def _taken(found: Answer) -> Text:
    word = _short(found.query)
    return Text(f"“{word}” taken for “{found.taken}”", f"没有“{word}”，按最接近的“{found.taken}”查询")


def _choice(sheet: Sheet, found: Answer, library: Names) -> None:
    word = _short(found.query)
    sheet.item(
        "", Text(f"“{word}” means more than one thing:", f"“{word}”有多种含义：").of(sheet.lang), "heading", indent=""
    )
    for number, meaning in enumerate(found.meanings, 1):
        first, second = (meaning.zh, meaning.en) if sheet.lang == "zh" else (meaning.en, meaning.zh)
        sheet.item(f"{number}. ", first if fold(first) == fold(second) else f"{first} · {second}")
        if meaning.entry in library:
            sheet.item("", f"kb lookup {meaning.entry}", "link", indent="     ")


def _nearest(sheet: Sheet, found: Answer) -> None:
    word = _short(found.query)
    sheet.item("", Text(f"no page is called “{word}”", f"没有名为“{word}”的页面").of(sheet.lang), "heading", indent="")
    if not found.matches:
        hint = Text("`kb list` shows every page", "`kb list` 列出所有页面")
        sheet.item("", hint.of(sheet.lang), "dim", indent="")
        return
    sheet.item("", Text("did you mean", "是不是想查").of(sheet.lang), indent="")
    for match in found.matches:
        title = titles(match.entry, sheet.lang)
        named = "" if fold(match.name) in fold(title) or match.name == match.entry.id else f" ({match.name})"
        sheet.item(f"{match.entry.id}  ", f"{title}{named}", "link")


def _short(query: str) -> str:
    return query if len(query) <= 60 else f"{query[:57]}..."
