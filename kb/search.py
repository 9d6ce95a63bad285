"""Find the entry a word names: exactly, by a near spelling, or say what it could have meant."""

from __future__ import annotations

from kb.value import Value
from kb.words import fold, has_han

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from kb.collection import Library, Meaning
    from kb.near import Word
    from kb.printed import Printed, Sense

    Names = Library | Printed  # what is searched: entries, or their cards


SHOWN = 5  # names offered in "did you mean"
_LONGEST = 300  # characters; the longest title has about 80
_NEAR = 0.55  # below this a name is not worth offering
_TYPO_HAN = 0.66  # one character in three; Chinese words are short
_CLEARLY = 0.08  # how far ahead of every other entry a name must be to be taken
_MESSAGE = ("Error", "Exception", "Warning", "error:", "Traceback", "Assertion", "错误：", "错误:", "警告：", "警告:")
# signs that it is no name
_WORDS, _HAN = 4, 10  # words, or characters of a Chinese line, from which on it may be a message without an exception
_NEGATIONS = ("非", "不", "无", "未", "non", "no", "not", "un", "anti")


class Match(Value):
    """An entry, the name of it that was nearest, and how near in [0, 1]."""

    __slots__ = ("entry", "name", "score")

    def __init__(self, entry: Any, name: str, score: float) -> None:
        self.entry, self.name, self.score = entry, name, score


class Answer(Value):
    """What a term led to.

    ``entry`` is the page to read, ``taken`` the name that was taken when the spelling was not exact,
    ``meanings`` what an ambiguous word can mean; ``matches`` are the entries in question, best first. ``nearest`` tells
    that the page is only the nearest cause of a message no page has.
    """

    __slots__ = ("entry", "matches", "meanings", "nearest", "query", "taken")

    def __init__(
        self,
        query: str,
        matches: tuple[Match, ...] = (),
        entry: Any = None,
        taken: str = "",
        meanings: tuple[Meaning | Sense, ...] = (),
        nearest: bool = False,
    ) -> None:
        self.query, self.matches, self.entry, self.taken, self.meanings = query, matches, entry, taken, meanings
        self.nearest = nearest

    @property
    def found(self) -> bool:
        """Whether there is something to read: a page, or a choice in which at least one meaning has a page."""
        return self.entry is not None or (bool(self.meanings) and bool(self.matches))


def lookup(library: Names, term: str) -> Answer:
    """The entry ``term`` names, or the nearest ones; raises `Problem` when it cannot be a name at all."""
    query = cleaned(term)
    key = fold(query)
    if not key or len(query) > _LONGEST:
        raise _no_name(query if key else "")
    if key in library.ambiguous:
        return _choice(library, query, key)
    if exact := library.exact(key):
        entry = library[exact]
        return Answer(query, (Match(entry, query, 1.0),), entry)
    return _near(library, query, key)


def is_message(term: str) -> bool:
    """Whether ``term`` may be a program's message rather than a name; that is explained in another way."""
    return len(term) > _LONGEST or any(sign in term for sign in _MESSAGE)


def may_be_message(term: str) -> bool:
    """Whether ``term``, which no page is called, has words enough for a message that was cut out of its line."""
    return len(term.split()) >= _WORDS or (len(term) >= _HAN and has_han(term))


def cleaned(term: str) -> str:
    """``term`` on one line, without terminal escape sequences, control characters and lone surrogates."""
    if term.isprintable():
        return " ".join(term.split())
    import re
    import unicodedata

    term = re.sub(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|.?)", " ", term, flags=re.DOTALL)
    kept = (" " if char.isspace() or unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co") else char for char in term)
    return " ".join("".join(kept).split())


def _no_name(query: str) -> Exception:
    from kb.problem import Problem
    from kb.text import Text

    if not query:
        return Problem(
            Text("there is no word to look up", "没有可查的词"),
            hint=Text("kb lookup sessile · kb list shows every page", "例如 kb lookup 无蒂息肉；kb list 列出全部条目"),
        )
    return Problem(
        Text(f"{len(query):,} characters are too long for a name", f"{len(query):,} 个字符，作为名称太长了"),
        hint=Text(
            "look up a word or a short title; `kb ask -` takes a whole message",
            "请查一个词或一个简短的标题；整段报错请交给 `kb ask -`",
        ),
    )


def _choice(library: Names, query: str, key: str, taken: str = "") -> Answer:
    """All meanings of a word; and a page as well when the word is an id as it stands, or has a usual meaning."""
    meanings = library.ambiguous[key]
    matches = tuple(Match(library[one.entry], one.en, 1.0) for one in meanings if one.entry in library)
    usual = next((one.entry for one in meanings if one.usual), "")
    page = next((library[name] for name in (query, usual) if name in library), None)
    return Answer(query, matches, page, taken, meanings)


def _near(library: Names, query: str, key: str) -> Answer:
    """The nearest name of each entry, and whether one is so near that it must be meant.

    Such a one is far ahead of all others, so the many that are less near are compared only where there is none.
    """
    from kb.near import TYPO, Word

    word = Word(query, key)
    spellings = library.spellings(word)
    for sure in (_TYPO_HAN if has_han(key) else TYPO, 0.0):
        best: dict[str, tuple[float, str]] = {}
        for score, name, found in _nearest(word, spellings, sure):
            best.setdefault(found, (score, name))
        matches = tuple(Match(library[found], name, score) for found, (score, name) in list(best.items())[:SHOWN])
        if matches and _must_be_meant(key, matches):
            if (taken := fold(matches[0].name)) in library.ambiguous:
                return _choice(library, query, taken, matches[0].name)
            return Answer(query, matches[:1], matches[0].entry, taken=matches[0].name)
    return Answer(query, matches)


def _nearest(word: Word, spellings: tuple[list[str], ...], sure: float = 0.0) -> list[tuple[float, str, str]]:
    """Score, name and id of the names that are near, the nearest first; all those of the nearest entries among them.

    Where one must score ``sure``, only what may be it or come close to it counts. What cannot come among the entries
    shown, by the letters it lacks, is not compared.
    """
    keys, spaced, names, ids = spellings
    least = sure - _CLEARLY if sure else _NEAR
    scored: dict[int, float] = {}
    best: dict[str, float] = {}
    first, shown = 0.0, least  # the best score, and the least that counts beside it
    for most, at in word.candidates(keys, spaced, least):
        if most + 0.001 < (shown if first >= sure else sure):
            break
        scored[at] = score = round(word.score(keys[at], spaced[at], shown - 0.001), 3)
        if score > max(best.get(ids[at], 0.0), shown):
            best[ids[at]] = score
            first = max(first, score)
            beside = [first - _CLEARLY] if sure else sorted(best.values(), reverse=True)[SHOWN - 1 : SHOWN]
            shown = max([least, *beside])
    found = [(score, at) for at, score in scored.items() if score >= least]
    return [(score, names[at], ids[at]) for score, at in sorted(found, key=lambda one: (-one[0], ids[one[1]], one[1]))]


def _must_be_meant(key: str, matches: tuple[Match, ...]) -> bool:
    from kb.near import TYPO

    first, name = matches[0], fold(matches[0].name)
    runner_up = matches[1].score if len(matches) > 1 else 0.0
    if first.score < runner_up + _CLEARLY or _negated(key) != _negated(name):
        return False
    if has_han(key):
        return len(key) >= 3 and first.score >= (_TYPO_HAN if len(key) == len(name) else TYPO)
    return len(key) >= 5 and first.score >= TYPO


def _negated(key: str) -> str:
    return next((word for word in _NEGATIONS if key.startswith(word)), "")
