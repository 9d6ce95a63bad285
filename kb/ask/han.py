"""Chinese characters: the simplified form of traditional ones, how they sound, and pinyin written as one word."""

from __future__ import annotations

from functools import cache

from kb import beside

# Sounds that most speakers of the south do not tell apart, and most slips of a pinyin keyboard run along.
_NEAR = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))
_LONGEST = 6  # letters of a syllable


def simplified(text: str) -> str:
    """``text`` with its traditional characters written as the simplified ones."""
    if text.isascii() or (simple := _simple()).keys().isdisjoint(text):
        return text
    return "".join([simple.get(char, char) for char in text])


def sound(char: str) -> str:
    """The syllable of a Han character, without tone and with near sounds as one; empty when it is not known."""
    return _sounds().get(char, "")


def spoken(text: str) -> str:
    """``text`` with each Han character as its syllable, other characters and those of no known sound as they are."""
    sounds = _sounds()
    return "".join([sounds.get(char, char) for char in text])


def syllables(word: str) -> list[str]:
    """The fewest pinyin syllables that ``word`` can be read as, near sounds as one; empty when it cannot."""
    known = _syllables()
    best: list[list[str] | None] = [[], *[None] * len(word)]
    for start in range(len(word)):
        before = best[start]
        if before is None:
            continue
        for end in range(start + 1, min(start + _LONGEST, len(word)) + 1):
            if word[start:end] in known and len(before) + 1 < _count(best[end]):
                best[end] = [*before, word[start:end]]
    return [near(one) for one in best[-1] or []]


def near(syllable: str) -> str:
    """The syllable that stands for all that sound nearly like it: ``zheng`` and ``zeng`` give ``zen``."""
    for said, kept in _NEAR:
        syllable = syllable.replace(said, kept)
    return syllable


def _count(found: list[str] | None) -> int:
    return len(found) if found is not None else 10_000


@cache
def _lines() -> list[str]:
    """The frozen table (`benchmarks/ask/make_han.py` writes it): two parallel lines, then one syllable a line."""
    return beside.text(__file__, "han.txt").splitlines()


@cache
def _simple() -> dict[str, str]:
    """The simplified form of each traditional character."""
    return dict(zip(_lines()[0], _lines()[1], strict=True))


@cache
def _sounds() -> dict[str, str]:
    """How each character sounds; seven thousand, which a question in English does without."""
    sounds: dict[str, str] = {}
    for line in _lines()[2:]:
        syllable, chars = line.split(" ", 1)
        sounds |= dict.fromkeys(chars, near(syllable))
    return sounds


@cache
def _syllables() -> frozenset[str]:
    return frozenset(line.split(" ", 1)[0] for line in _lines()[2:])
