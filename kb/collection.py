"""All the entries: by id, and by every name that leads to them; whatever reads them makes one of these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kb.entry import Entry
from kb.noun import noun
from kb.words import fold, spaced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from kb.choices import Kind
    from kb.near import Word
    from kb.problem import Problem
    from kb.prose import Block
    from kb.text import Lang

FOLDERS: Mapping[str, Kind] = {
    "polyps": "polyp",
    "datasets": "dataset",
    "concepts": "concept",
    "pitfalls": "pitfall",
    "symptoms": "symptom",
}


@noun(frozen=True)
class Meaning:
    """One sense of an ambiguous word; ``entry`` is the id that explains it, or empty.

    ``usual`` marks the sense most people have in mind, whose page follows the choice.
    """

    en: str
    zh: str
    entry: str = ""
    usual: bool = False


class Library(Mapping[str, Entry]):
    """The entries by id, and the words that mean more than one thing."""

    def __init__(
        self,
        entries: Mapping[str, Entry],
        ambiguous: Mapping[str, tuple[Meaning, ...]],
        names: Iterable[tuple[str, str]] = (),
        problems: Iterable[Problem] = (),
    ) -> None:
        self._entries = entries
        self.problems = tuple(problems)  # of files that were left out
        self.ambiguous = dict(ambiguous)
        self._names = names  # where they are known beforehand, no page need be read for them
        self._exact: dict[str, str] = {}
        self._unfolded = self.names()
        self._spellings: tuple[list[str], list[str], list[str], list[str]] | None = None

    def __getitem__(self, name: str) -> Entry:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def named(self, name: str) -> Entry:
        """The entry with this id; raises `Problem` with the nearest id when there is none."""
        if name not in self:
            from kb.problem import Problem, did_you_mean
            from kb.text import Text

            raise Problem(Text(f"no entry called {name!r}", f"没有名为 {name!r} 的条目"), hint=did_you_mean(name, self))
        return self[name]

    def names(self) -> Iterator[tuple[str, str]]:
        """Every (name, id): ids, titles and aliases of both languages, as written."""
        if self._names != ():
            self._names = tuple(self._names)
            yield from self._names
            return
        for entry in self.values():
            for name in (entry.id, entry.title, *entry.aliases, entry.zh.title, *entry.zh.aliases):
                yield name, entry.id

    def exact(self, key: str) -> str | None:
        """The id of the first name that folds to ``key``."""
        if key not in self._exact:
            for name, found in self._unfolded:
                self._exact.setdefault(folded := fold(name), found)
                if folded == key:
                    break
        return self._exact.get(key)

    def blocks(self, entry: Entry, lang: Lang) -> list[Block]:
        """The page of the entry, laid out for any width."""
        from kb import page

        return page.blocks(entry, self, lang)

    def spellings(self, _word: Word | None = None) -> tuple[list[str], list[str], list[str], list[str]]:
        """Four lists side by side: every name folded, its words apart, as written, and its id."""
        if self._spellings is None:
            names, ids = map(list, zip(*self.names(), strict=True)) if len(self) else ([], [])
            self._spellings = list(map(fold, names)), list(map(spaced, names)), names, ids
        return self._spellings
