"""All the entries, read once: by id, and by every name that leads to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kb import places, printed
from kb.entry import Entry
from kb.noun import changed, noun
from kb.problem import Problem, did_you_mean
from kb.prose import Block
from kb.text import Lang, Text
from kb.words import fold, spaced

if TYPE_CHECKING:
    from kb.choices import Kind
    from kb.near import Word
    from kb.yamlfile import Places

BUILT_IN = Path(__file__).parent / "entries"
FOLDERS: Mapping[str, Kind] = {
    "polyps": "polyp",
    "datasets": "dataset",
    "concepts": "concept",
    "pitfalls": "pitfall",
    "symptoms": "symptom",
}
AMBIGUOUS = "ambiguous.yaml"


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


def user_folder() -> Path:
    """Where a person's own entries lie, in folders by kind like the built-in ones; it need not exist."""
    return Path(places.data()) / "entries"


def layers(folder: Path) -> tuple[Path, ...]:
    """The folders whose entries count when ``folder`` is asked for; an entry of a later one hides an earlier one's."""
    return tuple(map(Path, printed.layers(str(folder), str(BUILT_IN))))


def strays(folder: Path) -> list[Path]:
    """Files that look like entries of ``folder`` but are not read as such: in none of its folders, or misnamed."""
    loose = [path for path in folder.glob("[!.]*.y*ml") if path.name != AMBIGUOUS]
    return sorted([*loose, *(path for name in FOLDERS for path in (folder / name).glob("[!.]*.yml"))])


def load(folder: Path = BUILT_IN, kinds: Collection[Kind] = tuple(FOLDERS.values())) -> Library:
    """Read every entry of these kinds below ``folder``; raises `Problem` at the first file that is wrong."""
    entries = {path.stem: read_entry(path) for path in files(folder) if FOLDERS[path.parent.name] in kinds}
    words = folder / AMBIGUOUS
    return Library(entries, read_ambiguous(words) if words.exists() else {})


def files(folder: Path) -> list[Path]:
    """The entry files below ``folder``, in a stable order; what an editor hides beside them is none."""
    return [path for name in FOLDERS for path in sorted((folder / name).glob("[!.]*.yaml"))]


def read_entry(path: Path) -> Entry:
    """One page; its file name is its id and its folder its kind. Raises `Problem` with file:line:column."""
    return read_placed(path)[0]


def read_placed(path: Path) -> tuple[Entry, Places]:
    """The same with the place of each part, for complaints about what it says."""
    from kb import yamlfile  # loads YAML, which a library that was printed does without
    from kb.shape import Form

    data, places = yamlfile.read(path)
    if data is None:
        raise Problem(
            Text("the file is empty", "文件是空的"),
            path=path,
            hint=Text("an entry begins with its title: and summary:", "条目以 title: 和 summary: 开头"),
        )
    entry = Form(path, places).build(Entry, data)
    kind = FOLDERS.get(path.absolute().parent.name, "concept")
    return changed(entry, id=path.stem, kind=kind, path=path), places


def read_ambiguous(path: Path) -> dict[str, tuple[Meaning, ...]]:
    """The words that mean more than one thing, by folded key."""
    from kb import yamlfile
    from kb.shape import Form

    data, places = yamlfile.read(path)
    form = Form(path, places)
    found = {}
    if not isinstance(data or {}, dict):
        raise Problem(
            Text("expected words, each with its meanings", "此处应为词及其各个含义"),
            path=path,
            line=1,
            hint=Text("word: [{en: ..., zh: ..., entry: id}, ...]", "写法：词: [{en: ..., zh: ..., entry: id}, ...]"),
        )
    for word, meanings in (data or {}).items():
        if not isinstance(meanings, list):
            meanings = [meanings]  # noqa: PLW2901 - a single sense is complained about by its shape below
        found[fold(word)] = tuple(form.build(Meaning, item, (word, i)) for i, item in enumerate(meanings))
    return found
