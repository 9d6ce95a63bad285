"""Words people use for one another: what else a page may call the thing a question names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from kb.ask.terms import SOUND, terms
from kb.words import has_han

_Terms = frozenset[str]


def others(text: str, held: Mapping[str, float]) -> set[str]:
    """The terms of the words that share a group of `alike.txt` with a word of ``text``; ``held`` are its own terms."""
    found: set[str] = set()
    words = _words()
    for sign in {*held, *text}:
        for word, parts, group in words.get(sign, ()):
            if word in text if has_han(word) else parts <= held.keys():
                found |= group
    return found - held.keys()


@cache
def _words() -> dict[str, list[tuple[str, _Terms, _Terms]]]:
    """Each word with its terms and those of its group, by what must be there: a term, or its first Han character."""
    words = defaultdict(list)
    for line in Path(__file__).with_name("alike.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            group = {word: parts for word in map(str.strip, line.split(",")) if (parts := _matter(word))}
            whole = frozenset().union(*group.values())
            for word, parts in group.items():
                words[word[0] if has_han(word) else min(parts)].append((word, parts, whole))
    return dict(words)


def _matter(word: str) -> _Terms:
    """The terms of a word, without sounds, and without single characters where it has pairs."""
    found = [term for term in terms(word) if term[0] != SOUND]
    pairs = frozenset(term for term in found if len(term) > 1 or term.isascii())
    return pairs or frozenset(found)
