"""How like a name a whole question is: letter for letter, with slips, and by its sound."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from kb.ask import intent
from kb.ask.han import spoken, syllables
from kb.ask.index import Names
from kb.ask.regex import regex
from kb.near import Letters
from kb.words import fold, has_han

A_SLIP = 0.88  # how like a name a whole question must be to be that name with a slip: one letter in nine
_SAID = 0.97  # how alike two names are that only sound the same
_LONG, _SHORT = 120, 40  # letters of a question that may be a name and nothing else, and one with slips
ALIKE = 0.7  # below this two names have nothing to do with one another
_ASKED = regex(r"^\W*(?:what(?:'s| is| are)|什么是|啥是)|(?:是什么|是啥)(?:意思)?\W*$", re.IGNORECASE)
_ARTICLE = regex(r"^\s*(?:(?:a|an|the)\s|请问|请教)")


class Spelling:
    """Compares a short question with names letter for letter, and by their sound.

    ``keys`` are the names it may be, ``pinyin`` the sounds of Chinese ones, where it may be typed so.
    Messages are names as well and may be long, but are not compared so: most differ in a word that matters.
    """

    def __init__(self, text: str) -> None:
        asked = (text, _ASKED.sub("", text), intent.bare(text))
        folded = dict.fromkeys(fold(_ARTICLE.sub("", one)) for one in asked)
        self.keys = [key for key in folded if 1 < len(key) <= _LONG]
        keys = [key for key in self.keys if len(key) <= _SHORT]
        self._keys = [(Letters(key), len(key)) for key in keys]
        self.pinyin = [sound for key in keys if not has_han(key) and (sound := "".join(syllables(key)))]
        said = [*(spoken(key) for key in keys if has_han(key)), *self.pinyin]
        self._said = [(Letters(one), len(one)) for one in said if one]

    def likeness(self, names: Names, least: float = ALIKE) -> float:
        """How alike the likest name is in [0, 1], 0 below ``least``; with or without "what is" in the question."""
        most = _likest(self._keys, names.keys, least)
        if self._said:
            most = max(most, _SAID * _likest(self._said, names.sounds, max(least, most)))
        return most


def _likest(ours: Iterable[tuple[Letters, int]], names: Sequence[str], least: float) -> float:
    most = 0.0
    for letters, size in ours:
        shortest, longest = int(least * size), size / least + 1  # all others differ too much, and most names do
        for key in [key for key in names if shortest <= len(key) <= longest]:
            most = max(most, letters.alike(key, max(least, most)))
    return most


@lru_cache(maxsize=100)
def spelling(text: str) -> Spelling:
    """The spelling of a question; the same questions are often asked again."""
    return Spelling(text)
