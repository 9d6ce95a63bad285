"""Shorten a long passage to the paragraphs and items that speak of the question, each whole and in their order."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from kb.ask.regex import regex
from kb.ask.terms import terms
from kb.text import Lang

_LONG = {"en": 900, "zh": 420}  # characters that are read at a glance
_UNIT = regex(r"\n\s*\n|\n(?=\s*(?:- |\d+\. ))")  # between paragraphs, and before each item of a list
_ITEM = regex(r"\s*(?:- |\d+\. )")
_BESIDE = 0.3  # how much of what the best unit says of the question one beside it says at least
_LEFT_OUT = "…"


def brief(text: str, weigh: Callable[[Sequence[str]], Sequence[float]], lang: Lang, share: float = 1.0) -> str:
    """``text``, or of a long one what speaks most of what is asked, with ``…`` for what is left out; code is never cut.

    ``weigh`` tells of its paragraphs and items how much each does; where none does, the first ones are kept. ``share``
    is of the length that is read at a glance.
    """
    most = share * _LONG[lang]
    if len(text) <= most or "```" in text:
        return text
    units = _UNIT.split(text)
    worth = weigh(units)
    kept: set[int] = set()
    length = 0
    for place in sorted(range(len(units)), key=lambda place: (-worth[place], place)):
        if worth[place] < _BESIDE * max(worth):
            break
        new = {place, *_introducing(units, place)} - kept
        length += sum(len(units[one]) for one in new)
        if kept and length > most:
            break
        kept |= new
    return _joined(units, kept)


def speaking(asked: Mapping[str, float], units: Sequence[str]) -> list[float]:
    """How much each unit speaks of a question of which each term tells as much as ``asked`` says.

    A term counts the more, the fewer units hold it.
    """
    held = [set(terms(unit)) for unit in units]
    common = Counter(term for one in held for term in one)
    return [
        sum(tells * math.log(len(units) / common[term]) for term, tells in asked.items() if term in one) for one in held
    ]


def _introducing(units: Sequence[str], place: int) -> Sequence[int]:
    """The unit that an item stands below, if it ends in a colon."""
    if _ITEM.match(units[place]):
        above = next((one for one in range(place - 1, -1, -1) if not _ITEM.match(units[one])), None)
        if above is not None and units[above].rstrip().endswith((":", "：")):
            return (above,)
    return ()


def _joined(units: Sequence[str], kept: set[int]) -> str:
    """The units that are kept, items one below the other, and a sign wherever some are left out."""
    told: list[str] = []
    for place, unit in enumerate(units):
        if place in kept:
            apart = "\n" if told and _ITEM.match(unit) and (_ITEM.match(told[-1]) or place - 1 in kept) else "\n\n"
            told.append((apart if told else "") + unit)
        elif not told or told[-1] != f"\n\n{_LEFT_OUT}":
            told.append(f"\n\n{_LEFT_OUT}")
    return "".join(told).strip()
