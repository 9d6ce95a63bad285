"""Look up what may be a name or a pasted error: the page, and the user's own line in the traceback."""

from __future__ import annotations

from collections.abc import Callable

from kb import search
from kb.ask import errors, reply
from kb.ask.index import Index
from kb.collection import Library
from kb.problem import Problem
from kb.search import Answer, Match


def looked_up(library: Library, known: Callable[[], Index], text: str) -> tuple[Answer, errors.Frame | None]:
    """What the name or the message ``text`` leads to, and the line to look at; raises `Problem` when it is neither.

    A message, and a sentence that no page is called, lead to what a question with it is answered by; ``known`` is
    called only for these.
    """
    if search.is_message(text):
        try:
            return explained(library, known(), text)
        except Problem:
            return search.lookup(library, text), None
    named = search.lookup(library, text)
    exact = named.found and not named.taken
    if exact or not search.may_be_message(text):
        return named, None
    found, frame = explained(library, known(), text)
    fits = found.taken or (found.entry and not named.found)
    return (found, frame) if fits else (named, None)


def explained(library: Library, index: Index, text: str) -> tuple[Answer, errors.Frame | None]:
    """How a question with the message ``text`` is answered, as a look-up; raises `Problem` when it is no text."""
    found = reply.reply(library, index, text)
    page = library[found.entry] if found.entry else None
    names = dict.fromkeys(name for name in (found.entry, *found.others) if name)
    matches = tuple(Match(library[name], found.error or name, round(found.confidence, 3)) for name in names)
    message = search.cleaned(errors.messages(text)[0])
    return Answer(message, matches, page, taken=found.error, nearest=found.nearest), found.frame
