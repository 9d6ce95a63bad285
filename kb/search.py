"""Find the entry a word names: exactly, by a near spelling, or say what it could have meant."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from kb.entry import Entry
from kb.library import Library, Meaning
from kb.problem import Problem
from kb.text import Text
from kb.words import fold, has_han

SHOWN = 5  # names offered in "did you mean"
_LONGEST = 300  # characters; the longest title has about 80
_NEAR = 0.55  # below this a name is not worth offering
_TYPO = 0.8  # from here on one slip in five letters, or two in ten
_TYPO_HAN = 0.66  # one character in three; Chinese words are short
_CLEARLY = 0.08  # how far ahead of every other entry a name must be to be taken
_HOLDS = 0.7  # a name that holds the whole term scores from here,
_IS_HELD = 0.55  # a name that is only a part of the term from here: the term said more than that
_NEGATIONS = ("非", "不", "无", "未", "non", "no", "not", "un", "anti")


@dataclass(frozen=True)
class Match:
    """An entry, the name of it that was nearest, and how near in [0, 1]."""

    entry: Entry
    name: str
    score: float


@dataclass(frozen=True)
class Answer:
    """What a term led to.

    ``entry`` is the page to read, ``taken`` the name that was taken when the spelling was not exact,
    ``meanings`` what an ambiguous word can mean; ``matches`` are the entries in question, best first.
    """

    query: str
    matches: tuple[Match, ...] = ()
    entry: Entry | None = None
    taken: str = ""
    meanings: tuple[Meaning, ...] = ()

    @property
    def found(self) -> bool:
        """Whether there is something to read: a page, or a choice in which at least one meaning has a page."""
        return self.entry is not None or (bool(self.meanings) and bool(self.matches))


def lookup(library: Library, term: str) -> Answer:
    """The entry ``term`` names, or the nearest ones; raises `Problem` when it cannot be a name at all."""
    query = cleaned(term)
    key = fold(query)
    if not key:
        raise Problem(
            Text("there is no word to look up", "没有可查的词"),
            hint=Text("kb lookup sessile · kb list shows every page", "例如 kb lookup 无蒂息肉；kb list 列出全部条目"),
        )
    if len(query) > _LONGEST:
        raise Problem(
            Text(f"{len(query):,} characters are too long for a name", f"{len(query):,} 个字符，作为名称太长了"),
            hint=Text("look up a word or a short title", "请查一个词或一个简短的标题"),
        )
    if key in library.ambiguous:
        return _choice(library, query, key)
    for name, found in library.names():
        if fold(name) == key:
            entry = library[found]
            return Answer(query, (Match(entry, name, 1.0),), entry)
    return _near(library, query, key)


def cleaned(term: str) -> str:
    """``term`` on one line, without terminal escape sequences, control characters and lone surrogates."""
    term = re.sub(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|.?)", " ", term, flags=re.DOTALL)
    kept = (" " if char.isspace() or unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co") else char for char in term)
    return " ".join("".join(kept).split())


def _choice(library: Library, query: str, key: str, taken: str = "") -> Answer:
    """All meanings of a word; and a page as well when the word is an id as it stands, or has a usual meaning."""
    meanings = library.ambiguous[key]
    matches = tuple(Match(library[one.entry], one.en, 1.0) for one in meanings if one.entry in library)
    usual = next((library.get(one.entry) for one in meanings if one.usual), None)
    return Answer(query, matches, library.get(query) or usual, taken, meanings)


def _near(library: Library, query: str, key: str) -> Answer:
    """The nearest name of each entry, and whether one is so near that it must be meant."""
    best: dict[str, Match] = {}
    scored = _Scorer(query, key)
    for name, found in library.names():
        score = round(scored.score(name), 3)
        if score >= _NEAR and (found not in best or score > best[found].score):
            best[found] = Match(library[found], name, score)
    matches = tuple(sorted(best.values(), key=lambda match: (-match.score, match.entry.id))[:SHOWN])
    if matches and _must_be_meant(key, matches):
        if (taken := fold(matches[0].name)) in library.ambiguous:
            return _choice(library, query, taken, matches[0].name)
        return Answer(query, matches[:1], matches[0].entry, taken=matches[0].name)
    return Answer(query, matches)


class _Scorer:
    """Compares one term with many names."""

    def __init__(self, query: str, key: str) -> None:
        from rapidfuzz import fuzz  # 30 ms that an exact name need not pay
        from rapidfuzz.distance import OSA

        self.alike, self.reordered = OSA.normalized_similarity, fuzz.token_sort_ratio
        self.key, self.words = key, _words(query)

    def score(self, name: str) -> float:
        """How near ``name`` is in [0, 1]: by spelling, by the same words in another order, or by a shared part."""
        key, words = fold(name), _words(name)
        near = max(
            self.alike(self.key, key, score_cutoff=_NEAR),
            0.99 * self.reordered(self.words, words, score_cutoff=100 * _NEAR) / 100,
        )
        return max(near, self._part(key, words)) if near < _TYPO else min(near, 0.99)

    def _part(self, key: str, words: str) -> float:
        short, long = sorted((self.key, key), key=len)
        if len(short) < (2 if has_han(short) else 3):
            return 0.0
        inner, outer = sorted((self.words, words), key=len)
        whole = short in long if has_han(short) else f" {inner} " in f" {outer} "
        start = _HOLDS if short == self.key else _IS_HELD
        return start + (_TYPO - _HOLDS) * 0.95 * len(short) / len(long) if whole else 0.0  # never taken for a slip


def _words(text: str) -> str:
    """``text`` with a space between its words, ready for comparing words rather than letters."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"[a-z0-9]+|[^\W_a-z0-9]+", plain))


def _must_be_meant(key: str, matches: tuple[Match, ...]) -> bool:
    first, name = matches[0], fold(matches[0].name)
    runner_up = matches[1].score if len(matches) > 1 else 0.0
    if first.score < runner_up + _CLEARLY or _negated(key) != _negated(name):
        return False
    if has_han(key):
        return len(key) >= 3 and first.score >= (_TYPO_HAN if len(key) == len(name) else _TYPO)
    return len(key) >= 5 and first.score >= _TYPO


def _negated(key: str) -> str:
    return next((word for word in _NEGATIONS if key.startswith(word)), "")
