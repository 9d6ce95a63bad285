"""Subjects that are not this library's: a question about the stomach is none about polyps of the colon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import pairwise

from kb import beside
from kb.ask.terms import plain
from kb.words import has_han

BODY, CARE = "body", "care"  # a disease or organ, what a patient asks of a doctor,
TOOL, OTHER = "tool", "other"  # a tool of which pages explain messages only, anything else
_OURS = "ours"  # and words that hold one of those and mean something else: Spain is no tooth, in Chinese


@lru_cache(maxsize=100)
def named(question: str) -> Mapping[str, str]:
    """The foreign subjects ``question`` names, each with its kind; the longer of two that overlap."""
    text = plain(question).casefold()
    found: dict[str, str] = {}
    begins = {*text, *map("".join, pairwise(text))}
    words = [word for begin in _begins().keys() & begins for word in _begins()[begin] if word in text]
    behind = 0
    for start, size in sorted((start, -len(word)) for word in words for start in _places(word, text)):
        if start >= behind:
            behind = start - size
            word = text[start:behind]
            if (kind := _kinds()[word]) != _OURS:
                found[word] = kind
    return found


def medical(question: str) -> bool:
    """Whether ``question`` is one for a doctor: it names another disease or organ, or asks for a drug."""
    return any(kind in (BODY, CARE) for kind in named(question).values())


@cache
def _kinds() -> dict[str, str]:
    """Each word of `elsewhere.txt` and the section it stands in."""
    kinds: dict[str, str] = {}
    section = OTHER
    for line in beside.text(__file__, "elsewhere.txt").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif not line.startswith("#"):
            kinds |= {word.strip(): section for word in line.split(",") if word.strip()}
    return kinds


@cache
def _begins() -> dict[str, list[str]]:
    """The words by their first two characters."""
    begins: dict[str, list[str]] = {}
    for word in _kinds():
        begins.setdefault(word[:2], []).append(word)
    return begins


def _places(word: str, text: str) -> Iterator[int]:
    """Where ``word`` stands, an English one by itself; to compile a pattern for each question takes longer."""
    bounded = not has_han(word)
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        around = text[max(0, start - 1) : start] + text[end : end + 1]
        if not (bounded and any(char.isascii() and char.isalnum() for char in around)):
            yield start
        start = text.find(word, start + 1)
