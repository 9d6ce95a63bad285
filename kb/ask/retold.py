"""The page whose template says in English what a translated message says in Chinese, and how sure that is."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from kb.ask import translated
from kb.ask.index import Index
from kb.ask.templates import Template
from kb.ask.translated import Said
from kb.ask.wordings import rarity
from kb.noun import noun

LIMITS = {"answer": 0.5, "suggest": 0.2}  # how sure a page is that answers, and that is offered
_READ, _COMPARED = 4_000, 120  # templates that are read for a word, and that are compared in full
_UNKNOWN, _UNREAD = 0.6, 0.15  # what a word counts, of the rarest one, that no template has, and an unknown character
_NAMED = 0.4  # how much a name of the message counts, against a word, that the template has not: it has a star for it
_WORDS = 3  # that a message and a template share, if they are not all of the template
_DIGITS = 1.5  # and a number that a template gives
_BIAS, _WEIGHTS = -15.93, (3.71, 5.36, 4.0, 4.88)  # by `benchmarks/ask/tune_retold.py`, of what `probability` weighs


@noun(frozen=True)
class Retold:
    """A page by number, and how near its nearest template comes to a translated message.

    ``precise`` is the share of the message that the template says, ``recalled`` that of the template which the message
    says, both in [0, 1], ``like`` their mean; ``shared`` is what the words weigh that both have.
    """

    number: int
    like: float = 0.0
    precise: float = 0.0
    recalled: float = 0.0
    shared: float = 0.0


def ranked(message: str, index: Index) -> list[Retold]:
    """The pages whose templates come nearest to ``message``, the likeliest first."""
    said = translated.read(message)
    meant = (*said.names, *(words for meanings in said.pieces for words in meanings))
    worth = _worth(set().union(*meant), index)
    found: defaultdict[int, float] = defaultdict(float)
    for word, value in worth.items():
        if row := index.wordings.words.get(word):
            for place in row.templates[:_READ]:
                found[place] += value
    pages: dict[int, Retold] = {}
    for place in heapq.nlargest(_COMPARED, found, key=lambda place: (found[place], -place)):
        one = _compared(said, index.errors.every[place], worth, index)
        if one.like > pages.get(one.number, Retold(one.number)).like:
            pages[one.number] = one
    return sorted(pages.values(), key=lambda page: (-page.like, -page.shared, page.number))


def probability(pages: Sequence[Retold]) -> float:
    """How likely it is that the first of these pages explains the message, in [0, 1]; 0 without any."""
    if not pages:
        return 0.0
    z = _BIAS + sum(weight * part for weight, part in zip(_WEIGHTS, parts(pages), strict=True))
    return 1 / (1 + math.exp(-z))


def parts(pages: Sequence[Retold]) -> tuple[float, ...]:
    """What speaks for the first of these pages."""
    first = pages[0]
    lead = first.like - (pages[1].like if len(pages) > 1 else 0.0)
    return first.precise, first.recalled, math.log1p(first.shared), lead


def _compared(said: Said, template: Template, worth: Mapping[str, float], index: Index) -> Retold:
    """How near ``template`` comes to what a message ``said``."""
    if "≈" in template.text and not said.near:
        return Retold(template.number)
    words, numbers = translated.stems(template.text), translated.numbers(template.text)
    shared: set[str] = set()
    agreed = 0.0
    missed = _UNREAD * rarity(0, index.wordings.pages) * said.unread + _NAMED * sum(
        _mass(name - words, worth) for name in said.names
    )
    for meanings in (*said.pieces, *((name & words,) for name in said.names)):
        best = max(meanings, key=lambda meant: _mass(meant & words, worth))
        if best & words:
            shared |= best & words
            agreed += _mass(best & words, worth)
            missed += _mass(best - words, worth)
        else:
            missed += min(_mass(meant, worth) for meant in meanings)
    if not agreed or (len(shared) < _WORDS and shared != words):
        return Retold(template.number)
    whole = _mass(words, _worth(words, index)) + _DIGITS * len(numbers)
    recalled = (_mass(shared, worth) + _DIGITS * len(numbers & said.numbers)) / whole
    precise = agreed / (agreed + missed)
    like = 2 * precise * recalled / (precise + recalled)
    return Retold(template.number, like, precise, recalled, _mass(shared, worth))


def _mass(words: Iterable[str], worth: Mapping[str, float]) -> float:
    return sum(worth[word] for word in words)


def _worth(words: Iterable[str], index: Index) -> dict[str, float]:
    """What each of these words weighs: its rarity, little for one that no template has."""
    table, pages = index.wordings.words, index.wordings.pages
    return {
        word: rarity(row.pages, pages) if (row := table.get(word)) else _UNKNOWN * rarity(0, pages) for word in words
    }
