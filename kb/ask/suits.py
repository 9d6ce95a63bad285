"""How well a passage suits a question: by what the question is after, the part it stands in, and what they share.

A linear score, fitted on questions whose passages were judged by hand (`benchmarks/ask/tune_passages.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache

from kb import beside
from kb.ask.intent import wanted
from kb.ask.regex import Either, regex
from kb.noun import noun
from kb.words import letters

_AIMS = {
    "choose": Either(
        (
            "how (?:do|should|can|would) (?:i|we|you|one) (?:choose|set|pick|tune|decide|weight)|"
            r"what (?:.{0,40} )?(?:should|would)\b|which .{0,40}\b(?:should|use|best|better)|good value"
        ),
        "(?:怎么|如何|怎样)(?:选|设|定|取|调|配|分配|加权|确定)|(?:设|选|取|用|设成|调到)(?:多少|多大|几|哪|什么)|合适|推荐|哪个好|哪种好",
    ),
    "compute": Either(
        (
            "how (?:do|can|should) (?:i|we|you|one) (?:compute|calculate|implement|write|code|measure)|"
            r"how to (?:compute|calculate|implement|write|code|measure)|\bcode\b"
        ),
        "怎么(?:计算|算|实现|写|测)|如何(?:计算|实现)|代码",
    ),
    "number": Either(
        (
            "how (?:many|much|large|big|long|often|likely|far|deep|small|high|fast)|"
            r"what (?:size|share|rate|percentage)|\bthreshold"
        ),
        "多少|多大|多久|多长|多深|多远|几|概率|比例|占比|阈值",
    ),
    "may": Either(
        (
            r"^(?:can|could|is|are|does|do|did|should|may|must|will|has|have)\b|"
            r"\b(?:can|should|do|is|does) (?:i|it|this|that|they)\b|\bok\b|\benough\b"
        ),
        "吗|行不行|能不能|可不可以|要不要|是不是|有没有|会不会|需不需要|对不对|算不算|够不够|必要",
    ),
    "differ": Either(
        r"difference|\bvs\b|versus|\bor\b|compared|same (?:as|thing)", "区别|不同|还是|差别|哪个|一样|一回事|相比"
    ),
    "called": Either(
        "what (?:kind|type) |called|which (?:kind|type|dye|mode|dataset|data set)|name of",
        "叫什么|叫啥|哪种|哪一种|什么型|哪篇|哪类",
    ),
}
_FIXED = "fixed"  # the snippet that mends a page's faulty one is no example like others
_DIGIT = regex(r"\d|[一二三四五六七八九十]分之")
_NAMED = 0.15  # of a question that says less beyond names of the page
_SITUATION = 90  # letters from which on it tells one
_PIECES, _BYTES = 4, 2000  # from where on a piece counts as late, and as long


@noun(frozen=True)
class Shared:
    """Which shares of the matter of a question a passage holds, in [0, 1].

    ``whole`` is of all of it, ``beyond`` of what goes beyond the names of the page, which count less.
    """

    whole: float
    beyond: float


class Judge:
    """Tells how well passages of a page of this ``kind`` suit a ``question``.

    ``own`` is the share of its matter that goes beyond the page's names.
    """

    def __init__(self, question: str, kind: str, own: float) -> None:
        self._parts, self._kind, self._own = wanted(question), kind, own
        self._aims = (*aims(question), "name alone") if own < _NAMED else aims(question)

    def score(self, weights: Mapping[str, float], part: str, key: str, text: str, place: int, shared: Shared) -> float:
        """The higher, the better; ``place`` counts the pieces of its part before it."""
        return sum(weights.get(name, 0.0) * value for name, value in self.signs(part, key, text, place, shared))

    def signs(self, part: str, key: str, text: str, place: int, shared: Shared) -> Iterator[tuple[str, float]]:
        """What speaks for a passage, by name, and how strongly; nothing speaks against one."""
        part = _FIXED if key == _FIXED else part
        yield part, 1.0
        yield f"{self._kind} {part}", 1.0
        for aim in self._aims:
            yield f"{aim} {part}", 1.0
        if part in self._parts:
            yield "asked for", 1 / (1 + self._parts.index(part))
        yield "shared", shared.whole
        yield "shared beyond", shared.beyond
        yield "shared of much", shared.beyond * self._own
        yield f"shared {part}", shared.whole
        if "told" in self._aims:
            yield "told shared", shared.whole
        yield "early", 1 - min(place, _PIECES) / _PIECES
        yield "short", 1 - min(len(text.encode()), _BYTES) / _BYTES
        if "number" in self._aims or "choose" in self._aims:
            yield "figures", float(_DIGIT.search(text) is not None)


def aims(question: str) -> tuple[str, ...]:
    """What the question is after; ``none`` when nothing in it says so."""
    text = question.casefold()
    found = [name for name, said in _AIMS.items() if said.within(text)]
    found += [f"for {part}" for part in wanted(question)[:1]]
    return (*(found or ["none"]), *(["told"] if _tells(question) else []))


def _tells(question: str) -> bool:
    """Whether it tells a situation rather than asks for a subject, which is shorter."""
    return letters(question) > _SITUATION


@cache
def fitted() -> dict[str, float]:
    """The weights beside this file."""
    weights: dict[str, float] = json.loads(beside.text(__file__, "passages.json"))
    return weights
