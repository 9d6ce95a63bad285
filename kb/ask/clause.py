"""Put what speaks of a pasted message before the other causes or remedies of its page: the items that quote it."""

from __future__ import annotations

from collections.abc import Sequence

from kb.ask.regex import regex

_ITEM = regex(r"\n+(?=- )")  # between the items of a list
_CODE = regex(r"(?<!`)(`+)(?!`)([^\n]+?)(?<!`)\1(?!`)")
_WORD = regex(r"(?:errno|winerror) \d+|[a-z_][a-z_]+")  # the number of a system's error says which it is
_PAIR = regex(r"(?=([\u3400-\u9fff]{2}))")  # of neighbouring Chinese characters, which are no words apart
_OF_PAIR = 3  # letters that one counts as
_WORDS, _LETTERS, _MOST = 2, 9, 0.8  # words and letters a quotation has at least, and which share of them a message


def ordered(text: str, said: Sequence[str]) -> str:
    """A list with the items that quote what was ``said`` first, below what introduces it; any other text as it is."""
    lead, *items = _ITEM.split(text.strip())
    if lead.startswith("- "):
        return "\n".join(first([lead, *items], said))
    return "\n".join((f"{lead}\n", *first(items, said))) if items else text


def first(items: Sequence[str], said: Sequence[str]) -> list[str]:
    """These items, those that quote most of what was ``said`` first."""
    worth = quoted(items, said)
    return [items[place] for place in sorted(range(len(items)), key=lambda place: -worth[place])]


def quoted(items: Sequence[str], said: Sequence[str]) -> list[int]:
    """How many letters each item quotes of the first of the texts ``said`` that any quotes; 0 where it quotes none."""
    worth = [0] * len(items)
    for text in said:
        words = set(_words(text))
        worth = [max((_quoted(code, words) for _, code in _CODE.findall(item)), default=0) for item in items]
        if any(worth):
            break
    return worth


def _quoted(code: str, said: set[str]) -> int:
    """How many letters of what is ``said`` stand in ``code``; 0 when it is no quotation."""
    words = _words(code)
    held = [len(word) if word.isascii() else _OF_PAIR for word in words if word in said]
    if (code.isascii() and " " not in code) or len(held) < max(_WORDS, _MOST * len(words)):
        return 0
    return sum(held) if sum(held) >= _LETTERS else 0


def _words(text: str) -> list[str]:
    """The words of ``text`` in small letters, and its pairs of Chinese characters."""
    return _WORD.findall(text.casefold()) + _PAIR.findall(text)
