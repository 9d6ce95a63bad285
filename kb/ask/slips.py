"""Pages that are called what a question says but for one slip, in a word that no page knows."""

from __future__ import annotations

from collections.abc import Iterator

from kb.ask import query
from kb.ask.index import Index
from kb.ask.regex import regex
from kb.ask.spelled import A_SLIP, spelling
from kb.ask.terms import latin, latin_words

_TYPED, _MEANT = 4, 5  # letters at least of the word as it was typed and as it was meant; shorter ones are a slip apart
_LIKELY, _FIRST = 0.04, 0.02  # how much surer a letter exchanged or doubled is, and a slip behind the first letter
_JOINS = regex(r"[_.']")  # what the words of an identifier are joined by


def called(asked: query.Query, index: Index) -> dict[int, float]:
    """How like their names the question is, in [`A_SLIP`, 1), for the entries called like that but for one slip."""
    found: dict[int, float] = {}
    keys = spelling(asked.text).keys
    for word in _strange(asked.text, index) if keys else ():
        for meant, sure in _meant(word, index):
            for key in keys:
                for number in index.called.get(key.replace(word, meant, 1)) or ():
                    found[number] = max(found.get(number, 0.0), sure)
    return found


def _strange(text: str, index: Index) -> Iterator[str]:
    """The words of ``text`` in small letters that no page writes so, identifiers as a whole and word by word."""
    for word in latin_words(text):
        parts = _JOINS.split(word)
        for one in dict.fromkeys(("".join(parts), *parts)):
            strange = len(one) >= _TYPED and one.lower() not in index.forms
            if strange and (len(parts) == 1 or not index.stems.issuperset(latin(one))):
                yield one.lower()


def _meant(word: str, index: Index) -> Iterator[tuple[str, float]]:
    """The known words that ``word`` is one slip away from, and how sure that makes."""
    likely = query.swaps(word)
    words = likely | query.edits(word)
    for one in words & index.stems | words & index.forms:  # what stands in a name stands in a page
        if len(one) >= _MEANT:
            yield one, A_SLIP + _LIKELY * (one in likely) + _FIRST * (one[0] == word[0])
