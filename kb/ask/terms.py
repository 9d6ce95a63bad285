"""Cut a text into the terms it is found by: stems of English words, pairs of Chinese characters, and their sounds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from kb import beside
from kb.ask.han import simplified, sound
from kb.ask.regex import regex
from kb.words import has_han

SOUND = "~"  # begins a term that is two syllables of pinyin
DENIED = "!"  # begins a term that is an English word somebody says is not there, as "without any current" does

_LATIN = regex(r"\d+\.\d+|\d+e-?\d+|[A-Za-z0-9]+(?:[_.'][A-Za-z0-9]+)*")
_CAMEL = regex(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_NOT = frozenset(("no", "not", "without", "never", "cannot", "dont", "doesnt", "didnt", "isnt", "arent", "cant"))
_WIDE = tuple(zip("，：；（）？！", ",:;()?!", strict=True))  # a text with no others is normal, which is soon seen
_REACH = 3  # words behind such a word, among which the first with matter is what is not there
_RUN = regex(r"[\u3400-\u9fff]+")


@lru_cache(maxsize=256)  # a question is taken apart in several ways, and so are the passages of the page it finds
def plain(text: str) -> str:
    """``text`` with full-width and compatibility characters as ordinary ones, and traditional ones simplified."""
    if text.isascii():
        return text
    for wide, narrow in _WIDE:
        text = text.replace(wide, narrow)
    return simplified(unicodedata.normalize("NFKC", text)).replace("粘膜", "黏膜")


def terms(text: str) -> list[str]:
    """All terms of ``text``, as often as they occur; words that carry no matter are left out."""
    text = plain(text)
    words = latin_words(text)
    found = [term for word in words for term in latin(word)] + denied(words)
    for run in han_runs(text):
        found += pairs(run)
    return found


def latin_words(text: str) -> list[str]:
    """The English words, numbers and identifiers of a text that `plain` has seen, as written."""
    return _LATIN.findall(text)


def denied(words: Sequence[str]) -> list[str]:
    """For each of ``words`` that denies something the term of what it denies."""
    found = []
    for i, word in enumerate(words):
        if word.lower().replace("'", "") in _NOT:
            matter = (latin(one) for one in words[i + 1 : i + 1 + _REACH])
            found += [DENIED + one[0] for one in filter(None, matter)][:1]
    return found


def han_runs(text: str) -> Iterator[str]:
    """The stretches of Chinese characters between the words that carry no matter."""
    for run in _RUN.findall(text) if has_han(text) else ():
        stop, keep = _han_stops()
        kept = keep.findall(run)
        for part, content in zip([*keep.split(run)], [*kept, ""], strict=True):
            bare = [piece for piece in stop.split(part) if piece]
            yield from bare
            if content:
                yield content


def pairs(run: str) -> list[str]:
    """Pairs of characters with their sounds, and the single characters, of one run."""
    couples = [run[i : i + 2] for i in range(len(run) - 1)]
    return [*couples, *filter(None, map(sounds, couples)), *run]


@lru_cache(maxsize=50_000)
def sounds(couple: str) -> str:
    """The sound of two characters as a term; empty when one is not known."""
    first, second = sound(couple[0]), sound(couple[1])
    return f"{SOUND}{first}.{second}" if first and second else ""


@cache
def _stops() -> dict[str, frozenset[str]]:
    """The words of `stop.txt` by section."""
    found: dict[str, set[str]] = {}
    section = ""
    for line in beside.text(__file__, "stop.txt").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif not line.startswith("#"):
            found.setdefault(section, set()).update(line.split())
    return {name: frozenset(words) for name, words in found.items()}


@cache
def _han_stops() -> tuple[re.Pattern[str], re.Pattern[str]]:
    stop, keep = (sorted(_stops()[name], key=lambda word: (-len(word), word)) for name in ("zh", "kept"))
    return re.compile("|".join(stop)), re.compile("|".join(keep))


@cache
def idle_sounds() -> frozenset[str]:
    """The sounds of the Chinese words that carry no matter, pair by pair."""
    words = _stops()["zh"]
    return frozenset(said for word in words for i in range(len(word) - 1) if (said := sounds(word[i : i + 2])))


@lru_cache(maxsize=100_000)
def latin(word: str) -> tuple[str, ...]:
    """The terms of one word: its parts, and the whole when it is an identifier of several."""
    if word[0].isdigit() and "_" not in word:
        return (word.lower(),)
    parts = [part for piece in re.split(r"[_.']", word) for part in _split(piece)]
    stems = [stem(part) for part in parts if part not in _stops()["en"] or word.isupper()]
    if len(parts) > 1:
        stems.append("".join(parts))
    return tuple(dict.fromkeys(one for one in stems if one))


def _split(piece: str) -> list[str]:
    camel = _CAMEL.findall(piece)
    if len(camel) > 1 and all(part.isalpha() and len(part) > 1 for part in camel) and not piece.isupper():
        return [part.lower() for part in camel]
    return [piece.lower()]


_BRITISH = (
    ("isation", "ization"),
    ("ising", "izing"),
    ("ised", "ized"),
    ("ise", "ize"),
    ("iser", "izer"),
    ("colour", "color"),
    ("colours", "colors"),
    ("tumour", "tumor"),
    ("behaviour", "behavior"),
    ("neighbour", "neighbor"),
    ("neighbours", "neighbors"),
    ("neighbouring", "neighboring"),
    ("labelled", "labeled"),
    ("labelling", "labeling"),
    ("modelled", "modeled"),
    ("modelling", "modeling"),
    ("cancelled", "canceled"),
    ("analyse", "analyze"),
    ("analysed", "analyzed"),
    ("analysing", "analyzing"),
    ("artefact", "artifact"),
    ("artefacts", "artifacts"),
    ("centre", "center"),
    ("centres", "centers"),
    ("centred", "centered"),
    ("grey", "gray"),
    ("greyscale", "grayscale"),
)
_ENDINGS = (
    "ational",
    "ization",
    "izing",
    "ized",
    "izer",
    "ize",
    "ations",
    "ation",
    "ators",
    "ator",
    "ingly",
    "ings",
    "ing",
    "edly",
    "ed",
    "ies",
    "ers",
    "er",
    "es",
    "ly",
    "s",
    "e",
    "y",
)


_BY_LAST = {last: tuple(one for one in _ENDINGS if one[-1] == last) for last in {one[-1] for one in _ENDINGS}}
_BRITISH_ENDS = tuple(british for british, _ in _BRITISH)


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """``word`` without its ending, British spelling as American; words with digits and short ones as they are."""
    if len(word) < 4 or not word.isalpha():
        return word
    if word.endswith(_BRITISH_ENDS):
        british, american = next(both for both in _BRITISH if word.endswith(both[0]))
        word = word[: -len(british)] + american
    for ending in _BY_LAST.get(word[-1], ()):
        if (
            word.endswith(ending)
            and len(word) - len(ending) >= 3
            and not (ending == "s" and word.endswith(("ss", "us", "is")))
        ):
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl" else word
