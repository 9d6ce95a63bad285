"""How a concept entry says what a quantity is called in logs: words that must be there, and words that must not.

``loss|losses @val -scale``: either word, said of validation, and no ``scale``. ``a*`` and ``a[0-9]`` match as in file
names, ``data+time`` wants words next to each other in this order, Han words need only be inside the name. A pattern
that begins with ``=`` fits only a name that says nothing else. Words with an @ are what `diagnose.curve_name` derives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import translate

from diagnose.curve_name import NEUTRAL, CurveName, Word, left_of


@dataclass(frozen=True)
class Term:
    """Words that must stand side by side: for each place its choices, as a set and as one expression."""

    places: tuple[tuple[frozenset[str], re.Pattern[str] | None], ...]
    han: tuple[str, ...]

    def hits(self, name: CurveName) -> tuple[int, ...]:
        """Which words it explains; (-1,) when it is inside the name without being a word of its own, () for no hit."""
        exact, wild = self.places[0]
        if wild is None and exact.isdisjoint(name.said):
            pass
        elif len(self.places) == 1:
            for at, word in enumerate(name.said):
                if self._fits(0, word):
                    return (at,)
        else:
            count = len(self.places)
            for start in range(len(name.words) - count + 1):
                if all(self._fits(place, name.said[start + place]) for place in range(count)):
                    return tuple(range(start, start + count))
        return (-1,) if any(word in name.folded for word in self.han) else ()

    def _fits(self, place: int, word: str) -> bool:
        exact, wild = self.places[place]
        return word in exact or (wild is not None and wild.fullmatch(word) is not None)


@dataclass(frozen=True)
class Pattern:
    """One way a role is written."""

    role: str
    text: str
    quantity: str
    wanted: tuple[Term, ...]
    forbidden: tuple[Term, ...]
    only: bool
    lower: bool

    def score(self, name: CurveName) -> float:
        """0 when it does not fit, else the more words it explains the higher."""
        hits = []
        for term in self.wanted:  # nearly every pattern ends at its first word
            hit = term.hits(name)
            if not hit:
                return 0.0
            hits.append(hit)
        if any(term.hits(name) for term in self.forbidden):
            return 0.0
        if self.only and any(self._others(name, hits)):
            return 0.0
        explained = sum(map(len, hits))
        return explained + min(1.0, explained / max(1, len(name.words))) / 2

    def explains(self, name: CurveName) -> list[Word]:
        """The words of the name it explains."""
        places = sorted({at for term in self.wanted for at in term.hits(name) if 0 <= at < len(name.words)})
        return [name.words[at] for at in places]

    @property
    def han(self) -> tuple[str, ...]:
        """Its words in Han characters."""
        return tuple(word for term in self.wanted for word in term.han)

    def _others(self, name: CurveName, hits: Sequence[tuple[int, ...]]) -> Iterable[str]:
        explained = {at for places in hits for at in places}
        for at, word in enumerate(name.words):
            if at not in explained and word.text not in NEUTRAL:
                yield left_of(word.text, self.han)


def pattern(role: str, text: str, never: Iterable[str] = (), *, lower: bool = False) -> Pattern:
    """The pattern written as ``text``; ``lower`` says that the quantity is better when it is lower.

    A word of ``never`` rules a name out, unless the pattern itself wants it.
    """
    words = text.split()
    only = words[:1] == ["="]
    words = words[only:]
    wanted = [word for word in words if not word.startswith("-")]
    forbidden = [word[1:] for word in words if word.startswith("-")]
    asked = {choice for word in wanted for choice in word.split("|")}
    forbidden += [word for word in never if asked.isdisjoint(word.split("|"))]
    quantity = wanted[0].split("|")[0].replace("+", " ").rstrip("*") if wanted else ""
    return Pattern(role, text, quantity, tuple(map(_term, wanted)), tuple(map(_term, forbidden)), only, lower)


def literals(text: str) -> set[str]:
    """Every word a pattern wants, wildcards included: what need not be cut apart."""
    return {
        choice
        for word in text.split()
        if not word.startswith(("-", "=", "@"))
        for choice in re.split(r"[|+]", word)
        if choice.isascii()
    }


def _term(text: str) -> Term:
    places = []
    for place in text.split("+"):
        choices = [choice for choice in place.split("|") if choice.isascii()]
        wild = [translate(choice) for choice in choices if re.search(r"[*?\[]", choice)]
        exact = frozenset(choice for choice in choices if not re.search(r"[*?\[]", choice))
        places.append((exact, re.compile("|".join(wild)) if wild else None))
    return Term(tuple(places), tuple(choice for choice in text.split("|") if not choice.isascii()))
