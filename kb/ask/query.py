"""A question as weighted terms: what was typed, repaired where no entry knows the word, and pinyin read as Chinese."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from kb.ask import alike, comparison
from kb.ask.comparison import Sides
from kb.ask.evidence import AS_SAID
from kb.ask.han import syllables
from kb.ask.index import Index
from kb.ask.terms import SOUND, denied, han_runs, idle_sounds, latin, latin_words, plain, sounds, stem

_SOUND = 0.25  # the sound of a pair that stands in some entry as it was typed,
_HOMOPHONE = 0.7  # and of one that stands in none: then it is probably a slip
_PINYIN = 0.8  # two syllables of pinyin in Latin letters
_BETWEEN = frozenset("可却但而则便倒仍只先")  # characters that mostly stand between words
_LONE = 0.15  # a single Chinese character that no entry holds
_DENIED = 0.5  # an English word said not to be there, beside the word itself
_NUMBER = 0.2  # a number that stands in no name, summary or message, only somewhere in a text or nowhere
_ALIKE = 0.4  # a word of like meaning that was not typed
_MOSTLY, _SOME = (
    0.6,
    0.25,
)  # the share of the pairs of syllables that must be known for words to be pinyin: of few words,
_MANY = 4  # and of so many, for English is hardly ever made of syllables alone
_MAYBE, _MEANT = 0.8, 4  # what another word weighs that may be meant by a slip, and how many are thought of
_FEWEST, _SHORT = 4, 6  # letters of a word that is mended, and of one whose first letter is no slip
_SELDOM = 0.5  # times a word is taken to be said that stands in texts only,
_SWAPPED, _FIRST = 2.0, 3.0  # and what speaks for a slip: letters that changed places or one twice, the first one kept
_DOUBTED = 0.4  # what a word weighs that is known only by a stem it has in common with other words
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_REPAIR = 0.74  # how near a known word an unknown one must be, as the share of letters that agree


class Query:
    """A question as it is searched.

    ``terms`` are its terms with their weights, ``also`` those of words of like meaning; ``unknown`` are the terms of no
    entry and how much each counts, ``repaired`` the words that were mended, with the stem of each, and ``meant`` those
    they were taken for. ``total`` is how much the whole weighs, unknown terms included, and ``sides`` what it compares.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.terms: dict[str, float] = {}
        self.also: dict[str, float] = {}
        self.unknown: defaultdict[str, float] = defaultdict(float)
        self.repaired: dict[str, str] = {}
        self.meant: list[str] = []
        self.total = 0.0
        self.sides: Sides | None = None


def read(text: str, index: Index) -> Query:
    """``text`` as a query to ``index``."""
    query = Query(plain(text))
    _latin(query, index)
    for one in denied(latin_words(query.text)):
        _add(query, index, one, _DENIED, missed=False)
    for run in han_runs(query.text):
        _han(query, index, run)
    for term in alike.others(query.text, query.terms, index.alike):
        if term in index.table:
            query.also[term] = _ALIKE
    query.total = whole(query, index)
    query.sides = comparison.sides(query.text, index)
    return query


def whole(query: Query, index: Index) -> float:
    """How much the terms of ``query`` weigh, unknown ones included."""
    return sum(weight * index.table[term].rarity for term, weight in query.terms.items()) + sum(
        times * (1.0 if len(term) > 1 else _LONE) * index.rarest for term, times in query.unknown.items()
    )


def _han(query: Query, index: Index, run: str) -> None:
    couples = [run[i : i + 2] for i in range(len(run) - 1)]
    known = [couple in index.table for couple in couples]
    for i in range(1, len(run) - 1):
        if run[i] in _BETWEEN and not (known[i - 1] or known[i]):  # it joins two clauses and is part of no word
            _han(query, index, run[:i])
            _han(query, index, run[i + 1 :])
            return
    for i, couple in enumerate(couples):
        _add(query, index, couple, 1.0, missed=False)
        if said := sounds(couple):
            _add(query, index, said, _SOUND if known[i] else _HOMOPHONE, missed=False)
            if not known[i]:
                _hear(query, index, said, _HOMOPHONE)
        if not known[i]:  # between two words that are known it is only where they meet
            query.unknown[couple] += (1.0, 0.5, 0.15)[sum(known[max(0, i - 1) : i] + known[i + 1 : i + 2])]
    if len(run) == 1:  # within a longer run they say little, and `kb.ask.evidence` counts them
        _add(query, index, run, 1.0)


def _add(query: Query, index: Index, term: str, weight: float, missed: bool = True) -> None:
    if term in index.table:
        if term[0].isdigit() and not any(index.table[term].core):
            weight *= _NUMBER
        query.terms[term] = max(weight, query.terms.get(term, 0.0))
    elif missed:
        query.unknown[term] += 1


def _latin(query: Query, index: Index) -> None:
    spoken: list[str] = []  # neighbouring words that can be read as pinyin
    for word in [*latin_words(query.text), ""]:
        if word.isalpha() and syllables(word.lower()):
            spoken.append(word)
            continue
        if spoken and not _spoken(query, index, spoken):
            for one in spoken:
                _word(query, index, one)
        spoken.clear()
        if word:
            _word(query, index, word)


def _word(query: Query, index: Index, word: str) -> None:
    stems = latin(word)
    for one in stems:
        if len(stems) == 1 and _swapped(index, word.lower()) and _slips(query, index, word.lower()):
            continue
        if one in index.table:
            _add(query, index, one, _DOUBTED if len(stems) == 1 and _meant(query, index, word.lower()) else 1.0)
        elif len(stems) == 1:
            _repair(query, index, one, word.lower())
        elif one != stems[-1] or not _slips(query, index, one):  # an identifier as a whole need not be known
            _repair(query, index, one, one, missed=one != stems[-1])


def _spoken(query: Query, index: Index, words: list[str]) -> bool:
    """Read words as pinyin, in pairs of syllables; when hardly any pair is known, they were words after all."""
    said = [syllables(word.lower()) for word in words]
    couples = _couples(itertools.chain.from_iterable(said))
    apart = [one for word in said for one in _couples(word)] if len(words) > 1 else couples
    if len(words) == 1:
        english = all(one in index.table for one in latin(words[0]))
    else:  # "size made" is, as pages write both: names in pinyin that pages hold are written by the syllable
        english = all(len(one) > 1 for one in said) and index.forms.issuperset(map(str.lower, words))
    if english or not couples:
        return False
    share = max(_known(couples, index), _known(apart, index) if len(apart) > 1 else 0.0)
    if share < (_SOME if len(words) >= _MANY else _MOSTLY):
        return False
    for one in couples:
        _add(query, index, one, _PINYIN, missed=one not in idle_sounds())
        _hear(query, index, one, _PINYIN)
    return True


def _couples(said: Iterable[str]) -> list[str]:
    return [f"{SOUND}{first}.{second}" for first, second in itertools.pairwise(said)]


def _known(couples: Sequence[str], index: Index) -> float:
    """The share of these pairs of syllables that are said in some entry, or in a word that carries no matter."""
    return sum(one in index.table or one in idle_sounds() for one in couples) / len(couples)


def _hear(query: Query, index: Index, sound: str, weight: float) -> None:
    """What else may be meant by a pair of syllables: the questions asked of a page are not kept by their sound."""
    for pair in index.heard.get(sound) or ():
        query.also[pair] = max(weight, query.also.get(pair, 0.0))


def _repair(query: Query, index: Index, one: str, word: str, missed: bool = True) -> None:
    """Take ``word``, whose stem ``one`` no entry knows, for the known word it is a slip of; else the nearest stem."""
    if _slips(query, index, word) or not missed:
        return
    best = None
    if len(one) >= _FEWEST and one.isalpha():
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        known = index.spellings(one)  # of two slips none is in the first letter
        best = process.extractOne(one, known, scorer=OSA.normalized_similarity, score_cutoff=_REPAIR)
    if best is None:
        query.unknown[one] += _NUMBER if one[0].isdigit() else 1.0
    else:
        query.repaired[one] = best[0]
        _add(query, index, best[0], best[1])


def _swapped(index: Index, word: str) -> bool:
    """Whether no entry writes ``word``, but some write another with two of its letters exchanged or one not doubled.

    Such a word may have a stem that is known: "maks" is no form of "make".
    """
    if len(word) < _FEWEST or not word.isalpha() or word in index.forms:
        return False
    own = stem(word)
    near = swaps(word) & index.forms
    return bool(near) and all(stem(one) != own for one in near)


def _meant(query: Query, index: Index, word: str) -> bool:
    """Whether ``word`` is rather a slip, though its stem is known: "poling" is no form of "poly" but meant "pooling".

    No entry writes it so, none writes another form of its stem a letter away, and some write another word that is.
    """
    if len(word) < _SHORT or not word.isalpha() or word in index.forms:
        return False
    near = edits(word) & index.forms
    own = stem(word)
    if not near or any(stem(one) == own for one in near):
        return False
    for one in map(stem, near):
        if one in index.table:
            query.also[one] = max(_MAYBE, query.also.get(one, 0.0))
    return True


def _slips(query: Query, index: Index, word: str) -> bool:
    """Whether ``word`` is a single slip away from known words: the likeliest is taken for it, others may be meant.

    What pages write comes before what has only a stem of theirs.
    """
    if len(word) < _FEWEST or word.isdigit():
        return False
    swapped = swaps(word)
    found = edits(word) & index.forms  # "chanel" is no form of "chan"
    if len(word) < _SHORT:  # in a short word the first letter is hardly ever the slip
        found = frozenset(one for one in found if one[0] == word[0])
    if words := _likeliest(word, found | swapped & index.forms, swapped, index):
        query.meant.append(words[0])
        if not latin(words[0]):  # it carries no matter, as "wiht" does
            return True
        known = [one for one in dict.fromkeys(map(stem, words)) if one in index.table]
    else:
        likely = set(map(stem, swapped))
        stems = [one for one in (likely | edits(stem(word))) & index.stems if len(one) > 2]
        known = sorted(stems, key=lambda one: (one not in likely, -index.rarity[one], one))
    for one in known[1:_MEANT]:
        query.also[one] = max(_MAYBE, query.also.get(one, 0.0))
    if known:
        query.repaired[word] = known[0]
        _add(query, index, known[0], 1 - 1 / len(word))
    return bool(known)


def _likeliest(word: str, words: Iterable[str], swapped: Collection[str], index: Index) -> list[str]:
    """These words by how likely ``word`` was meant to be one of them.

    The more often something is said, the more often it is mistyped; hardly anybody mistypes the first letter.
    """
    scores = {}
    for one in words:
        sign = index.said.signs.get(AS_SAID + one)
        often = math.log(_SELDOM + (sign.total if sign else 0))
        scores[one] = often + _SWAPPED * (one in swapped) + _FIRST * (one[0] == word[0])
    return sorted(scores, key=lambda one: (-scores[one], one))


def swaps(word: str) -> set[str]:
    """The words ``word`` may have been before two letters changed places or one was doubled, the commonest slips."""
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
    return swapped | {word[:i] + word[i + 1 :] for i in range(1, len(word)) if word[i] == word[i - 1]}


@lru_cache(maxsize=16)  # `kb.ask.slips` asks for the same
def edits(word: str) -> frozenset[str]:
    """All words that have one letter more or less than ``word``, or one other."""
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    fewer = [(a, b[1:]) for a, b in cuts if b]
    return frozenset(map("".join, fewer)).union([letter.join(both) for both in {*cuts, *fewer} for letter in _LETTERS])
