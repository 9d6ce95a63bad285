"""Understand a question that compares two things: which pages it sets side by side."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from kb.ask.index import Index
from kb.ask.regex import Either, regex
from kb.noun import noun
from kb.words import fold

_COMPARES = Either(
    r"\bdiffer|\bvs\b|\bversus\b|\bcompar|\bsame\b|\bbetter\b|\bworse\b|\bwhich\b|\bor\b|\bconfus|tell\b.+\bapart",
    "区别|不同|差别|差异|不一样|一样吗|一回事|同一个|分不清|哪个|哪种|还是|怎么选|选哪|对比|相比|比较|区分",
)
_BETWEEN = regex(r"还是|或者|[和与跟同及、或比]|\b(?:and|or|vs|versus|from|as|than|to|with)\b\.?", re.IGNORECASE)
_BEFORE = regex(r"(?:\b(?:is|are|differs?|different|better|worse|the same|same|compared)\s*)+$", re.IGNORECASE)
_BEHIND = regex(r"^\s*(?:an?|the|using|是用|用|选)(?:\s|(?<=[用选]))", re.IGNORECASE)
_PIECES = regex(r"[a-z0-9]+|[^\W_]", re.IGNORECASE)  # a Latin word, or one Chinese character
_LONG = 200  # characters of a question that may compare; a pasted error has many such words
_LONGEST = 10  # pieces of a name that is looked for beside the word between
_LEFT_OUT = ("", "polyp", "lesion", "loss", "息肉", "病变", "损失")  # nouns people leave out: "sessile and flat"


@noun(frozen=True)
class Sides:
    """The names that are set side by side, folded, and the entries by number that are called by each."""

    names: tuple[str, str]
    entries: tuple[tuple[int, ...], tuple[int, ...]]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The entries of both."""
        return (*self.entries[0], *self.entries[1])

    def both(self, keys: Iterable[str]) -> bool:
        """Whether an entry of these names is about both."""
        a, b = self.names
        return any(a in key and b in key.replace(a, "", 1) for key in keys)


def sides(text: str, index: Index) -> Sides | None:
    """What the question sets side by side; None unless two pages are called by the words that stand there."""
    if len(text) > _LONG or not _COMPARES.within(text.casefold()):
        return None
    for word in _BETWEEN.finditer(text):
        before, after = _BEFORE.sub("", text[: word.start()]), _BEHIND.sub("", text[word.end() :])
        left = _named(_endings(before), index)
        right = _named(_beginnings(after), index) if left else None
        if left and right and not {*left[1]} & {*right[1]}:
            return Sides((left[0], right[0]), (left[1], right[1]))
    return None


def compared(found: Sides | None, answer: str, order: Collection[str], index: Index) -> tuple[str, ...]:
    """The ids set side by side, that of ``answer`` first; nothing where the answer is neither, for it is about both."""
    number = index.number[answer]
    if found is None or number not in found.numbers or found.both(index.names[number].keys):
        return ()
    other = found.entries[number in found.entries[0]]
    ids = [index.ids[one] for one in other]
    return answer, next((one for one in order if one in ids), ids[0])


def _named(candidates: Iterable[str], index: Index) -> tuple[str, tuple[int, ...]] | None:
    """The first of these that is a name of some page, and the pages."""
    for key in map(fold, candidates):
        one = key[:-1] if key.endswith("s") and key.isascii() else ""
        for name in (one, *(key + end for end in _LEFT_OUT if end.isascii() == key.isascii() or not end)):
            if len(key) > 1 and (entries := index.called.get(name)):
                return key, tuple(entries)
    return None


def _endings(text: str) -> Iterator[str]:
    """The last words of ``text``, the longest run first, as far as they may be one name."""
    for piece in [*_PIECES.finditer(text)][-_LONGEST:]:
        yield text[piece.start() :]


def _beginnings(text: str) -> Iterator[str]:
    """The first words of ``text``, the longest run first."""
    for piece in [*_PIECES.finditer(text)][:_LONGEST][::-1]:
        yield text[: piece.end()]
