"""A question as weighted terms: what was typed, repaired where no entry knows the word, and pinyin read as Chinese."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field

from kb.ask.han import syllables
from kb.ask.index import Index
from kb.ask.terms import SOUND, han_runs, latin, latin_words, pairs, plain

_SINGLE = 0.15  # a single Chinese character says little
_SOUND = 0.25  # the sound of a pair that stands in some entry as it was typed,
_HOMOPHONE = 0.7  # and of one that stands in none: then it is probably a slip
_PINYIN = 0.8  # two syllables of pinyin in Latin letters
_REPAIR = 0.74  # how near a known word an unknown one must be, as the share of letters that agree


@dataclass
class Query:
    """``terms`` with their weights; ``unknown`` are the terms of no entry, ``repaired`` the words that were mended."""

    text: str
    terms: dict[str, float] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)
    repaired: dict[str, str] = field(default_factory=dict)


def read(text: str, index: Index) -> Query:
    """``text`` as a query to ``index``."""
    query = Query(plain(text))
    _latin(query, index)
    for run in han_runs(query.text):
        for term in pairs(run):
            if term.startswith(SOUND):
                continue
            if len(term) == 1:
                _add(query, index, term, 1.0 if len(run) == 1 else _SINGLE, missed=len(run) == 1)
                continue
            known = term in index.table
            _add(query, index, term, 1.0)
            for said in (one for one in pairs(term) if one.startswith(SOUND)):
                _add(query, index, said, _SOUND if known else _HOMOPHONE, missed=False)
    return query


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
    if best is None:
        query.unknown[word] += 1
    else:
        query.repaired[word] = best[0]
        _add(query, index, best[0], best[1])
