"""Look a pasted error up: the page whose template its message fits, and the user's own line in the traceback."""

from __future__ import annotations

from kb.ask import errors
from kb.ask.index import Index
from kb.library import Library
from kb.search import Answer, Match, cleaned


def explained(library: Library, index: Index, text: str) -> tuple[Answer, errors.Frame | None] | None:
    """The page of the error in ``text`` and the line to look at; None when no template fits."""
    found = errors.recognise(text, index.errors)
    if not found:
        return None
    message = cleaned(errors.messages(text)[0])
    matches: dict[str, Match] = {}
    for like in found:
        entry = library[index.ids[like.number]]
        matches.setdefault(entry.id, Match(entry, like.template, round(like.score, 3)))
    first = next(iter(matches.values()))
    return Answer(message, tuple(matches.values())[:3], first.entry, taken=first.name), errors.users_frame(text)
