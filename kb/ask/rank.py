"""Which entries a question may be about: found by terms, then put in order by how well their names fit as well."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kb.ask import intent
from kb.ask.errors import Likeness
from kb.ask.han import sound, syllables
from kb.ask.index import Index, Name, Term
from kb.ask.query import Query
from kb.near import Letters
from kb.words import fold, has_han

_CANDIDATES = 40
_MANY = 1_000  # entries; a library of a few hundred is always searched in full
_PLENTY = 30.0  # the weight of some six rare words: nobody needs more to say what a question is about
_SHORT = 40  # letters of a question that may be a name and nothing else
_ALIKE = 0.7
_ARTICLE = re.compile(r"^\s*(?:(?:a|an|the)\s|请问|请教)")
SAID = 0.97  # how alike two names are that only sound the same
_SEVERAL = 3  # of the questions asked of a page, those most like this one that count together


@dataclass
class Candidate:
    """An entry by number with what speaks for it; every figure but ``bm25`` lies in [0, 1]."""

    number: int
    bm25: float = 0.0
    share: float = 0.0
    matter: float = 0.0
    covered: float = 0.0
    core: float = 0.0
    name: float = 0.0
    asked: float = 0.0
    several: float = 0.0
    held: float = 0.0
    spelled: float = 0.0
    error: float = 0.0
    template: str = ""

    def facts(self) -> dict[str, float]:
        """The figures by name."""
        figures = ("bm25", "share", "matter", "covered", "core", "name", "asked", "several", "held", "spelled", "error")
        return {figure: float(getattr(self, figure)) for figure in figures}


def candidates(
    query: Query, index: Index, alike: Sequence[Likeness] = (), only: Collection[int] | None = None
) -> list[Candidate]:
    """The likeliest entries with what speaks for each; those whose error templates are ``alike`` among them.

    Where ``only`` is given, no other entries are looked at.
    """
    found: defaultdict[int, float] = defaultdict(float)
    weights = query.terms | query.also
    weighed = sorted(((index.table[term], weight) for term, weight in weights.items()), key=_how_common)
    for term, weight in weighed:
        worth = weight * term.rarity
        if len(found) > _MANY and len(term.entries) > _MANY:  # a common word finds nobody new among so many
            for number in found:
                found[number] += worth * term.at(number)[0]
        else:
            for number, strength in zip(term.entries, term.worth, strict=True):
                found[number] += worth * strength
    if only is not None:
        found = defaultdict(float, {number: bm25 for number, bm25 in found.items() if number in only})
        alike = [one for one in alike if one.number in only]
    best = sorted(found.items(), key=lambda one: (-one[1], one[0]))[:_CANDIDATES]
    chosen = {number: Candidate(number, bm25) for number, bm25 in best}
    longest = max((one.length for one in alike), default=1)
    for like in alike:
        one = chosen.setdefault(like.number, Candidate(like.number, found.get(like.number, 0.0)))
        error = like.score * (0.8 + 0.2 * like.length / longest)
        if error > one.error:
            one.error, one.template = error, like.template
    shares = {term: min(1.0, query.terms.get(term) or query.also[term]) for term in weights}
    worths = {term: share * index.table[term].rarity for term, share in shares.items()}
    return [_measured(one, query, index, worths) for one in chosen.values()]


def _how_common(one: tuple[Term, float]) -> int:
    return len(one[0].entries)


def unknown(query: Query, index: Index) -> float:
    """The share of the question, in [0, 1], that is words no entry holds."""
    whole = total(query, index)
    return (whole - sum(weight * index.table[term].rarity for term, weight in query.terms.items())) / (whole or 1.0)


def mended(query: Query, index: Index) -> float:
    """The share of the question, in [0, 1], that is words known only after repair."""
    words = set(query.repaired.values())
    return sum(query.terms[term] * index.table[term].rarity for term in words) / (total(query, index) or 1.0)


def total(query: Query, index: Index) -> float:
    """How much the whole question weighs, unknown terms included."""
    whole = rarest(index) * _PLENTY
    return sum(weight * index.table[term].rarity for term, weight in query.terms.items()) + sum(
        times * (1.0 if len(term) > 1 else 0.15) * whole for term, times in query.unknown.items()
    )


def rarest(index: Index) -> float:
    """The `Candidate.matter` of a word that stands in one entry only."""
    return math.log(1 + 2 * len(index.ids)) / _PLENTY


class _Spelling:
    """Compares a short question with names letter for letter, and by their sound."""

    def __init__(self, text: str) -> None:
        folded = dict.fromkeys(fold(one) for one in (text, _ARTICLE.sub("", intent.bare(text))))
        keys = [key for key in folded if 1 < len(key) <= _SHORT]
        self._keys = [Letters(key) for key in keys]
        self._said = [Letters(_sounded(key)) for key in keys if has_han(key) or syllables(key)]

    def likeness(self, key: str) -> float:
        """How alike the two are in [0, 1], 0 below `_ALIKE`; the question counts whole or without its "what is"."""
        alike = [one.alike(key, _ALIKE) for one in self._keys]
        if self._said and has_han(key):
            alike += [SAID * one.alike(_sounded(key), _ALIKE) for one in self._said]
        return max(alike, default=0.0)


@lru_cache(maxsize=100)
def _spelling(text: str) -> _Spelling:
    return _Spelling(text)


@lru_cache(maxsize=100_000)
def _sounded(key: str) -> str:
    """``key`` as it sounds: pinyin for Chinese characters and for pinyin, other letters as they are."""
    if not has_han(key):
        return "".join(syllables(key)) or key
    return "".join(sound(char) or char for char in key)


def _measured(one: Candidate, query: Query, index: Index, worth: Mapping[str, float]) -> Candidate:
    whole = total(query, index) or 1.0
    known = [(index.table[term], weight) for term, weight in query.terms.items()]
    one.share = one.bm25 / whole
    one.covered = sum(weight * term.rarity for term, weight in known if term.at(one.number)[0]) / whole
    one.matter = min(1.0, one.covered * whole / _PLENTY)
    one.core = sum(weight * term.rarity for term, weight in known if term.at(one.number)[1]) / whole
    spelling = _spelling(query.text)
    for name in index.names[one.number]:
        one.spelled = max(one.spelled, spelling.likeness(name.key))
        if not name.mass:
            continue
        of_name, of_question = _shared(worth, name, whole)
        one.name = max(one.name, _fit(of_name, of_question))
        one.held = max(one.held, of_name * min(1.0, name.mass / 8))
    fits = sorted((_fit(*_shared(worth, name, whole)) for name in index.asked[one.number]), reverse=True)
    one.asked, one.several = max(fits, default=0.0), sum(fits[:_SEVERAL]) / _SEVERAL
    return one


def _shared(worth: Mapping[str, float], name: Name, whole: float) -> tuple[float, float]:
    """The shares of a name and of the question, which weighs ``whole``, that both have in common."""
    shared = sum([worth[term] for term in name.terms if term in worth])
    return min(1.0, shared / (name.mass or 1.0)), shared / whole


def _fit(of_name: float, of_question: float) -> float:
    return 2 * of_name * of_question / (of_name + of_question) if of_name else 0.0
