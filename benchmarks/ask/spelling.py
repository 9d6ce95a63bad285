"""Every title and alias as people misspell it: one slip, a homophone, pinyin, traditional characters."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files

from kb.ask import query, reply
from kb.ask.index import Index
from kb.collection import Library
from kb.entry import Entry
from kb.words import fold, has_han

_WORD = re.compile(r"[A-Za-z]{5,}")  # in a shorter word one slip often makes another word
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SHORTEST = 3  # Chinese characters of a name
Misspell = Callable[[str, random.Random], str]


def slip(name: str, chance: random.Random) -> str:
    """One letter left out, doubled, changed or exchanged with the next, in one of the longer words."""
    words = list(_WORD.finditer(name))
    if not words or has_han(name):
        return ""
    word = chance.choice(words)
    at = chance.randrange(word.start() + 1, word.end() - 1)
    a, b = name[at], name[at + 1]
    other = chance.choice("aeioustnrl".replace(a.lower(), ""))
    put = chance.choice([b, a + a + b, other + b, b + a])
    return name[:at] + put + name[at + 2 :]


def homophone(name: str, chance: random.Random) -> str:
    """One Chinese character exchanged for another that sounds the same."""
    places = [i for i, char in enumerate(name) if len(_alike(char)) > 1]
    if len(_HAN.findall(name)) < _SHORTEST or not places:
        return ""
    at = chance.choice(places)
    others = [char for char in _alike(name[at]) if char != name[at]]
    return name[:at] + chance.choice(others[:12]) + name[at + 1 :]


def sound_of(char: str) -> str:
    """The syllable of a Chinese character; empty when it is not known."""
    return _sounds().get(char, "")


def pinyin(name: str, _: random.Random) -> str:
    """A name of Chinese characters alone in Latin letters, a syllable each."""
    if len(name) < _SHORTEST or not all(_HAN.fullmatch(char) for char in name):
        return ""
    said = [sound_of(char) for char in name]
    return " ".join(said) if all(said) else ""


def traditional(name: str, _: random.Random) -> str:
    """The name in traditional characters, where they differ."""
    found = name.translate(_traditional())
    return found if found != name else ""


KINDS: dict[str, Misspell] = {
    "one slip (English)": slip,
    "one homophone": homophone,
    "pinyin": pinyin,
    "traditional characters": traditional,
}


def measured(pages: Library, index: Index, kind: Misspell) -> tuple[int, int, list[tuple[str, str, str]]]:
    """How many names were asked, for how many the right page came first, and the others: entry, as asked, found."""
    chance = random.Random(0)
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for name, entry in pages.names():
        owners[fold(name)].add(entry)
    for word, meanings in pages.ambiguous.items():
        owners[word] |= {one.entry for one in meanings}
    asked, missed = 0, []
    for entry in pages.values():
        for name in dict.fromkeys(_names(entry)):
            typed = kind(name, chance)
            if not typed or fold(typed) in owners:
                continue
            asked += 1
            text, _ = reply.checked(typed)
            found = reply.ranked(text, query.read(text, index), index)
            first = index.ids[found[0][0].number] if found else ""
            if first not in owners[fold(name)]:
                missed.append((entry.id, typed, first))
    return asked, asked - len(missed), missed


def table(pages: Library, index: Index) -> list[str]:
    """The lines of the table."""
    lines = ["| how it was misspelt | names | right first | % |", "|---|---:|---:|---:|"]
    for title, kind in KINDS.items():
        asked, right, _ = measured(pages, index, kind)
        lines.append(f"| {title} | {asked:,} | {right:,} | {100 * right / asked:.1f} |")
    return lines


def _names(entry: Entry) -> Iterable[str]:
    return (entry.title, *entry.aliases, entry.zh.title, *entry.zh.aliases)


@cache
def _lines() -> list[str]:
    return (files("kb.ask") / "han.txt").read_text(encoding="utf-8").splitlines()


@cache
def _sounds() -> dict[str, str]:
    return {char: sound for sound, chars in (line.split(" ", 1) for line in _lines()[2:]) for char in chars}


@cache
def _alike(char: str) -> str:
    return next((chars for _, chars in (line.split(" ", 1) for line in _lines()[2:]) if char in chars), "")


@cache
def _traditional() -> dict[int, str]:
    return {ord(plain): char for char, plain in zip(*_lines()[:2], strict=True)}
