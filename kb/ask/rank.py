"""Which entries a question may be about: found by terms, then put in order by how well their names fit as well."""

from __future__ import annotations

import heapq
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import neg

from kb.ask import intent
from kb.ask.errors import Likeness
from kb.ask.han import sound, syllables
from kb.ask.index import Index, Names, Term
from kb.ask.query import Query
from kb.near import Letters
from kb.words import fold, has_han

_CANDIDATES = 40
_MANY = 1_000  # entries; a library of a few hundred is always searched in full
_DENSE = 8  # entries of a term to one that is looked for, below which reading them all is quicker
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
    weights = query.terms | query.also
    if only is not None:
        alike = [one for one in alike if one.number in only]
    weighed = sorted(((index.table[term], weight) for term, weight in weights.items()), key=_how_common)
    found = _found(weighed, len(index.ids), {one.number for one in alike}, only)
    best = heapq.nsmallest(_CANDIDATES, zip(map(neg, found.values()), found, strict=True))
    chosen = {number: Candidate(number, -bm25) for bm25, number in best}
    longest = max((one.length for one in alike), default=1)
    for like in alike:
        one = chosen.setdefault(like.number, Candidate(like.number, found.get(like.number, 0.0)))
        error = like.score * (0.8 + 0.2 * like.length / longest)
        if error > one.error:
            one.error, one.template = error, like.template
    shares = {term: min(1.0, query.terms.get(term) or query.also[term]) for term in weights}
    worths = {term: share * index.table[term].rarity for term, share in shares.items()}
    measure = _Measure(query, index, worths)
    for one in chosen.values():
        measure.take(one)
    return list(chosen.values())


def _found(
    weighed: Sequence[tuple[Term, float]], entries: int, kept: Collection[int], only: Collection[int] | None
) -> dict[int, float]:
    """What the terms, the rarest first, are worth in the entries that can be among the likeliest, and in those kept."""
    scores = [0.0] * entries
    left = list(weighed)
    while left and (len(left[0][0].entries) <= _MANY or entries - scores.count(0.0) <= _MANY):
        term, weight = left.pop(0)
        worth = weight * term.rarity
        for number, strength in zip(term.entries, term.worth, strict=True):
            scores[number] += worth * strength
    found = {number: score for number, score in enumerate(scores) if score}
    if only is not None:
        found = {number: score for number, score in found.items() if number in only}
    left.sort(key=_most, reverse=True)
    rest = sum(map(_most, left))  # what is still to come
    for term, weight in left:  # a common word finds nobody new among so many
        if len(found) > 2 * _CANDIDATES and only is None:
            least = heapq.nlargest(_CANDIDATES, found.values())[-1] - 1.000001 * rest
            found = {number: score for number, score in found.items() if score >= least or number in kept}
        worth = weight * term.rarity
        rest -= _most((term, weight))
        if len(term.entries) < _DENSE * len(found):
            for number, strength in zip(term.entries, term.worth, strict=True):
                if number in found:
                    found[number] += worth * strength
        else:
            for number in found:
                found[number] += worth * term.at(number)[0]
    return found


def _most(one: tuple[Term, float]) -> float:
    """The most a term can add to an entry."""
    return one[1] * one[0].rarity * one[0].most


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
        self._keys = [_Near(key) for key in keys]
        self._said = [_Near(_sounded(key)) for key in keys if has_han(key) or syllables(key)]

    def likeness(self, names: Iterable[str]) -> float:
        """How alike the likest name is in [0, 1], 0 below `_ALIKE`; the question counts whole or without "what is"."""
        most = 0.0
        for key in names:
            for one in self._keys:
                if len(key) in one.lengths:
                    most = max(most, one.letters.alike(key, max(_ALIKE, most)))
            if self._said and has_han(key):
                said = _sounded(key)
                for one in self._said:
                    if len(said) in one.lengths:
                        most = max(most, SAID * one.letters.alike(said, max(_ALIKE, most)))
        return most


class _Near:
    """The letters of a question, and how long a name can be that is `_ALIKE`."""

    def __init__(self, key: str) -> None:
        self.letters = Letters(key)
        ours = len(key)
        self.lengths = {n for n in range(2 * ours + 1) if min(n, ours) >= _ALIKE * max(n, ours)}


@lru_cache(maxsize=100)
def _spelling(text: str) -> _Spelling:
    return _Spelling(text)


@lru_cache(maxsize=100_000)
def _sounded(key: str) -> str:
    """``key`` as it sounds: pinyin for Chinese characters and for pinyin, other letters as they are."""
    if not has_han(key):
        return "".join(syllables(key)) or key
    return "".join(sound(char) or char for char in key)


class _Measure:
    """What of a question is the same for every candidate: ``worth`` of its terms, and those of like meaning."""

    def __init__(self, query: Query, index: Index, worth: Mapping[str, float]) -> None:
        self._index, self._worth = index, list(worth.items())
        self._whole = total(query, index) or 1.0
        known = [(index.table[term], weight) for term, weight in query.terms.items()]
        self._known = [(term, weight * term.rarity) for term, weight in known]
        self._spelling = _spelling(query.text)

    def take(self, one: Candidate) -> None:
        """Fill in the figures of the candidate."""
        held = [(weight, term.at(one.number)) for term, weight in self._known]
        one.share = one.bm25 / self._whole
        one.covered = sum([weight for weight, (worth, _) in held if worth]) / self._whole
        one.matter = min(1.0, one.covered * self._whole / _PLENTY)
        one.core = sum([weight for weight, (_, core) in held if core]) / self._whole
        names = self._index.names[one.number]
        one.spelled = self._spelling.likeness(names.keys)
        self._compare(one, names)

    def _compare(self, one: Candidate, names: Names) -> None:
        """What the names, and the questions asked of the page, have in common with this question."""
        shared = [0.0] * len(names.masses)
        for term, worth in self._worth:
            for holder in names.holders.get(term, ""):
                shared[ord(holder)] += worth
        fits = []
        for place, (mass, both) in enumerate(zip(names.masses, shared, strict=True)):
            if not both:
                continue
            of_name, of_question = min(1.0, both / (mass or 1.0)), both / self._whole
            fit = 2 * of_name * of_question / (of_name + of_question)
            if place >= len(names.keys):
                fits.append(fit)
            elif mass:
                one.name = max(one.name, fit)
                one.held = max(one.held, of_name * min(1.0, mass / 8))
        fits.sort(reverse=True)
        one.asked, one.several = max(fits, default=0.0), sum(fits[:_SEVERAL]) / _SEVERAL
