"""Understand a question that compares two things: which pages it sets side by side."""

from __future__ import annotations

import re

from kb.entry import Entry
from kb.library import Library
from kb.search import lookup

_SIDES = re.compile(
    r"(?:请问)?\s*(?P<a>.+?)\s*(?:和|与|跟|同|及|、|vs\.?|versus)\s*(?P<b>.+?)\s*(?:之间)?(?:的|有|到底|究竟|有什么|有何)*(?:区别|不同|差别|不一样|哪个好|怎么选)"
    r"|differences? between (?P<c>.+?) and (?P<d>.+?)[?.!]*$"
    r"|^(?P<e>.+?) (?:vs\.?|versus|compared (?:to|with)) (?P<f>.+?)[?.!]*$",
    re.IGNORECASE,
)


def sides(library: Library, question: str, answer: Entry) -> tuple[str, ...]:
    """The ids set side by side, that of ``answer`` first; nothing unless two pages of their own are named."""
    found = _SIDES.search(question)
    if not found:
        return ()
    named = [one.strip() for one in found.groups() if one]
    pages = [lookup(library, one).entry for one in named if any(char.isalnum() for char in one) and len(one) < 60]
    ids = [page.id for page in pages if page is not None]
    if len(ids) != len(named) or len(set(ids)) != len(ids) or answer.id not in ids:
        return ()
    return (answer.id, *(one for one in ids if one != answer.id))
