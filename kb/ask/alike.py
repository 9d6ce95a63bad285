"""Words people use for one another: what else a page may call the thing a question names."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kb.ask.terms import SOUND, terms
from kb.words import has_han

_Terms = frozenset[str]


def others(text: str, held: dict[str, float]) -> set[str]:
    """The terms of the words that share a group of `alike.txt` with a word of ``text``; ``held`` are its own terms."""
    found: set[str] = set()
    for group in _groups():
        if any(word in text if has_han(word) else parts <= held.keys() for word, parts in group):
            for _, parts in group:
                found |= parts
    return found - held.keys()


@cache
def _groups() -> tuple[tuple[tuple[str, _Terms], ...], ...]:
    lines = Path(__file__).with_name("alike.txt").read_text(encoding="utf-8").splitlines()
    return tuple(
        tuple((word, parts) for word in map(str.strip, line.split(",")) if (parts := _matter(word)))
        for line in lines
        if not line.startswith("#")
    )


def _matter(word: str) -> _Terms:
    """The terms of a word, without sounds, and without single characters where it has pairs."""
    found = [term for term in terms(word) if term[0] != SOUND]
    pairs = frozenset(term for term in found if len(term) > 1 or term.isascii())
    return pairs or frozenset(found)
