"""The index questions are answered from: which term stands in which entry, how strongly, and every name as terms."""

from __future__ import annotations

import bisect
import itertools
import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from kb.ask import alike, evidence, scope, templates, wordings
from kb.ask.evidence import Said
from kb.ask.fields import CORE, FIELDS, names, said, sentences, texts
from kb.ask.han import spoken
from kb.ask.regex import regex
from kb.ask.scope import Elsewhere
from kb.ask.templates import Templates, template
from kb.ask.terms import DENIED, SOUND, latin_words, plain, terms
from kb.ask.terms import sounds as sounds_of
from kb.ask.wordings import Wordings
from kb.entry import Entry
from kb.noun import noun
from kb.words import fold, has_han

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from kb.ask.alike import Alike
    from kb.ask.rows import Table

    _Spoken: TypeAlias = Sequence[tuple[str, array[int]]]  # the part of each sentence with its terms by number


@noun(frozen=True)
class Names:
    """The names of an entry, then the questions asked of it: together its sentences.

    ``keys`` are the letters of the names as they are compared, ``sounds`` how those with Chinese characters are said;
    ``masses`` what the terms of each sentence weigh.
    """

    keys: Sequence[str]
    sounds: Sequence[str]
    masses: Sequence[float]


STEMS, FORMS = "stems", "forms"  # the rows of `Index.words`
_PAIR = 2  # characters of a Chinese term
_JOINING = regex(  # none of them asks, denies or names anything
    r"\b(?:an?|the|do|does|did|is|are|was|i|you|my|me|it|to|of|for|in|on|please)\b|[的了吗呢啊呀吧嘛才就都也还]|请问|到底"
)
_SPOKEN = ("title", "aliases", "asked")
K1 = 1.2  # how soon more of the same term counts no more; the usual value
_SINGLE, _SOUND = 0.15, 0.25  # what a single Chinese character and a sound weigh in a name, against a word,
_DENIED = 0.5  # and a word said not to be there


@noun(frozen=True)
class Term:
    """A term: its inverse document frequency, the entries that hold it in rising order, its worth in each in [0, 1].

    ``most`` is the most it is worth in any of them; ``core`` is 1 where it stands in what says what the entry is about
    (`fields.CORE`), 0 where it stands elsewhere only; ``sentences`` are those that hold it, in rising order, counted
    through all entries.
    """

    rarity: float
    most: float
    entries: array[int]
    worth: array[float]
    core: array[int]
    sentences: array[int]

    def at(self, number: int) -> tuple[float, int]:
        """What the term is worth in the entry, and whether it is in its core; zeros when it is not there."""
        place = bisect.bisect_left(self.entries, number)
        if place == len(self.entries) or self.entries[place] != number:
            return 0.0, 0
        return self.worth[place], self.core[place]


@noun(frozen=True)
class Index:
    """Everything a question needs to know of the library; entries go by their number, the place in ``ids``.

    ``rarity`` is that of each term of ``table``; ``words`` are the known words in Latin letters, under `STEMS` as they
    are compared and under `FORMS` as they are written; ``heard`` the pairs of Chinese characters with a sound;
    ``errors`` the templates of messages, ``wordings`` their words; ``related`` the entries each names as related;
    ``firsts`` the first sentence of each, and how many all have; ``called`` the entries that have a name of these
    letters or sounds, ``asked`` those that a question of these letters is asked of; ``alike`` the words people use for
    one another. Tables may read from a file what they are asked for.
    """

    ids: tuple[str, ...]
    kinds: tuple[str, ...]
    errors: Templates
    related: tuple[tuple[int, ...], ...]
    firsts: Sequence[int]
    table: Table[str, Term]
    rarity: Table[str, float]
    names: Table[int, Names]
    called: Table[str, Sequence[int]]
    asked: Table[str, Sequence[int]]
    said: Said
    elsewhere: Elsewhere
    wordings: Wordings
    words: Table[str, tuple[str, ...]]
    heard: Table[str, tuple[str, ...]]
    alike: Table[str, Sequence[Alike]]

    @cached_property
    def number(self) -> dict[str, int]:
        """The number of each entry by its id."""
        return {name: i for i, name in enumerate(self.ids)}

    @property
    def rarest(self) -> float:
        """What a word that no entry holds, or only one, is taken to weigh."""
        return math.log(1 + 2 * len(self.ids))

    def speaks_of(self, subject: str, number: int) -> bool:
        """Whether the names, summary or error messages of the entry hold the whole of ``subject``.

        Of several words one sentence has to hold all, as "left" and "join" here and there are no "left join".
        """
        found = [term for term in terms(subject) if term[0] != SOUND]
        held = [term for name in found if (term := self.table.get(name)) and term.at(number)[1]]
        if not held or len(held) < len(found):
            return False
        return len(held) == 1 or bool(set.intersection(*(set(self.holding(term, number)) for term in held)))

    def weight(self, term: str) -> float:
        """What a term of a name weighs: its rarity, less for a single character and for a sound."""
        return _share(term) * (self.rarity.get(term) or 0.0)

    def holding(self, term: Term, number: int) -> list[int]:
        """Which of the sentences of the entry hold the term, counted from its first."""
        first, behind = self.firsts[number : number + 2]
        start = bisect.bisect_left(term.sentences, first)
        stop = bisect.bisect_left(term.sentences, behind, start)
        return [sentence - first for sentence in term.sentences[start:stop]]

    @cached_property
    def stems(self) -> frozenset[str]:
        """The terms in Latin letters and digits that some entry holds."""
        return frozenset(self.words[STEMS])

    @cached_property
    def forms(self) -> frozenset[str]:
        """The words in Latin letters that some entry holds letter for letter, endings included, in small letters."""
        return frozenset(self.words[FORMS])

    @cached_property
    def _by_first(self) -> dict[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for one in self.words[STEMS]:
            if one.isalpha():
                found[one[0]].append(one)
        return found

    def spellings(self, word: str) -> list[str]:
        """The known words in Latin letters that begin like ``word`` and are about as long, ready to be compared."""
        spread = 1 if len(word) < 7 else 2
        return [one for one in self._by_first.get(word[0], ()) if abs(len(one) - len(word)) <= spread]


def build(entries: Iterable[Entry]) -> Index:
    """The index of these entries but for drafts, which nobody has read; time and size grow with their text."""
    pages = [page for page in entries if not page.draft]
    number = {page.id: i for i, page in enumerate(pages)}
    vocabulary: dict[str, int] = {}
    spoken = [[(part, _numbered(text, vocabulary)) for part, text in sentences(page)] for page in pages]
    sounds = {number for term, number in vocabulary.items() if term[0] == SOUND}
    matter = [[_matter(part, numbers, sounds) for part, numbers in own] for own in spoken]
    table = _table(pages, spoken, matter, vocabulary)
    forms = {word.lower() for page in pages for word in latin_words("\n".join(texts(page).values())) if word.isalpha()}
    heard: defaultdict[str, list[str]] = defaultdict(list)
    for term in table:
        if len(term) == _PAIR and not term.isascii() and (sound := sounds_of(term)) in table:
            heard[sound].append(term)
    weights = [_share(term) * one.rarity for term, one in table.items()]
    every = {i: _names(page, matter[i], weights) for i, page in enumerate(pages)}
    called = _owners((*own.keys, *own.sounds) for own in every.values())
    asked = _owners(map(letters, (*page.asked, *page.zh.asked)) for page in pages)
    return Index(
        ids=tuple(page.id for page in pages),
        kinds=tuple(page.kind for page in pages),
        errors=templates.build(template(error, i) for i, page in enumerate(pages) for error in page.errors),
        related=tuple(tuple(number[one] for one in page.related if one in number) for page in pages),
        firsts=tuple(itertools.accumulate(map(len, matter), initial=0)),
        table=table,
        rarity={term: one.rarity for term, one in table.items()},
        names=every,
        called=called,
        asked=asked,
        said=evidence.build(said(page) for page in pages),
        elsewhere=scope.build(),
        wordings=wordings.build((i, error) for i, page in enumerate(pages) for error in page.errors),
        words={
            STEMS: tuple(sorted(term for term in table if term.isascii() and term[0].isalnum())),
            FORMS: tuple(sorted(forms)),
        },
        heard={sound: tuple(found) for sound, found in heard.items()},
        alike=alike.groups(),
    )


def _numbered(text: str, vocabulary: dict[str, int]) -> array[int]:
    """The terms of a text by their number; new ones are given a number."""
    return array("I", [vocabulary.setdefault(term, len(vocabulary)) for term in terms(text)])


def _table(
    pages: Sequence[Entry],
    spoken: Sequence[_Spoken],
    matter: Sequence[Sequence[array[int]]],
    vocabulary: dict[str, int],
) -> dict[str, Term]:
    """Every term of these pages in the vocabulary's order; ``spoken`` are their sentences, with the ``matter`` of each.

    Terms go by number and counts lie in arrays: objects for each of them would fill the memory of a large library.
    """
    counts = [_counted(page, own, vocabulary) for page, own in zip(pages, spoken, strict=True)]
    lengths = [{part: sum(times) for part, (_, times) in one.items()} for one in counts]
    usual = {part: max(1.0, sum(one[part] for one in lengths) / max(1, len(pages))) for part in FIELDS}
    rows = [(array("I"), array("f"), array("B"), array("I")) for _ in vocabulary]
    for sentence, numbers in enumerate(itertools.chain.from_iterable(matter)):
        for term in numbers:
            rows[term][3].append(sentence)
    for page, (counted, length) in enumerate(zip(counts, lengths, strict=True)):
        strength: defaultdict[int, float] = defaultdict(float)
        core: set[int] = set()
        for part, of in FIELDS.items():
            scale = of.weight / (1 - of.b + of.b * length[part] / usual[part])
            for term, times in zip(*counted[part], strict=True):
                strength[term] += scale * times
            if part in CORE:
                core.update(counted[part][0])
        for term, weight in strength.items():
            entries, worth, central, _ = rows[term]
            entries.append(page)
            worth.append(weight / (K1 + weight))
            central.append(term in core)
    return {
        term: Term(rarity(len(entries), len(pages)), max(worth), entries, worth, core, held)
        for term, (entries, worth, core, held) in zip(vocabulary, rows, strict=True)
    }


def _counted(page: Entry, spoken: _Spoken, vocabulary: dict[str, int]) -> dict[str, tuple[array[int], array[int]]]:
    """For each of `FIELDS` the numbers of its terms, and how often each occurs."""
    whole = {part: _numbered(text, vocabulary) for part, text in texts(page).items() if part not in _SPOKEN}
    for part in _SPOKEN:
        whole[part] = array("I", [term for own, numbers in spoken if own == part for term in numbers])
    times = {part: Counter(numbers) for part, numbers in whole.items()}
    return {part: (array("I", one.keys()), array("I", one.values())) for part, one in times.items()}


def _matter(part: str, numbers: array[int], sounds: Collection[int]) -> array[int]:
    """The terms of a sentence, each once; how a question sounds is not kept."""
    found = dict.fromkeys(numbers)
    return array("I", [one for one in found if one not in sounds] if part == "asked" else found)


def _names(page: Entry, matter: Sequence[array[int]], weights: Sequence[float]) -> Names:
    """``weights`` are those of the terms by their number."""
    masses = [sum(weights[term] for term in numbers) for numbers in matter]
    keys = [fold(plain(one)) for one in names(page)]
    return Names(keys, [spoken(key) for key in keys if has_han(key)], masses)


def letters(question: str) -> str:
    """What two questions have in common that are the same word for word, but for words that only join others."""
    text = plain(question).casefold()
    return fold(_JOINING.sub(" ", text)) or fold(text)


def _owners(pages: Iterable[Iterable[str]]) -> dict[str, list[int]]:
    """The pages that hold each of these texts, by their number."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, own in enumerate(pages):
        for text in dict.fromkeys(own):
            found[text].append(number)
    return dict(found)


def _share(term: str) -> float:
    """What a term weighs against a word that is as rare."""
    if term[0] in (SOUND, DENIED):
        return _SOUND if term[0] == SOUND else _DENIED
    return _SINGLE if len(term) == 1 and not term.isascii() else 1.0


def rarity(held: int, pages: int) -> float:
    """The inverse document frequency of a term that so many of so many entries hold."""
    return math.log(1 + (pages - held + 0.5) / (held + 0.5))
