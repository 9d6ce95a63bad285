"""Words people use for one another: what else a page may call the thing a question names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from kb import beside
from kb.ask.terms import SOUND, terms
from kb.words import has_han

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from kb.ask.rows import Table

    Alike: TypeAlias = tuple[str, Sequence[str], Sequence[str]]  # a word, its terms, and the terms of its group


def others(text: str, held: Mapping[str, float], groups: Table[str, Sequence[Alike]]) -> set[str]:
    """The terms of the words that share a group with a word of ``text``; ``held`` are its own terms."""
    found: set[str] = set()
    for sign in {*held, *text}:
        for word, parts, group in groups.get(sign) or ():
            if word in text if has_han(word) else held.keys() >= {*parts}:
                found.update(group)
    return found - held.keys()


def groups() -> dict[str, list[Alike]]:
    """Each word of `alike.txt` by what must be there: a term, or its first Han character."""
    words: defaultdict[str, list[Alike]] = defaultdict(list)
    for line in beside.text(__file__, "alike.txt").splitlines():
        if not line.startswith("#"):
            group = {word: parts for word in map(str.strip, line.split(",")) if (parts := _matter(word))}
            whole = sorted(frozenset().union(*group.values()))
            for word, parts in group.items():
                words[word[0] if has_han(word) else min(parts)].append((word, sorted(parts), whole))
    return dict(words)


def _matter(word: str) -> frozenset[str]:
    """The terms of a word, without sounds, and without single characters where it has pairs."""
    found = [term for term in terms(word) if term[0] != SOUND]
    pairs = frozenset(term for term in found if len(term) > 1 or term.isascii())
    return pairs or frozenset(found)
