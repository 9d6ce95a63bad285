"""Messages that were translated into Chinese, by a browser or from memory: the English words they may be made of."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from kb import beside
from kb.ask import console
from kb.ask.regex import regex
from kb.ask.templates import numbers_near
from kb.ask.terms import latin, latin_words
from kb.noun import noun
from kb.words import has_han

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Meanings: TypeAlias = tuple[frozenset[str], ...]  # the English words, as stems, of each of which one is meant

_FEW, _EACH = 3, 1  # Chinese characters a translated message has at least, and more for each English word left in it
_CLASS = r"[\w.]*(?:Error|Exception|Warning)\b"
_NAME = regex(rf"{_CLASS}|['\"][^'\"]*['\"]", re.ASCII)
_RAISED = regex(rf"{_CLASS}[:：]?", re.ASCII)
_WORD = regex(r"(?<![\w.])[A-Za-z]{2,}(?![\w.(])", re.ASCII)  # not an identifier, nor a call
_NUMBER = regex(r"(?<![\w.])\d+(?!\w|\.\d)", re.ASCII)
_AXES = regex(r"\d[dD]")  # 3D is a word, not a number
_ASKED = "怎么解决|如何解决|怎么办|怎么改|怎么回事|这个问题|是什么原因|请问|求助|求解|谢谢|各位|大佬|报错"  # around it
_ASKING = regex(_ASKED)
_IDLE = regex(
    rf"{_ASKED}|[的了是在和或与以个一为被将把其您你它该此请要中于由从对到时而但则也都有这那并且如果会可能向用及上下处者]"
)  # what says nothing of the message


@noun(frozen=True)
class Said:
    """What a message says: pieces with what each may mean, and the names left in English.

    ``numbers`` are its numbers, ``near`` whether the first two are near each other; ``unread`` is how many Chinese
    characters are no known word.
    """

    pieces: tuple[Meanings, ...]
    names: tuple[frozenset[str], ...]
    numbers: frozenset[str]
    near: bool
    unread: int


def is_one(message: str) -> bool:
    """Whether the words of ``message`` are Chinese, but for the names in it."""
    said = _ASKING.sub("", _NAME.sub("", message))
    return sum(map(has_han, said)) >= _FEW + _EACH * len(_WORD.findall(said))


def named(text: str) -> str:
    """``text`` with the names of exceptions in English."""
    if "错误" not in text and "警告" not in text:
        return text
    return _classes().sub(lambda found: f"{_exceptions()[found[1]]}: ", text)


def read(message: str) -> Said:
    """What ``message`` says."""
    known = _wordings()
    text = _RAISED.sub(" ", console.folded(message))
    pieces = [known[found[0]] for found in _parts().finditer(text)]
    rest = _parts().sub(" ", text)
    names = [words for word in latin_words(rest) if (words := stems(word))]
    unread = sum(map(has_han, _IDLE.sub("", rest)))
    return Said(tuple(dict.fromkeys(pieces)), tuple(dict.fromkeys(names)), numbers(text), numbers_near(text), unread)


def stems(text: str) -> frozenset[str]:
    """The words of an English message, or of a part of one, as they are compared; without the exception's name."""
    words = (word for word in latin_words(_RAISED.sub(" ", text)) if not word[0].isdigit() or _AXES.fullmatch(word))
    return frozenset(stem for word in words for stem in latin(word) if len(stem) > 1)


def numbers(text: str) -> frozenset[str]:
    """The whole numbers in a message."""
    return frozenset(_NUMBER.findall(text))


@cache
def _wordings() -> dict[str, Meanings]:
    """Each Chinese wording with what it may mean."""
    known: defaultdict[str, list[frozenset[str]]] = defaultdict(list)
    for said, wordings in _rows():
        for wording in wordings:
            known[console.folded(wording)] += filter(None, map(stems, said.split(" / ")))
    return {wording: tuple(dict.fromkeys(meanings)) for wording, meanings in known.items() if meanings}


@cache
def _exceptions() -> dict[str, str]:
    """The English name of each exception by its Chinese ones."""
    return {wording: said for said, wordings in _rows() if _RAISED.fullmatch(said) for wording in wordings}


def _rows() -> Iterator[tuple[str, list[str]]]:
    lines = beside.text(__file__, "translated.txt").splitlines()
    for line in lines:
        if not line.startswith("#"):
            said, wordings = line.rsplit(": ", 1)
            yield said, wordings.split("|")


@cache
def _parts() -> re.Pattern[str]:
    """The known wordings, longer ones first, as "out of range" is more than "range"."""
    return re.compile("|".join(map(re.escape, sorted(_wordings(), key=len, reverse=True))))


@cache
def _classes() -> re.Pattern[str]:
    longest = sorted(_exceptions(), key=len, reverse=True)
    return re.compile(rf"(?<![\u4e00-\u9fff])({'|'.join(map(re.escape, longest))})\s*[:：]\s*")
