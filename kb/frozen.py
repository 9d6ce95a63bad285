"""The library as it was printed (`kb.printed`), each page read only when asked for; printed anew when one changed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from kb import printed, thaw
from kb.collection import FOLDERS, Library, Meaning
from kb.entry import Entry
from kb.printed import Printed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from kb.choices import Kind
    from kb.problem import Problem


def load(folder: Path | None = None, cache: Path | None = None) -> Library:
    """What `kb.layers.load` gives, page by page on demand; ``cache`` is the folder to keep it in.

    A cache that is missing, damaged or cannot be written costs time, never an answer.
    """
    pages = open_(folder, cache)
    return pages if isinstance(pages, Library) else _library(pages)


def of_kinds(folder: Path, kinds: Collection[Kind], cache: Path | None = None) -> Library:
    """The entries of `load` that are of these kinds, without the ambiguous words."""
    pages = open_(folder, cache)
    if isinstance(pages, Printed):
        return Library(_Read(pages, kinds), {}, problems=_problems(pages))
    return Library({one.id: one for one in pages.values() if one.kind in kinds}, {}, problems=pages.problems)


def built_in(kinds: Collection[Kind] = tuple(FOLDERS.values()), cache: Path | None = None) -> Library:
    """The entries of these kinds that come with the program, and no others."""
    from kb import library

    pages = _printed([str(library.BUILT_IN)], library.load, cache)
    return Library(_Read(pages, kinds), {}) if isinstance(pages, Printed) else library.load(kinds=kinds)


def open_(folder: Path | None = None, cache: Path | None = None) -> Printed | Library:
    """The printed pages of `load`, which need no entry to be shown; the entries where nothing can be kept."""
    if folder is None:
        return _printed(printed.layers(), _from_files, cache)
    from kb import layers, library

    return _printed([*map(str, library.layers(folder))], lambda: layers.load(folder), cache)


def ship(file: Path) -> None:
    """Print the built-in entries into ``file``, for the wheel."""
    from kb import library, printing

    file.write_bytes(printing.text(library.load(), "shipped"))


def _from_files() -> Library:
    from kb import layers  # what reads files loads what a printed library does without

    return layers.load()


def _printed(folders: Sequence[str], read: Callable[[], Library], cache: Path | None) -> Printed | Library:
    """The printed library of these folders; where it can be kept nowhere, what was read instead."""
    where = str(cache or "")
    with contextlib.suppress(ValueError):  # damaged somewhere
        if (pages := printed.kept(folders, where)) is not None:
            pages.check()
            return pages
    from kb import printing

    seen, whole = printed.signature(folders), read()  # a page that is written meanwhile is noticed the next time
    file = printed.place(folders, where)
    if printing.may_keep(file) and printing.keep(file, printing.text(whole, seen)):
        return printed.kept(folders, where) or whole
    return whole


def _library(pages: Printed) -> Library:
    words = {
        word: tuple(Meaning(one.en, one.zh, one.entry, one.usual) for one in senses)
        for word, senses in pages.ambiguous.items()
    }
    return Library(_Read(pages), words, pages.names(), _problems(pages))


def _problems(pages: Printed) -> list[Problem]:
    """The files that were left out when the library was printed."""
    if not pages.problems:
        return []
    from kb import printing

    return printing.problems(pages.problems)


class _Read(Mapping[str, Entry]):
    """The entries of these kinds, or of all; each is read when it is first asked for."""

    def __init__(self, pages: Printed, kinds: Collection[Kind] | None = None) -> None:
        self._pages, self._read = pages, dict[str, Entry]()
        found = pages if kinds is None else (card.id for card in pages.cards() if card.kind in kinds)
        self._ids = dict.fromkeys(found)

    def __getitem__(self, name: str) -> Entry:
        if name not in self._read:
            if name not in self._ids:
                raise KeyError(name)
            self._read[name] = thaw.thawed(self._pages.data(self._pages[name]))
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, name: object) -> bool:
        return name in self._ids
