"""In which templates of messages a word stands: what tells the page of a message that no template has word for word."""

from __future__ import annotations

import bisect
import heapq
import math
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from kb.ask.regex import regex
from kb.ask.terms import latin, latin_words, stem
from kb.noun import noun

TYPE_CHECKING = False
if TYPE_CHECKING:
    from kb.ask.rows import Table

_NAME = 0.3  # what a word counts that no template has: it may be a name, for which templates have a star
_PATH = regex(r"(?:\b[A-Za-z]:)?(?:[\\/][\w.+-]+)*[\\/](?=[\w.+-])")  # of it only the name of the file says something
_READ, _KEPT = 4_000, 64  # places of words that are read in full, and pages the commoner words are looked for in
_FIRST = 40  # templates that are named


@noun(frozen=True)
class Word:
    """A word of messages: how many pages have it in their templates, and which templates, in rising order."""

    pages: int
    templates: array[int]


@noun(frozen=True)
class Near:
    """How near the templates of a page come to a message: the best of them, and all together, in [0, 1].

    ``said`` is the share of the best one that the message says.
    """

    best: float = 0.0
    together: float = 0.0
    said: float = 0.0


@noun(frozen=True)
class Nearness:
    """How near the templates come to a message: those of each page, and the nearest by their places, best first."""

    pages: dict[int, Near]
    first: Sequence[tuple[int, float]]


@noun(frozen=True)
class Wordings:
    """The words of all templates; the page of each template, what its words weigh, and how many pages have some."""

    words: Table[str, Word]
    owners: Sequence[int]
    masses: Sequence[float]
    pages: int

    @cached_property
    def having(self) -> frozenset[int]:
        """The pages that have templates."""
        return frozenset(self.owners)

    def near(self, message: str) -> Nearness:
        """The pages whose templates share words with ``message``.

        In a large library the commonest words find no page that rarer ones have not found.
        """
        said = {word: self.words.get(word) for word in dict.fromkeys(words(message))}
        found = sorted(filter(None, said.values()), key=lambda row: len(row.templates))
        known = sum(rarity(row.pages, self.pages) for row in found)
        whole = known + _NAME * rarity(0, self.pages) * sum(row is None for row in said.values())
        shared: defaultdict[int, float] = defaultdict(float)
        together: defaultdict[int, float] = defaultdict(float)
        left = _READ
        while found and len(found[0].templates) <= left:
            row = found.pop(0)
            left -= len(row.templates)
            self._count(row, row.templates, shared, together)
        for page in heapq.nlargest(_KEPT, together, key=together.__getitem__) if found else ():
            begin, end = (bisect.bisect_left(self.owners, one) for one in (page, page + 1))
            for row in found:
                first = bisect.bisect_left(row.templates, begin)
                held = row.templates[first : bisect.bisect_left(row.templates, end, first)]
                self._count(row, held, shared, together)
        best: dict[int, tuple[float, int]] = {}
        likes = {place: 2 * both / (whole + self.masses[place]) for place, both in shared.items()}
        for place, like in likes.items():
            page = self.owners[place]
            if page not in best or like > best[page][0]:
                best[page] = like, place
        pages = {
            page: Near(like, together[page] / whole, shared[place] / self.masses[place])
            for page, (like, place) in best.items()
        }
        nearest = heapq.nsmallest(_FIRST, likes.items(), key=lambda one: (-one[1], one[0]))
        return Nearness(pages, nearest)

    def _count(
        self, row: Word, templates: array[int], shared: defaultdict[int, float], together: defaultdict[int, float]
    ) -> None:
        """Add what a word is worth to these ``templates`` that hold it, and to their pages."""
        worth = rarity(row.pages, self.pages)
        for place in templates:
            shared[place] += worth
        for page in {self.owners[place] for place in templates}:
            together[page] += worth


def words(text: str) -> Iterator[str]:
    """The words of a message but for numbers: as written, their stems, and each two that stand side by side."""
    before = ""
    for word in latin_words(_PATH.sub(" ", text)):
        if word[0].isdigit():
            continue
        small = word.lower()
        yield from (one for one in latin(word) if len(one) > 1)
        yield f"_{small}"
        if before:
            yield f"{before} {stem(small)}"
        before = stem(small)


def build(templates: Iterable[tuple[int, str]]) -> Wordings:
    """The words of these templates, each with the number of its page."""
    owners, said = [], []
    holding: defaultdict[str, list[int]] = defaultdict(list)
    for place, (page, text) in enumerate(templates):
        owners.append(page)
        said.append(tuple(dict.fromkeys(words(text))))
        for word in said[-1]:
            holding[word].append(place)
    table = {word: Word(len({owners[one] for one in held}), array("I", held)) for word, held in holding.items()}
    pages = len(set(owners))
    worth = {word: rarity(row.pages, pages) for word, row in table.items()}
    return Wordings(table, owners, [round(sum(map(worth.__getitem__, own)), 3) for own in said], pages)


def rarity(held: int, pages: int) -> float:
    """The inverse document frequency of a word that so many of so many pages have in their templates."""
    return math.log(1 + (pages - held + 0.5) / (held + 0.5))
