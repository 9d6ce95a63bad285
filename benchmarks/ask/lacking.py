"""An index as it would be without some templates or pages, made from the whole one in a moment.

To index the library takes seconds, and each message that is left out needs another one. Only what the ranking of
unseen messages reads is patched: the templates and their words, the terms of the pages, and what is said of them. The
lengths that parts usually have are taken from the whole library.
"""

from __future__ import annotations

import dataclasses
import re
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from rapidfuzz import fuzz

from kb.ask import errors, evidence, fields, index
from kb.ask.evidence import Said, Sign
from kb.ask.index import Index, Term
from kb.ask.templates import Template, Templates, masked
from kb.ask.terms import terms
from kb.ask.wordings import Word, Wordings
from kb.entry import Entry
from kb.noun import changed

_QUOTES = 78  # how like in per cent what quotes a template is
_QUOTED = re.compile(r"`[^`\n]+`|\"[^\"\n]{12,}\"|'[^'\n]{12,}'")


class Lacking(Templates):
    """Templates without those of some pages, by number, and some others."""

    def __init__(self, whole: Templates, gone: Collection[str], pages: Collection[int] = ()) -> None:
        super().__init__(whole.every, whole.parts, whole.words, whole.letters)
        self._gone, self._pages = gone, pages

    def held(self, message: str) -> list[Template]:
        return [one for one in super().held(message) if self._left(one)]

    def alike(self, words: Iterable[str]) -> Iterator[Template]:
        return filter(self._left, super().alike(words))

    def _left(self, one: Template) -> bool:
        return one.text not in self._gone and one.number not in self._pages


class Whole:
    """A library with its index, and what that is without some of it."""

    def __init__(self, pages: Iterable[Entry], known: Index | None = None) -> None:
        self.pages = [page for page in pages if not page.draft]
        self.index = known or index.build(self.pages)
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, one in self.index.errors.every.items():  # type: ignore[attr-defined] # it is a dictionary
            self._places[one.text].append(place)
        lengths = [{part: len(terms(text)) for part, text in fields.texts(page).items()} for page in self.pages]
        self._usual = {part: max(1.0, sum(one[part] for one in lengths) / len(lengths)) for part in fields.FIELDS}
        self._own: dict[tuple[int, frozenset[str]], tuple[dict[str, tuple[float, int]], Counter[str]]] = {}

    def without(self, gone: Collection[str] = (), pages: Collection[str] = ()) -> Index:
        """The index without these templates and whatever quotes them, and without these pages."""
        out = [self.index.number[page] for page in pages]
        owners = self.index.wordings.owners
        places = {place for text in gone for place in self._places[text]}
        for number in out:
            places.update(range(bisect_left(owners, number), bisect_left(owners, number + 1)))
        terms_of: dict[int, Mapping[str, tuple[float, int]]] = {number: {} for number in out}
        unsaid: dict[int, Counter[str]] = {}
        for number in {owners[place] for place in places}.difference(out):
            lost = frozenset(gone).intersection(self.pages[number].errors)
            terms_of[number], unsaid[number] = self._left(number, lost)
        whole, said = self.index.wordings, self.index.said
        lengths = array("d", said.lengths)
        for number, lost_signs in unsaid.items():
            lengths[number] -= lost_signs.total()
        return changed(
            self.index,
            errors=Lacking(self.index.errors, gone, out),
            table=_Terms(self.index.table, terms_of, len(self.pages)),
            wordings=Wordings(_Words(whole.words, places, owners), owners, whole.masses, whole.pages),
            said=Said(_Signs(said.signs, unsaid), lengths, said.kinds) if unsaid else said,
        )

    def fitting(self, text: str) -> set[str]:
        """The templates that fit ``text``, also if a better one were not there."""
        found: set[str] = set()
        while some := errors.recognise(text, Lacking(self.index.errors, frozenset(found))):
            found.update(one.template for one in some)
        return found

    def _left(self, number: int, lost: frozenset[str]) -> tuple[dict[str, tuple[float, int]], Counter[str]]:
        """The terms a page keeps without these templates, and the signs that are no more said of it."""
        if (number, lost) not in self._own:
            page = self.pages[number]
            left = without(page, lost)
            before, after = Counter(fields.said(page)), Counter(fields.said(left))
            signs = Counter(sign for text in (before - after).elements() for sign in evidence.signs(text))
            signs.subtract(sign for text in (after - before).elements() for sign in evidence.signs(text))
            self._own[number, lost] = self._terms(left), signs
        return self._own[number, lost]

    def _terms(self, page: Entry) -> dict[str, tuple[float, int]]:
        """What each term is worth in the page, and whether it stands in its core, as `index` has it."""
        strength: defaultdict[str, float] = defaultdict(float)
        core: set[str] = set()
        for part, text in fields.texts(page).items():
            times, of = Counter(terms(text)), fields.FIELDS[part]
            scale = of.weight / (1 - of.b + of.b * times.total() / self._usual[part])
            for term, count in times.items():
                strength[term] += scale * count
            if part in fields.CORE:
                core |= times.keys()
        return {term: (value / (index.K1 + value), int(term in core)) for term, value in strength.items()}


class _Lookup:
    """A table of which each row is made when it is asked for."""

    def get(self, key: str) -> Any:
        raise NotImplementedError

    def __getitem__(self, key: str) -> Any:
        return self.get(key)

    def __contains__(self, key: object) -> bool:
        return self.get(str(key)) is not None


class _Words(_Lookup):
    def __init__(self, table: Any, gone: Collection[int], owners: Sequence[int]) -> None:
        self._table, self._gone, self._owners = table, gone, owners

    def get(self, key: str) -> Word | None:
        row = self._table.get(key)
        if row is None or self._gone.isdisjoint(row.templates):  # type: ignore[attr-defined] # it is a set
            return row  # type: ignore[no-any-return]
        left = array("I", [place for place in row.templates if place not in self._gone])
        return Word(len({self._owners[place] for place in left}), left) if left else None


class _Terms(_Lookup):
    def __init__(self, table: Any, rows: Mapping[int, Mapping[str, tuple[float, int]]], pages: int) -> None:
        self._table, self._rows, self._pages = table, rows, pages

    def get(self, key: str) -> Term | None:
        whole = self._table.get(key)
        if whole is None:
            return None
        entries, worth, core = whole.entries[:], whole.worth[:], whole.core[:]
        for number, own in self._rows.items():
            place = bisect_left(entries, number)
            if place < len(entries) and entries[place] == number:
                if key in own:
                    worth[place], core[place] = own[key]
                else:
                    del entries[place], worth[place], core[place]
        if not entries:
            return None
        return Term(index.rarity(len(entries), self._pages), max(worth), entries, worth, core, whole.sentences)


class _Signs(_Lookup):
    def __init__(self, table: Any, unsaid: Mapping[int, Counter[str]]) -> None:
        self._table, self._unsaid = table, unsaid

    def get(self, key: str) -> Sign | None:
        row = self._table.get(key)
        if row is None or not any(key in lost for lost in self._unsaid.values()):
            return row  # type: ignore[no-any-return]
        times = array("B", row.times)
        for number, lost in self._unsaid.items():
            place = bisect_left(row.entries, number) if row.entries else number
            if key in lost and place < len(times) and (not row.entries or row.entries[place] == number):
                times[place] = max(0, times[place] - lost[key])
        return Sign(row.entries, times, max(1, sum(times)), max(1, *times))


def without(page: Entry, gone: Collection[str]) -> Entry:
    """The page without these templates and whatever in it quotes them."""
    left = _unquoted(page, [bare(one) for one in gone])
    return dataclasses.replace(left, errors=tuple(one for one in page.errors if one not in gone)) if gone else page


@cache
def bare(template: str) -> str:
    """What a template says itself."""
    return masked(template.replace("*", " "))


def _unquoted(value: Any, gone: Sequence[str]) -> Any:
    """``value`` without what quotes one of ``gone``: names and sentences as a whole, in prose what stands in quotes."""
    if isinstance(value, str):
        return _QUOTED.sub(lambda match: "" if _quotes(match[0], gone) else match[0], value) if gone else value
    if isinstance(value, tuple):
        return tuple(_unquoted(one, gone) for one in value if not (isinstance(one, str) and _quotes(one, gone)))
    if isinstance(value, Mapping):
        return {key: _unquoted(one, gone) for key, one in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kept = ("id", "kind", "reproduce", "errors", "related", "references", "standing", "cites", "proof")
        parts = {one.name: getattr(value, one.name) for one in dataclasses.fields(value) if one.name not in kept}
        return dataclasses.replace(value, **{name: _unquoted(one, gone) for name, one in parts.items()})
    return value


def _quotes(text: str, gone: Iterable[str]) -> bool:
    said = masked(text)
    return len(said) >= 10 and any(
        fuzz.partial_ratio(said, one) >= _QUOTES or fuzz.token_set_ratio(said, one) >= _QUOTES + 7 for one in gone
    )
