"""The nearest cause of an error whose message no page has: which page, and how sure that is.

The words of the message are compared with the templates of each page and with all it says, its code included, and so
are the lines of code the error passed through. The weights are fitted on messages that were left out of their pages,
by `benchmarks/ask/tune_nearest.py`; no weight of plain questions is used, for those are asked in other words.
"""

from __future__ import annotations

import heapq
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache

from kb import beside
from kb.ask import traced
from kb.ask.evidence import Evidence
from kb.ask.index import Index, Term
from kb.ask.regex import regex
from kb.ask.templates import OPEN, masked
from kb.ask.terms import DENIED, SOUND, latin, terms
from kb.ask.traced import Traced
from kb.ask.wordings import Near, Nearness
from kb.noun import noun

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_CANDIDATES = 9  # pages that are compared in full by each of three measures
_READ = 20_000  # places of terms that are read to find some of them, the rarest terms first
_VOTING = 20  # templates that vote
_LETTERS, _SHORT = 4, 25  # that are compared at a time, and how many of these a template has if it is not short
_NOTHING = Near()
_RAISED = regex(r"\b([A-Z]\w*(?:Error|Exception|Warning|Interrupt|Exit))\b")
_AHEAD = ("best", "nats")  # facts of the first page that are held against those of all others


@noun(frozen=True)
class Ranked:
    """A page by number with what speaks for it, and its score."""

    number: int
    facts: dict[str, float]
    score: float


def ranked(error: Traced, index: Index) -> list[Ranked]:
    """The pages that may explain ``error``, best first."""
    message = traced.said(error.message)
    near = index.wordings.near(message)
    head, whole, passed, raised = (
        list(_known(text, index)) for text in (error.head, message, error.calls, error.raised)
    )
    kind = [*filter(None, map(index.table.get, _exception(error.message)))]
    numbers = {*_first(near.pages, "best"), *_first(near.pages, "together"), *_holding(head, index)}
    evidence = Evidence(error.head, index.said)
    nats, words = evidence.of(numbers), max(1.0, evidence.weight)
    votes, letters = _votes(near, index), _letters(near, error.head, index)
    all_told = sum(term.rarity for term in whole) + index.rarest * _unknown(message, index) or 1.0
    there = sum(term.rarity for term in raised) or 1.0
    pages = []
    for number in numbers:
        like = near.pages.get(number, _NOTHING)
        held = sum(_holds(index, program, number) for program in error.programs)
        facts = {
            "bm25": _worth(head, number),
            "share": _worth(whole, number) / all_told,
            "best": like.best,
            "together": like.together,
            "said": like.said,
            "votes": votes.get(number, 0.0),
            "letters": letters.get(number, 0.0),
            "nats": nats[number] / words,
            "passed": _worth(passed, number),
            "raised": _worth(raised, number) / there,
            "class": _worth(kind, number),
            "held": float(held),
            "foreign": float(len(error.programs) - held),
        }
        pages.append(Ranked(number, facts, 0.0))
    return ordered(pages, weights()["order"])


def ordered(pages: Iterable[Ranked], order: Mapping[str, float]) -> list[Ranked]:
    """These pages, best first; the facts of the first tell by how much it leads."""
    found = [
        Ranked(one.number, one.facts, sum(weight * one.facts[name] for name, weight in order.items())) for one in pages
    ]
    found.sort(key=lambda one: (-one.score, one.number))
    if found:
        first, *others = found
        ahead = {
            f"{name} ahead": first.facts[name] - max((o.facts[name] for o in others), default=0.0) for name in _AHEAD
        }
        first.facts.update(ahead, odds=1 / sum(math.exp(one.score - first.score) for one in found))
    return found


def probability(facts: Mapping[str, float], fitted: Mapping[str, float]) -> float:
    """How likely it is that the first page, of these facts, explains the error, in [0, 1]."""
    z = fitted["bias"] + sum(weight * facts[name] for name, weight in fitted.items() if name != "bias")
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


@cache
def weights() -> Any:
    """The weights `benchmarks/ask/tune_nearest.py` fitted."""
    return json.loads(beside.text(__file__, "nearest.json"))


def _first(near: Mapping[int, Near], part: str) -> Iterable[int]:
    """The pages that come nearest, by the best template or by all of them together."""
    return heapq.nlargest(_CANDIDATES, near, key=lambda page: (getattr(near[page], part), -page))


def _holding(head: Iterable[Term], index: Index) -> Iterable[int]:
    """The pages with templates that have most of these terms, as far as the rarer ones tell."""
    left = _READ
    found: defaultdict[int, float] = defaultdict(float)
    for term in sorted(head, key=lambda term: len(term.entries)):
        left -= len(term.entries)
        if left < 0:
            break
        for number, worth in zip(term.entries, term.worth, strict=True):
            found[number] += term.rarity * worth
    having = index.wordings.having
    return heapq.nlargest(_CANDIDATES, found.keys() & having, key=lambda number: (found[number], -number))


def _votes(near: Nearness, index: Index) -> Mapping[int, float]:
    """How many of the nearest templates each page has, in [0, 1], nearer ones counting more."""
    found: defaultdict[int, float] = defaultdict(float)
    for place, like in near.first[:_VOTING]:
        found[index.wordings.owners[place]] += like * like
    whole = sum(found.values())
    return {number: votes / whole for number, votes in found.items()}


def _letters(near: Nearness, head: str, index: Index) -> Mapping[int, float]:
    """Which share of the letters of its templates, several at a time, the message has in common with each page."""
    found: defaultdict[int, float] = defaultdict(float)
    said = _pieces(head)
    for place, _ in near.first:
        own = _pieces(index.errors.every[place].text)
        share = len(own & said) / max(_SHORT, len(own))
        number = index.wordings.owners[place]
        found[number] = max(found[number], share)
    return found


@lru_cache(maxsize=2_000)
def _pieces(text: str) -> frozenset[str]:
    text = f" {masked(OPEN.sub(' ', text))} "
    return frozenset(text[start : start + _LETTERS] for start in range(len(text) - _LETTERS + 1))


def _exception(message: str) -> Sequence[str]:
    """The name of the exception as a term; none where ``message`` names none."""
    found = _RAISED.findall(message)
    return latin(found[-1])[-1:] if found else ()


def _known(text: str, index: Index) -> Iterator[Term]:
    """The terms of ``text`` that some page has; a slip in a word is not mended, for it was no person who wrote it."""
    return filter(None, map(index.table.get, dict.fromkeys(_terms(text))))


def _unknown(text: str, index: Index) -> int:
    return sum(term not in index.table for term in dict.fromkeys(_terms(text)))


def _terms(text: str) -> Iterator[str]:
    return (term for term in terms(text) if not term[0].isdigit() and term[0] not in (SOUND, DENIED))


def _holds(index: Index, program: str, number: int) -> bool:
    """Whether the page speaks of ``program`` anywhere."""
    found = [index.table.get(term) for term in _terms(program)]
    return bool(found) and all(term is not None and term.at(number)[0] > 0 for term in found)


def _worth(words: Iterable[Term], number: int) -> float:
    return sum(term.rarity * term.at(number)[0] for term in words)
