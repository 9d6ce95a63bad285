"""Which entries a question may be about: those its words speak for, then measured by how well they fit as well."""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence

from kb.ask import confidence, scope, slips
from kb.ask.errors import Likeness
from kb.ask.evidence import Evidence, asked
from kb.ask.index import Index, Names, Term, letters
from kb.ask.query import Query
from kb.ask.spelled import A_SLIP, ALIKE, spelling
from kb.noun import noun

_WIDE = 60  # entries the evidence is weighed for, in a library that is not searched in full
_SPELLED = 24  # of these, whose names are compared letter for letter,
_CANDIDATES = 8  # and that are measured in full; the first four of them are shown
_MANY = 1_000  # entries; a library of a few hundred is always searched in full
_DENSE = 8  # entries of a term to one that is looked for, below which reading them all is quicker
_PLENTY = 30.0  # the weight of some six rare words: nobody needs more to say what a question is about
_NEVER = -math.inf  # the score of an entry that holds none of the words
_SEVERAL = 3  # of the questions asked of a page, those most like this one that count together


@noun(frozen=False)
class Candidate:
    """An entry by number with what speaks for it.

    ``bm25`` is a sum over terms, ``evidence`` one of logarithms (`kb.ask.evidence`), ``likelier`` its mean over the
    words of the question, and ``words`` the logarithm of their number; every other figure lies in [0, 1]. ``called`` is
    how surely the whole question is a name of the entry, exactly or but for one slip, or one that is asked of it word
    for word, else 0.
    """

    number: int
    bm25: float = 0.0
    evidence: float = 0.0
    likelier: float = 0.0
    words: float = 0.0
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
    called: float = 0.0
    template: str = ""

    def facts(self) -> dict[str, float]:
        """The figures by name."""
        return {figure: value for figure, value in vars(self).items() if figure not in ("number", "called", "template")}


def candidates(
    query: Query,
    index: Index,
    alike: Sequence[Likeness] = (),
    only: Collection[int] | None = None,
    named: Iterable[int] = (),
) -> list[Candidate]:
    """The likeliest entries with what speaks for each, and those ``named`` or with error templates ``alike`` anyhow.

    Where ``only`` is given, no other entries are looked at.
    """
    if only is not None:
        alike = [one for one in alike if one.number in only]
    kept = {one.number for one in alike}.union(named if only is None else set(named) & set(only))
    chosen = {one.number: one for one in _likeliest(query, index, kept, only)}
    longest = max((one.length for one in alike), default=1)
    for like in alike:
        one = chosen[like.number]
        error = like.score * (0.8 + 0.2 * like.length / longest)
        if error > one.error:
            one.error, one.template = error, like.template
    measure = _Measure(query, index)
    for one in chosen.values():
        measure.take(one)
    return list(chosen.values())


def _likeliest(query: Query, index: Index, kept: Collection[int], only: Collection[int] | None) -> Iterable[Candidate]:
    """Those that are measured in full: the ones most speaks for, those ``kept``, and those called nearly like that."""
    spelled_as = spelling(query.text)
    names = (*spelled_as.keys, *spelled_as.pinyin)
    named = {number: 1.0 for key in names for number in index.called.get(key) or ()}
    named = named or dict.fromkeys(index.asked.get(letters(query.text)) or (), 1.0) or slips.called(query, index)
    kept = {*kept, *(one for one in named if only is None or one in only)}
    weighed = [(index.table[term], weight) for term, weight in (query.terms | query.also).items()]
    weighed.sort(key=_how_common)
    evidence = Evidence(query.text, index.said, query.repaired.values(), query.meant)
    weigh = confidence.first(query.total or 1.0)
    found: Mapping[int, float] | Sequence[float]
    said: Mapping[int, float] | Sequence[float]
    if len(index.ids) > _MANY or only is not None:
        some = _found(weighed, len(index.ids), kept, only)
        some |= {number: _worth(weighed, number) for number in kept if number not in some}
        if len(index.ids) > _MANY:
            some = {number: some[number] for number in (*_first(some, some.values(), _WIDE), *kept)}
        found, said = some, evidence.of(some)
        order = _first(some, [weigh.bm25 * worth + weigh.evidence * said[number] for number, worth in some.items()])
    else:
        found, said = _worths(weighed, len(index.ids)), evidence.of_all()
        order = _first(range(len(found)), _scores(found, said, weigh, kept))
    words = max(1.0, evidence.weight)
    for place, number in enumerate(dict.fromkeys((*order, *sorted(kept)))):
        least = ALIKE if place < _CANDIDATES or number in kept else A_SLIP
        spelled = spelled_as.likeness(index.names[number], least) if spelled_as.keys else 0.0
        called = named.get(number, 0.0)
        spelled = max(spelled, called)
        if place < _CANDIDATES or spelled >= A_SLIP or number in kept:
            likelier = said[number] / words
            known = Candidate(number, found[number], said[number], likelier, math.log(words))
            known.spelled, known.called = spelled, called
            yield known


def _scores(
    found: Sequence[float], said: Sequence[float], weigh: confidence.First, kept: Collection[int]
) -> list[float]:
    """What speaks for each entry of a library that is searched in full, for those no word is found in nothing."""
    bm25, evidence = weigh.bm25, weigh.evidence
    scores = [bm25 * worth + evidence * nats if worth else _NEVER for worth, nats in zip(found, said, strict=True)]
    for number in kept:
        scores[number] = bm25 * found[number] + evidence * said[number]
    return scores


def _first(numbers: Iterable[int], scores: Collection[float], count: int = _SPELLED) -> list[int]:
    """The so many of these entries with the highest scores, of equals those that come first."""
    least = min(heapq.nlargest(count, scores), default=0.0)
    high = [(-score, number) for number, score in zip(numbers, scores, strict=True) if score >= least]
    return [number for score, number in sorted(high)[:count] if score < -_NEVER]


def _worths(weighed: Iterable[tuple[Term, float]], entries: int) -> list[float]:
    """What the terms are worth in each of so many entries."""
    scores = [0.0] * entries
    for term, weight in weighed:
        worth = weight * term.rarity
        for number, strength in zip(term.entries, term.worth, strict=True):
            scores[number] += worth * strength
    return scores


def _worth(weighed: Iterable[tuple[Term, float]], number: int) -> float:
    """What the terms are worth in one entry."""
    return sum(weight * term.rarity * term.at(number)[0] for term, weight in weighed)


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
        if len(found) > 2 * _WIDE and only is None:
            least = heapq.nlargest(_WIDE, found.values())[-1] - 1.000001 * rest
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
    known = sum(weight * index.table[term].rarity for term, weight in query.terms.items())
    return (query.total - known) / (query.total or 1.0)


def mended(query: Query, index: Index) -> float:
    """The share of the question, in [0, 1], that is words known only after repair."""
    words = set(query.repaired.values())
    return sum(query.terms[term] * index.table[term].rarity for term in words) / (query.total or 1.0)


def ours(query: Query, index: Index) -> float:
    """How much likelier the question is asked here than elsewhere (`kb.ask.scope`)."""
    told = asked(query.text, query.repaired.values(), query.meant)
    return scope.ours(told, index.said, index.elsewhere)


def rarest(index: Index) -> float:
    """The `Candidate.matter` of a word that stands in one entry only."""
    return index.rarest / _PLENTY


class _Measure:
    """What of a question is the same for every candidate: its terms, with what each is worth and weighs in it."""

    def __init__(self, query: Query, index: Index) -> None:
        self._index, self._whole = index, query.total or 1.0
        self._terms = []
        for name in query.terms | query.also:
            term, weight = index.table[name], query.terms.get(name, 0.0)
            worth = min(1.0, weight or query.also[name])
            self._terms.append((term.entries, term.sentences, term.core, term.rarity * worth, term.rarity * weight))

    def take(self, one: Candidate) -> None:
        """Fill in the figures of the candidate."""
        number, names = one.number, self._index.names[one.number]
        first, behind = self._index.firsts[number : number + 2]
        shared: dict[int, float] = {}  # with each of its sentences that holds a term
        covered = central = 0.0
        for entries, sentences, core, worth, weight in self._terms:
            place = bisect_left(entries, number)
            if place < len(entries) and entries[place] == number:
                covered += weight
                central += weight * core[place]
                start = bisect_left(sentences, first)
                for sentence in sentences[start : bisect_left(sentences, behind, start)]:
                    shared[sentence] = shared.get(sentence, 0.0) + worth
        one.share, one.covered, one.core = one.bm25 / self._whole, covered / self._whole, central / self._whole
        one.matter = min(1.0, covered / _PLENTY)
        self._compare(one, names, {sentence - first: worth for sentence, worth in shared.items()})

    def _compare(self, one: Candidate, names: Names, shared: Mapping[int, float]) -> None:
        """What the names, and the questions asked of the page, have in common with this question."""
        fits, keys, masses, whole = [], len(names.keys), names.masses, self._whole
        name = held = 0.0
        for place, both in shared.items():
            mass = masses[place]
            fit = 2 * both / (whole + max(mass, both))
            if place >= keys:
                fits.append(fit)
            else:
                name = max(name, fit)
                held = max(held, min(1.0, both / mass) * min(1.0, mass / 8))
        one.name, one.held = name, held
        fits.sort(reverse=True)
        one.asked, one.several = max(fits, default=0.0), sum(fits[:_SEVERAL]) / _SEVERAL
