"""The library as it was printed: names, titles and every page laid out, in one file that is read piece by piece.

A look-up may take little longer than Python itself, so nothing is loaded here that Python has not loaded already.
`kb.printing` writes the file: a wheel brings one along; where none is up to date (in a clone, or when a person has
entries of their own) one is kept in the user's cache folder. The file holds nothing but text, and numbers in the
machine's own order where there are names enough for `kb.pairs`.
"""

from __future__ import annotations

import os

from kb import places
from kb.prose import Block
from kb.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kb.near import Word
    from kb.text import Lang

HERE = os.path.dirname(os.path.abspath(__file__))
BUILT_IN = f"{HERE}/entries"
SHIPPED = f"{HERE}/printed.txt"  # made when a wheel is built; a clone has none
HEAD, APART, NONE = "trainoscope pages 3", "\x1f", "\x1e"  # count up when the file looks different
_HEAD = 1_000  # bytes that the first line has at most


class Half(Value):
    """The title of a page in the other language, where an `Entry` has it."""

    __slots__ = ("title",)

    def __init__(self, title: str) -> None:
        self.title = title


class Card(Value):
    """What is known of a page that has not been read, as an `Entry` has it, and where in the file the page stands."""

    __slots__ = ("id", "kind", "places", "title", "zh")

    def __init__(self, line: str) -> None:
        self.id, self.kind, self.title, zh, *self.places = line.split(APART)
        self.zh = Half(zh)


class Sense(Value):
    """One sense of an ambiguous word, as a `kb.collection.Meaning` has it."""

    __slots__ = ("en", "entry", "usual", "zh")

    def __init__(self, en: str, zh: str, entry: str, usual: str) -> None:
        self.en, self.zh, self.entry, self.usual = en, zh, entry, bool(usual)


class Printed:
    """Opens what `kb.printing` wrote, a file or its bytes; raises `ValueError` if damaged or made from other pages.

    What came with the program is believed like the program; what was kept is checked, piece by piece, as it is read.
    """

    _open = -1  # until there is a file

    def __init__(self, source: str | bytes, signature: str = "", *, kept: bool = True) -> None:
        self._open = -1 if isinstance(source, bytes) else os.open(source, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self._whole, self._kept = source if isinstance(source, bytes) else b"", kept
        first = self._read(0, _HEAD).partition(b"\n")[0]
        head = first.decode().split(APART)
        if head[0] != HEAD or len(head) != 5 or head[1] != (signature or head[1]):
            raise ValueError(head[0])
        (seal, *sizes), self._near, (seal_of_body, size_of_body) = (list(map(int, one.split())) for one in head[2:])
        at = len(first) + 1
        self._exact, cards, senses, problems = _columns(self._piece(at, sum(sizes), seal), sizes)
        self._at_near = at + sum(sizes)
        self._body = (self._at_near + sum(self._near[1:]), size_of_body, seal_of_body)
        self._cards, self.problems = cards.decode(), problems.decode()
        self.ambiguous: dict[str, tuple[Sense, ...]] = {}
        for line in _lines(senses):
            word, *sense = line.split(APART)
            self.ambiguous[word] = (*self.ambiguous.get(word, ()), Sense(*sense))

    def __del__(self) -> None:
        if self._open >= 0:
            os.close(self._open)

    def __contains__(self, name: object) -> bool:
        return bool(name) and f"\n{name}{APART}" in self._cards

    def __getitem__(self, name: str) -> Card:
        start = self._cards.find(f"\n{name}{APART}") + 1
        if not start:
            raise KeyError(name)
        return Card(self._cards[start : self._cards.index("\n", start)])

    def __iter__(self) -> Iterator[str]:
        return (line[: line.index(APART)] for line in self._cards.split("\n")[1:-1])

    def cards(self) -> Iterator[Card]:
        """All of them, in the order of the library."""
        return map(Card, self._cards.split("\n")[1:-1])

    def names(self) -> Iterator[tuple[str, str]]:
        """Every (name, id): ids, titles and aliases of both languages, as written."""
        _, _, names, ids = self.spellings()
        yield from zip(names, ids, strict=True)

    def exact(self, key: str) -> str | None:
        """The id of the first name that folds to ``key``."""
        _, found, rest = self._exact.partition(f"\n{key}{APART}".encode())
        return rest[: rest.index(b"\n")].decode() if found else None

    def spellings(self, word: Word | None = None) -> tuple[list[str], list[str], list[str], list[str]]:
        """Four lists side by side: every name folded, its words apart, as written, and its id.

        Where there are very many, only those that share the most pairs of letters with ``word``, if there is one.
        """
        seal, *sizes = self._near
        *columns, places = _columns(self._piece(self._at_near, sum(sizes), seal), sizes)
        if word is None or len(places) <= 1:
            keys, words, names, ids = map(_lines, columns)
        else:
            keys, words, names, ids = self._alike(word, columns, places.decode())
        return keys, words, names, ids

    def _alike(self, word: Word, columns: Sequence[bytes], places: str) -> Iterator[list[str]]:
        from array import array

        from kb import pairs

        def put(pair: str) -> list[bytes]:
            """What stands in the lists' places of a pair; nothing where no name has it."""
            _, found, rest = places.partition(f"\n{pair}{APART}")
            return [self._part(place) for place in rest[: rest.index("\n")].split(APART)] if found else []

        sizes, *starts = put("")
        own = pairs.pairs(word.key, word.words)
        near = pairs.nearest((array("I", raw) for pair in own for raw in put(pair)), len(own), sizes)
        for column, raw in zip(columns, starts, strict=True):
            begins = array("I", raw)
            yield [column[begins[at] : begins[at + 1] - 1].decode() for at in near]

    def blocks(self, card: Card, lang: Lang) -> list[Block]:
        """The page, laid out for any width."""
        text = self._text(card.places[lang == "zh"])
        return [
            Block(style, line, None if lead == NONE else lead)  # type: ignore[arg-type] # a style, as it was written
            for style, lead, line in (block.split(APART) for block in text.split("\n") if block)
        ]

    def data(self, card: Card) -> str:
        """The entry itself, as `kb.thaw` reads it."""
        return self._text(card.places[2])

    def check(self) -> None:
        """Read it all; raises `ValueError` where a byte is not what was written."""
        if not self._kept:
            return
        self._piece(self._at_near, sum(self._near[1:]), self._near[0])
        self._piece(*self._body)

    def _text(self, place: str) -> str:
        return self._part(place).decode()

    def _part(self, place: str) -> bytes:
        at, size, seal = map(int, place.split())
        return self._piece(self._body[0] + at, size, seal)

    def _piece(self, at: int, size: int, seal: int) -> bytes:
        piece = self._read(at, size)
        if self._kept and (len(piece) != size or _crc32(piece) != seal):
            raise ValueError(at)
        return piece

    def _read(self, at: int, size: int) -> bytes:
        if self._open < 0:
            return self._whole[at : at + size]
        os.lseek(self._open, at, os.SEEK_SET)
        return os.read(self._open, size)


def kept(folders: Sequence[str], cache: str = "") -> Printed | None:
    """What was printed of these folders, the built-in one first, if it is up to date; else None."""
    shipped = list(folders) == [BUILT_IN] and os.path.exists(SHIPPED)
    try:
        return Printed(SHIPPED, kept=False) if shipped else Printed(place(folders, cache), signature(folders))
    except (OSError, ValueError):
        return None


def layers(folder: str = BUILT_IN, built_in: str = BUILT_IN) -> list[str]:
    """The folders whose entries count when ``folder`` is asked for; an entry of a later one hides an earlier one's."""
    own = f"{places.data()}/entries"
    return list(dict.fromkeys([built_in, *([own] if os.path.isdir(own) else []), folder]))


def place(folders: Sequence[str], cache: str = "", what: str = "pages", suffix: str = "txt") -> str:
    """The file of the cache folder in which something is kept of the entries in these folders."""
    return f"{cache or places.cache()}/{what}-{_crc32(os.fsencode(chr(0).join((HERE, *folders)))):08x}.{suffix}"


def signature(folders: Sequence[str]) -> str:
    """Changes whenever a page of these folders, or the program that lays them out, is added, removed or written."""
    mixed = total = 0
    for folder in (HERE, *folders):
        for entry in _written(folder):
            facts = _facts(entry)
            mixed ^= _crc32(os.fsencode(f"{entry.path}/{facts.st_mtime_ns}/{facts.st_size}"))
            total += facts.st_mtime_ns + facts.st_size
    return f"{mixed:08x}{total:x}"


def names() -> list[tuple[str, str]]:
    """Every (name, id), for a completion that may load nothing; where nothing is printed yet, the ids of the files."""
    folders = layers()
    if (pages := kept(folders)) is not None:
        return list(pages.names())
    files = (entry.path for folder in folders for entry in _written(folder))
    ids = [
        os.path.basename(path)[:-5] for path in files if path.endswith(".yaml") and os.path.dirname(path) not in folders
    ]
    return list(zip(ids, ids, strict=True))


def _facts(entry: os.DirEntry[str]) -> os.stat_result:
    """What is known of a file; of a link that leads nowhere, what is known of the link."""
    try:
        return entry.stat()
    except OSError:
        return entry.stat(follow_symlinks=False)


def _written(folder: str) -> Iterator[os.DirEntry[str]]:
    """The files that a library is made of, and the programs of this package; nothing where no folder can be read."""
    for entry in _inside(folder):
        if entry.name.endswith((".yaml", ".yml", ".py")):
            yield entry
        elif folder != HERE and entry.is_dir():
            yield from (one for one in _inside(entry.path) if one.name.endswith((".yaml", ".yml")))


def _inside(folder: str) -> list[os.DirEntry[str]]:
    try:
        return list(os.scandir(folder))
    except OSError:
        return []


def _columns(raw: bytes, sizes: Sequence[int]) -> Iterator[bytes]:
    at = 0
    for size in sizes:
        yield raw[at : at + size]
        at += size


def _crc32(raw: bytes) -> int:
    from binascii import crc32  # nothing that came with the program asks for it

    return crc32(raw)


def _lines(column: bytes) -> list[str]:
    return column.decode().split("\n")[1:-1]
