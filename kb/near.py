"""How near two spellings are: slips of the finger, and the same words in another order.

Thousands of names are compared with one word in a few milliseconds: most are ruled out by the letters they lack.
"""

from __future__ import annotations

from kb.words import has_han, spaced

TYPO = 0.8  # from here on one slip in five letters, or two in ten
_HOLDS = 0.7  # a name that holds the whole word scores from here,
_IS_HELD = 0.55  # a name that is only a part of it from here: the word said more than that


class Letters:
    """The letters of a word by their places, to be compared with those of many others."""

    def __init__(self, text: str) -> None:
        self.text, self.places = text, _places(text)
        self._kinds = set(text)
        self.counts = [(char, places.bit_count()) for char, places in self.places.items()]

    def shared(self, other: str) -> int:
        """How many letters both have, wherever they stand."""
        return sum([min(times, other.count(char)) for char, times in self.counts])

    def _most(self, other: str) -> int:
        """No fewer than both have: each kind of letter that one of them lacks is at least one letter."""
        kinds = set(other)
        return min(len(other) - len(kinds - self._kinds), len(self.text) - len(self._kinds - kinds))

    def alike(self, other: str, least: float = 0.0) -> float:
        """The share of letters that agree, where slips and letters that changed places count; 0 below ``least``.

        By the bits of Hyyrö (2003): a column of the table of distances is one number.
        """
        ours, theirs = len(self.text), len(other)
        longest = max(ours, theirs, 1)
        if min(ours, theirs) < least * longest or (
            least and (self._most(other) < least * longest or self.shared(other) < least * longest)
        ):
            return 0.0
        full, last = (1 << ours) - 1, 1 << ours >> 1
        up, down, diagonal, before, distance = full, 0, 0, 0, ours
        for char in other:
            here = self.places.get(char, 0)
            swapped = ((~diagonal & here) << 1) & before
            diagonal = (((here & up) + up) ^ up) | here | down | swapped
            rises, falls = down | (~(diagonal | up) & full), diagonal & up
            distance += bool(rises & last) - bool(falls & last)
            rises = (rises << 1) | 1
            up, down, before = ((falls << 1) | ~(diagonal | rises)) & full, rises & diagonal & full, here
        near = 1 - distance / longest
        return near if near >= least else 0.0


class Word:
    """A word that is compared with many names."""

    def __init__(self, text: str, key: str) -> None:
        self.key, self.words = key, spaced(text)
        self.sorted = _sorted(self.words)
        self._gaps = len(self.words) - len(key)
        self._letters, self._sorted_places = Letters(key), _places(self.sorted)

    def score(self, key: str, words: str, least: float = 0.0) -> float:
        """How near a name is in [0, 1]: by spelling, by the same words in another order, or by a shared part.

        What is below ``least`` need not be exact.
        """
        spelled, reordered = self._most(key, words, self._letters.shared(key))
        near = self._letters.alike(key) if spelled >= least else 0.0
        if reordered >= max(least, near):
            near = max(near, 0.99 * self._reordered(words))
        return max(near, self._part(key, words)) if near < TYPO else min(near, 0.99)

    def candidates(self, keys: list[str], words: list[str], least: float) -> list[tuple[float, int]]:
        """The places of the names that may score ``least``, behind the most they can, that first.

        No more letters agree than are shared, and those are counted for all names at once.
        """
        if not keys:
            return []
        narrow = min(len(char.encode()) for char in self.key)  # bytes that a shared letter has at least
        whole = "\n".join(keys).encode()
        lacked = whole.translate(None, self.key.encode()).split(b"\n")
        each, always = narrow * least / 2, narrow * (len(self.key) * least / 2 - self._gaps * (1 - least))
        found = []
        for at, (key, name, lack) in enumerate(zip(keys, whole.split(b"\n"), lacked, strict=True)):
            if key in self.key or self.key in key:
                found.append((1.0, at))
            elif (shared := len(name) - len(lack)) >= each * len(key) + always:
                most = max(self._most(key, words[at], shared // narrow))
                if most >= least:
                    found.append((most, at))
        return sorted(found, reverse=True)

    def _most(self, key: str, words: str, shared: int) -> tuple[float, float]:
        """The most that spelling and `_reordered` give for a name that shares so many letters at most."""
        ours, theirs = len(self.key), len(key)
        shared = min(ours, theirs, shared)
        both = ours + self._gaps + len(words)
        return shared / max(ours, theirs), 2 * (shared + min(self._gaps, len(words) - theirs)) / both

    def _part(self, key: str, words: str) -> float:
        """The score of a name that holds the word or is held by it; 0 else, and never enough to be taken for a slip."""
        short, long = sorted((self.key, key), key=len)
        if short not in long or len(short) < (2 if has_han(short) else 3):
            return 0.0
        inner, outer = sorted((self.words, words), key=len)
        whole = has_han(short) or f" {inner} " in f" {outer} "
        start = _HOLDS if short == self.key else _IS_HELD
        return start + (TYPO - _HOLDS) * 0.95 * len(short) / len(long) if whole else 0.0

    def _reordered(self, words: str) -> float:
        """Twice the letters in common, in order once the words are sorted, over all letters (Hyyrö 2004)."""
        other = _sorted(words)
        full = rest = (1 << len(self.sorted)) - 1
        for char in other:
            found = rest & self._sorted_places.get(char, 0)
            rest = ((rest + found) | (rest - found)) & full
        return 2 * (len(self.sorted) - rest.bit_count()) / (len(self.sorted) + len(other) or 1)


def _sorted(words: str) -> str:
    return " ".join(sorted(words.split()))


def _places(text: str) -> dict[str, int]:
    """For each character the bits of the places where it stands."""
    places: dict[str, int] = {}
    for at, char in enumerate(text):
        places[char] = places.get(char, 0) | 1 << at
    return places
