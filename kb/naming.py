"""What a page is called: its kind and its titles, in either language."""

from __future__ import annotations

from kb.text import Text
from kb.words import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from kb.entry import Entry
    from kb.printed import Card
    from kb.text import Lang

KINDS = {
    "polyp": Text("polyp", "息肉"),
    "dataset": Text("data set", "数据集"),
    "concept": Text("concept", "概念"),
    "pitfall": Text("pitfall", "代码陷阱"),
    "symptom": Text("symptom", "训练症状"),
}


def titles(page: Entry | Card, lang: Lang) -> str:
    """Both titles, the page's language first, so that either can be copied; once when they are the same."""
    first, second = (page.zh.title, page.title) if lang == "zh" else (page.title, page.zh.title)
    return first if fold(first) == fold(second) else f"{first} · {second}"
