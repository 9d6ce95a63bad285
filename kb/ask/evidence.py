"""How likely a question is to be asked of a page, by how often its words are said of that page.

A multinomial naive Bayes classifier (McCallum and Nigam 1998) with Lidstone smoothing: its classes are the pages, its
examples their names, their summaries and the questions people ask of them. Nothing is trained, words are only counted,
so that a page somebody adds counts as much as ours. Words that carry no matter say a little here: "when", "not" and
"from the first" are what tells twin pages apart.
"""

from __future__ import annotations

import bisect
import itertools
import math
import operator
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from kb.ask.regex import regex
from kb.ask.terms import han_runs, latin, latin_words, plain
from kb.noun import noun
from kb.words import has_han

TYPE_CHECKING = False
if TYPE_CHECKING:
    from kb.ask.rows import Table

AS_SAID = "_"  # begins the sign of a word as it was typed, whatever its stem
_STEM, _WORD, _CHAR, _PAIR = 0.4, 1.0, 0.5, 1.0  # what each kind counts, for signs say the same twice
_MENDED = 0.9  # the stem of a word that is mended, for a form of it that is said may be another,
_CERTAIN = 2.0  # and a sign that by itself says what is wrong
_UNSEEN = 0.1  # how often a sign that was never said of a page is taken to have been said (Lidstone's lambda)
_PRIOR = 300.0  # and how many of the signs of the whole library (Dirichlet's mu; Zhai and Lafferty 2004)
_MOST = 255  # times a sign is counted on one page
_LATIN = regex(r"\d+(?:\.\d+)?e[+-]?\d+|\d+\.\d+|[a-z0-9]+")
_NOTHING = regex(r"0\.0+")
_FRACTION = "_0."  # stands for any number between nothing and one: what a score or a loss usually is
_TINY, _HUGE = "_1e-", "_1e+"  # and these for numbers with an exponent
_BEYOND = "_>1"  # and for a score that is more than one, or than 100 %, which no share can be
_SCORED = regex(
    r"(?:dice|iou|f1|f-measure|precision|recall|accuracy|score|figure|指标|分数|得分|准确率|精确率|召回率)"
    r"(?:\s|:|=|is|of|was|at|reads|shows|是|为|到|等于|达到|有|居然|竟然){1,4}"
    r"(\d+(?:\.\d+)?)(\s?(?:%|percent|per cent))?"
)
_DIGIT = regex(r"\d")
_POWER = regex(r"\d[\d.]*e(-?)")
_RUN = regex(r"[\u3400-\u9fff]+")


@noun(frozen=True)
class Sign:
    """The entries, in rising order, of which something with this sign is said; how often of each, of all, at most.

    Where that would be longer, ``times`` are those of every entry in turn, and ``entries`` are empty.
    """

    entries: array[int]
    times: Sequence[int]
    total: int
    most: int


@noun(frozen=True)
class Said:
    """What is said of all entries: each sign, how many signs are said of each entry, and how many kinds there are."""

    signs: Table[str, Sign]
    lengths: array[float]
    kinds: int

    @cached_property
    def whole(self) -> float:
        """How many signs are said of all entries together."""
        return sum(self.lengths)

    @cached_property
    def unsaid(self) -> list[float]:
        """For each entry the logarithm of how often a sign is said of it that never was, but for what all share."""
        spread = _UNSEEN * self.kinds + _PRIOR
        return [-math.log(length + spread) for length in self.lengths]


def signs(text: str) -> dict[str, float]:
    """What of ``text`` may tell pages apart, each with what it counts."""
    text = plain(text)
    found = {stem: _STEM for word in latin_words(text) for stem in latin(word)}
    for word in _LATIN.findall(text.lower()):
        nothing = _NOTHING.fullmatch(word)
        found[AS_SAID + ("0" if nothing else word)] = _WORD
        if word.startswith("0.") and not nothing:
            found[_FRACTION] = _WORD
        elif power := _POWER.match(word):
            found[_TINY if power[1] else _HUGE] = _WORD
    if _DIGIT.search(text) and any(
        _impossible(float(value), bool(share)) for value, share in _SCORED.findall(text.lower())
    ):
        found[_BEYOND] = _CERTAIN
    runs = _RUN.findall(text) if has_han(text) else ()
    if runs:
        couples = {run[i : i + 2] for run in han_runs(text) for i in range(len(run) - 1)}  # what is searched by anyway
        for run in runs:
            found |= dict.fromkeys(run, _CHAR)
            found |= {run[i : i + 2]: _PAIR for i in range(len(run) - 1) if run[i : i + 2] not in couples}
    return found


def asked(text: str, mended: Iterable[str] = (), meant: Iterable[str] = ()) -> dict[str, float]:
    """The signs of a question; ``mended`` are the stems of its words no entry holds as typed, ``meant`` the words."""
    return signs(text) | signs(" ".join(meant)) | dict.fromkeys(mended, _MENDED)


def _impossible(score: float, percent: bool) -> bool:
    """Whether no share has this value; one from 2 to 100 may be in per cent although that is not written."""
    return score > 100 or (1 < score < 2 and not percent)


def build(pages: Iterable[Iterable[str]]) -> Said:
    """Count what is said of each page: its sentences and names."""
    rows: dict[str, tuple[array[int], array[int]]] = {}
    lengths = array("d")
    for number, texts in enumerate(pages):
        times = Counter(sign for text in texts for sign in signs(text))
        lengths.append(float(times.total()))
        for sign, count in times.items():
            entries, counts = rows.setdefault(sign, (array("I"), array("B")))
            entries.append(number)
            counts.append(min(count, _MOST))
    return Said({sign: _sign(*row, len(lengths)) for sign, row in rows.items()}, lengths, len(rows))


def _sign(entries: array[int], times: array[int], pages: int) -> Sign:
    """A sign of these of so many ``pages``; the number of an entry takes twice the room of how often it is said."""
    total, most = sum(times), max(times)
    if 3 * len(entries) <= pages:
        return Sign(entries, times, total, most)
    every = bytearray(pages)
    for number, count in zip(entries, times, strict=True):
        every[number] = count
    return Sign(array("I"), every, total, most)


class Evidence:
    """What one question says for each entry, in nats over what it says for the library as a whole."""

    def __init__(self, text: str, said: Said, mended: Iterable[str] = (), meant: Iterable[str] = ()) -> None:
        """``mended`` and ``meant`` as in `asked`."""
        known = ((said.signs.get(sign), weight) for sign, weight in asked(text, mended, meant).items())
        found = [(sign, weight) for sign, weight in known if sign]
        self.weight = sum(weight for _, weight in found)
        every = said.whole or 1.0
        self._unsaid = said.unsaid
        floors = [_UNSEEN + _PRIOR * sign.total / every for sign, _ in found]
        self._usual = sum(
            weight * math.log(sign.total / every / floor) for (sign, weight), floor in zip(found, floors, strict=True)
        )
        self._signs = [
            (sign, _gains(weight, floor, sign.most)) for (sign, weight), floor in zip(found, floors, strict=True)
        ]

    def of_all(self) -> list[float]:
        """For every entry of a library that is not large."""
        columns: list[Iterable[float]] = [map(operator.mul, itertools.repeat(self.weight), self._unsaid)]
        columns += [map(gains.__getitem__, sign.times) for sign, gains in self._signs if not sign.entries]
        # To add up columns takes a third of the time of adding to one entry after the other.
        found: list[float] = [*map(sum, zip(*columns, strict=False), itertools.repeat(-self._usual))]
        for sign, gains in self._signs:
            for number, times in zip(sign.entries, sign.times, strict=False):
                found[number] += gains[times]
        return found

    def of(self, numbers: Collection[int]) -> dict[int, float]:
        """For these entries."""
        found = {number: self.weight * self._unsaid[number] - self._usual for number in numbers}
        for sign, gains in self._signs:
            entries, times = sign.entries, sign.times
            if not entries:
                for number in numbers:
                    found[number] += gains[times[number]]
                continue
            for number in numbers:
                place = bisect.bisect_left(entries, number)
                if place < len(entries) and entries[place] == number:
                    found[number] += gains[times[place]]
        return found


def _gains(weight: float, floor: float, most: int) -> list[float]:
    """What a sign is worth by how often it was said, over what it is worth unsaid."""
    return [weight * math.log1p(times / floor) for times in range(most + 1)]
