"""Pages that are called what a short question says but for one slip, in a word that no page knows."""

from __future__ import annotations

from collections.abc import Iterator

from kb.ask import query
from kb.ask.index import Index
from kb.ask.spelled import A_SLIP, spelling
from kb.ask.terms import latin, latin_words, stem

_WORDS = 4  # of a question that may be a name and nothing else
_TYPED, _MEANT = 4, 5  # letters at least of the word as it was typed and as it was meant; shorter ones are a slip apart
_LIKELY, _FIRST = 0.04, 0.02  # how much surer a letter exchanged or doubled is, and a slip behind the first letter


def called(asked: query.Query, index: Index) -> dict[int, float]:
    """How like their names the question is, in [`A_SLIP`, 1), for the entries called like that but for one slip."""
    found: dict[int, float] = {}
    words = latin_words(asked.text)
    if len(words) > _WORDS or not (asked.repaired or asked.unknown):
        return found
    for word in words:
        stems = set(latin(word))
        if len(word) < _TYPED or index.known(stems) == stems:
            continue
        for meant, sure in _meant(word.lower(), index):
            for key in spelling(asked.text).keys:
                for number in index.called.get(key.replace(word.lower(), meant, 1)) or ():
                    found[number] = max(found.get(number, 0.0), sure)
    return found


def _meant(word: str, index: Index) -> Iterator[tuple[str, float]]:
    """The known words that ``word`` is one slip away from, and how sure that makes."""
    likely = query.swaps(word)
    words = {one for one in likely | query.edits(word) if len(one) >= _MEANT}
    known = index.known(words.union(map(stem, words)))
    for one in words:
        if one in known or stem(one) in known:
            yield one, A_SLIP + _LIKELY * (one in likely) + _FIRST * (one[0] == word[0])
