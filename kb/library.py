"""Reads the entries from their files, each once."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from kb import places, printed
from kb.collection import FOLDERS, Library, Meaning
from kb.entry import Entry
from kb.noun import changed
from kb.problem import Problem
from kb.text import Text
from kb.words import fold

if TYPE_CHECKING:
    from kb.choices import Kind
    from kb.yamlfile import Places

BUILT_IN = Path(__file__).parent / "entries"
AMBIGUOUS = "ambiguous.yaml"


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
