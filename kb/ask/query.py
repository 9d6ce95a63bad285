"""A question as weighted terms: what was typed, repaired where no entry knows the word, and pinyin read as Chinese."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field

from kb.ask import alike
from kb.ask.han import syllables
from kb.ask.index import Index
from kb.ask.terms import SOUND, han_runs, latin, latin_words, plain, sounds

_SINGLE = 0.15  # a single Chinese character says little
_SOUND = 0.25  # the sound of a pair that stands in some entry as it was typed,
_HOMOPHONE = 0.7  # and of one that stands in none: then it is probably a slip
_PINYIN = 0.8  # two syllables of pinyin in Latin letters
_ALIKE = 0.4  # a word of like meaning that was not typed
_SHORT = 6  # letters
_REPAIR = 0.74  # how near a known word an unknown one must be, as the share of letters that agree


@dataclass
class Query:
    """A question as it is searched.

    ``terms`` are its terms with their weights, ``also`` those of words of like meaning; ``unknown`` are the terms of no
    entry and how much each counts, ``repaired`` the words that were mended.
    """

    text: str
    terms: dict[str, float] = field(default_factory=dict)
    also: dict[str, float] = field(default_factory=dict)
    unknown: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    repaired: dict[str, str] = field(default_factory=dict)


def read(text: str, index: Index) -> Query:
    """``text`` as a query to ``index``."""
    query = Query(plain(text))
    _latin(query, index)
    for run in han_runs(query.text):
        _han(query, index, run)
    for term in alike.others(query.text, query.terms):
        if term in index.table:
            query.also[term] = _ALIKE
    return query


def _han(query: Query, index: Index, run: str) -> None:
    couples = [run[i : i + 2] for i in range(len(run) - 1)]
    known = [couple in index.table for couple in couples]
    for i, couple in enumerate(couples):
        _add(query, index, couple, 1.0, missed=False)
        if said := sounds(couple):
            _add(query, index, said, _SOUND if known[i] else _HOMOPHONE, missed=False)
        if not known[i]:  # between two words that are known it is only where they meet
            query.unknown[couple] += (1.0, 0.5, 0.15)[sum(known[max(0, i - 1) : i] + known[i + 1 : i + 2])]
    for char in run:
        _add(query, index, char, 1.0 if len(run) == 1 else _SINGLE, missed=len(run) == 1)


def _add(query: Query, index: Index, term: str, weight: float, missed: bool = True) -> None:
    if term in index.table:
        query.terms[term] = max(weight, query.terms.get(term, 0.0))
    elif missed:
        query.unknown[term] += 1


def _latin(query: Query, index: Index) -> None:
    spoken: list[str] = []  # the syllables of neighbouring words that are pinyin
    for word in latin_words(query.text):
        stems = latin(word)
        if not stems:
            continue
        if all(one not in index.table for one in stems) and word.isalpha() and (read_out := syllables(word.lower())):
            spoken += read_out
            continue
        _spoken(query, index, spoken)
        for one in stems:
            if one in index.table:
                _add(query, index, one, 1.0)
            elif len(stems) == 1 or one != stems[-1]:  # an identifier as a whole need not be known
                _repair(query, index, one)
    _spoken(query, index, spoken)


def _spoken(query: Query, index: Index, spoken: list[str]) -> None:
    """Pinyin as pairs of syllables; when hardly any pair is known, they were words after all."""
    couples = [f"{SOUND}{first}.{second}" for first, second in itertools.pairwise(spoken)]
    for one in couples:
        _add(query, index, one, _PINYIN)
    if len(spoken) == 1:
        _repair(query, index, spoken[0])
    spoken.clear()


def _repair(query: Query, index: Index, word: str) -> None:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    best = None
    if len(word) >= 4 and word.isalpha():
        known = index.spellings(len(word))
        best = process.extractOne(word, known, scorer=OSA.normalized_similarity, score_cutoff=_REPAIR)
    if best is not None and len(word) < _SHORT and best[0][0] != word[0]:
        best = None  # in a short word the first letter is hardly ever the slip
    if best is None:
        query.unknown[word] += 1
    else:
        query.repaired[word] = best[0]
        _add(query, index, best[0], best[1])
