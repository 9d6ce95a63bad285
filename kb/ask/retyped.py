"""Undo what a narrow window or a keyboard did to a message: words broken at the end of a line, and slips in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile

from kb.ask.index import Index
from kb.ask.query import edits, swaps
from kb.ask.regex import regex
from kb.ask.terms import stem

_BROKEN = regex(r"([A-Za-z]+)[ \t]*\r?\n[ \t>│|]*([A-Za-z]+)")
_CONFUSED = {"excepted": "expected"}  # words taken for others that are further away than a letter
_WORD = regex(r"[A-Za-z]{5,}")  # shorter words are a slip apart


def mended(text: str, index: Index) -> str:
    """``text`` with the words that no page writes as the words they may have been."""
    if "\n" in text:
        text = _BROKEN.sub(lambda found: _joined(found, index), text)
    return _WORD.sub(lambda found: _meant(found[0], index), text)


def _joined(found: re.Match[str], index: Index) -> str:
    """The two ends of a word that a line was broken in; of two words, as they stand."""
    apart, whole = {found[1].lower(), found[2].lower()}, (found[1] + found[2]).lower()
    broken = whole in index.forms and not apart <= index.forms
    return found[1] + found[2] if broken else found[0]


def _meant(word: str, index: Index) -> str:
    """The word ``word`` is a single slip away from, in its own capitals; itself where it is known, or far from any."""
    small = word.lower()
    if small in _CONFUSED:
        return _CONFUSED[small]
    if small in index.forms or stem(small) in index.stems:
        return word
    for slips in (swaps(small), edits(small)):
        if meant := _commonest(slips & index.forms, small, index):
            rest = _alike(small[::-1], meant[::-1])
            start = min(_alike(small, meant), min(len(small), len(meant)) - rest)
            return word[:start] + meant[start : len(meant) - rest] + word[len(word) - rest :]
    return word


def _commonest(words: Iterable[str], small: str, index: Index) -> str:
    """Of these words the one most pages have, one with the same first letter before others."""
    return min(words, key=lambda one: (one[0] != small[0], index.rarity.get(stem(one)) or 0.0, one), default="")


def _alike(one: str, other: str) -> int:
    """How many letters two words begin with alike."""
    return sum(1 for _ in takewhile(lambda both: both[0] == both[1], zip(one, other, strict=False)))
