"""Notice a question that takes a myth for granted, so that its answer can begin with the correction."""

from __future__ import annotations

from collections.abc import Mapping

from kb.ask.index import Index
from kb.ask.regex import Either
from kb.ask.terms import terms
from kb.entry import Entry, Myth
from kb.text import Lang

_YES_OR_NO = Either(
    r"^\s*(?:does|do|is|are|can|will|should|did|has|so|but)\b|\bright\?|isn't|doesn't|don't"
    r"|i (?:heard|read|thought)|people say",
    "吗|是不是|是否|会不会|能不能|可不可以|有没有|对不对|还会|难道|听说|据说|都说|[？?]?$(?<=吧)",
)
_SAME = 0.5  # the share of a myth's matter, apart from the name of the thing, that the question must say


def premise(entry: Entry, question: str, weights: Mapping[str, float], index: Index, lang: Lang) -> str | None:
    """The key of the myth that ``question`` presupposes or asks about; None when it takes none for granted."""
    if not _YES_OR_NO.within(question.casefold()):
        return None
    best, best_fit = None, _SAME
    asked = sum(index.weight(term) * min(1.0, weight) for term, weight in weights.items()) or 1.0
    for key, myth in entry.myths.items():
        says = said(entry, key, myth, lang)[0]
        matter = {term: index.weight(term) for term in terms(says)}
        whole = sum(matter.values())
        shared = sum(value for term, value in matter.items() if term in weights)
        fit = 2 * shared / (whole + min(whole, asked)) if whole else 0.0
        if fit > best_fit:
            best, best_fit = key, fit
    return best


def said(entry: Entry, key: str, myth: Myth, lang: Lang) -> tuple[str, str]:
    """What the myth says and what is true, in ``lang``."""
    other = entry.zh.myths.get(key) if lang == "zh" else None
    return (other.says, other.truth) if other else (myth.says, myth.truth)
