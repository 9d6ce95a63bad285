"""The messages that pages give, with stars for whatever differs, and which of them a text may hold, by their words."""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from kb.ask import console
from kb.ask.regex import regex
from kb.noun import noun
from kb.words import letters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from kb.ask.rows import Table

_SHORTEST = 12  # characters a template must say itself, stars aside, to be recognised on its own
LONG = 48  # and to be recognised in one that nearly fits: of shorter ones most differ in what matters
_LITTLE = 3  # letters of words that any two texts may have in common
_SHARED = 0.6  # of a template's longer words, by letters, that a message it nearly fits has
_WORD = regex(r"\w+")
# Between the path of a file that the traceback goes through and the message. Without a path: what is said around any
# failure, whatever it was.
THROUGH = "…"
# A path that stands for code of one's own: what says little is left to the library that it was raised in.
OWN = "~/*.py"
OPEN = regex(rf"[*≈{THROUGH}]")  # whatever differs, and a number near the one before it
_NUMBER = regex(r"\d+")
_NEAR = 0.1  # by which share of the larger two numbers may differ and be near, and by how much if they are small:
_NEAR_SMALL = 2
_NO_WORD = ""  # what a part is found by that has no whole word
_QUOTE = regex(r"['\"`]")  # blogs exchange quotes for others, or lose them
_SOME_QUOTE, _ANY_QUOTE = r"['\"`]", r"['\"`]?"  # the latter of can't
_OR_AN_END = r"(?:['\"`]+|(?<![A-Za-z0-9_.])|(?![A-Za-z0-9_]|\.\w))"
_TELLING = 26  # characters a template says itself at least where names in it may have lost their quotes
_NAMED = regex(r"['\"`]\*['\"`]")  # a star for a name, which is one word where its quotes are lost:
_A_NAME = rf"(?:{_SOME_QUOTE}.{{0,400}}?{_SOME_QUOTE}|(?<![\w.])[\w.]{{1,80}}(?![\w.]))"
_WITHOUT = str.maketrans("", "", "'\"`")


@noun(frozen=True)
class Template:
    """A message as a page gives it, and the number of the page; ``*`` stands for anything, ``≈`` for a near number.

    Before a ``…`` stands the path of a file: what is raised below it, and would say little elsewhere. One that begins
    with it is said around any failure, and counts only where nothing says which.

    ``own`` is how many characters it says itself, a Chinese one thrice; ``bare`` what a message that nearly fits is
    compared with, empty where only one that fits word for word counts.
    """

    text: str
    number: int
    own: int
    bare: str


class Templates:
    """All templates of a library by their places, read when they are asked for.

    ``parts`` are the longest parts, in small letters and without quotes, of those that may be recognised by them, each
    with the place of its template and by the rarest word within it; ``words`` the places of those a message may nearly
    fit, by each longer word, and ``letters`` how many letters the longer words of each template have.
    """

    def __init__(
        self,
        every: Table[int, Template],
        parts: Table[str, Sequence[tuple[int, str]]],
        words: Table[str, array[int]],
        letters: Sequence[int],
    ) -> None:
        self.every, self.parts, self.words, self.letters = every, parts, words, letters

    def held(self, message: str) -> list[Template]:
        """Those whose longest part stands in ``message``, which is in small letters; every question pays for this."""
        message = message.translate(_WITHOUT)
        rows = filter(None, map(self.parts.get, {*_WORD.findall(message), _NO_WORD}))
        return [self.every[place] for place in sorted(place for row in rows for place, part in row if part in message)]

    def alike(self, words: Iterable[str]) -> Iterator[Template]:
        """Those of whose longer words most are among these, without which no two texts are nearly the same."""
        shared: Counter[int] = Counter()
        for word in words:
            if len(word) > _LITTLE:
                for place in self.words.get(word) or ():
                    shared[place] += len(word)
        return (self.every[place] for place, said in shared.items() if said >= _SHARED * self.letters[place])


def build(every: Iterable[Template]) -> Templates:
    """These templates, and where their words stand."""
    rows = dict(enumerate(every))
    longest = {place: _longest(one.text) for place, one in rows.items() if one.own >= _SHORTEST}
    inner = {part: _inner(part) for part in longest.values()}
    common = Counter(word for part in longest.values() for word in inner[part])
    parts: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for place, part in longest.items():
        parts[min(inner[part], key=lambda word: (common[word], word), default=_NO_WORD)].append((place, part))
    words: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
    letters = [0] * len(rows)
    for place, one in rows.items():
        for word in {word for word in one.bare.split() if len(word) > _LITTLE}:
            words[word].append(place)
            letters[place] += len(word)
    return Templates(rows, dict(parts), dict(words), letters)


def template(text: str, number: int) -> Template:
    """The template ``text`` of the page."""
    bare = masked(OPEN.sub(" ", text))
    whole = len(bare) < LONG or THROUGH in text[1:]
    return Template(text, number, sum(map(letters, fixed(text))), "" if whole else bare)


def fixed(text: str) -> list[str]:
    """What a template says itself between its stars; full stop and quote at its end are often not copied."""
    text = text.rstrip(". ")
    parts = map(console.folded, OPEN.split(text[:-1] if text.endswith(("*'", '*"')) else text))
    return [part for part in parts if part]


def stands_in(template: str, text: str, *, unquoted: bool = False, furthest: bool = False) -> re.Match[str] | None:
    """Where ``text``, whose white space is single spaces, says the template word for word; None where it does not.

    ``unquoted``: its quotes may be others, or none. ``furthest``: to the last place where it may end, not the first.
    """
    if not unquoted and not _may_stand(template, text.lower()):
        return None
    found = _pattern(template, unquoted, furthest).search(text)
    return found if found and ("≈" not in template or numbers_near(found[0])) else None


def numbers_near(text: str) -> bool:
    """Whether the first two numbers of ``text`` are near each other."""
    first, second = (*map(int, _NUMBER.findall(text)), 0, 0)[:2]
    return abs(first - second) <= max(_NEAR_SMALL, _NEAR * max(first, second))


def _may_stand(template: str, small: str) -> bool:
    """Whether each of its parts stands somewhere, which is known before a pattern is compiled."""
    return all(part.lower() in small for part in fixed(template))


@lru_cache(maxsize=50_000)
def _pattern(template: str, unquoted: bool, furthest: bool) -> re.Pattern[str]:
    parts, text = fixed(template), template.strip()
    over = r"(?!\d)" if text[-1:].isdigit() else ""  # exit code 1 is not the beginning of exit code 137
    if not unquoted:
        between = r".{0,400}" if furthest else r".{0,400}?"
        return re.compile(between.join(map(re.escape, parts)) + over, re.IGNORECASE)
    named = _NAMED.split(text.rstrip(". ")) if sum(map(len, parts)) >= _TELLING else [text]
    loose = [_loose(piece, i == 0, i == len(named) - 1) for i, piece in enumerate(named)]
    return re.compile(f" ?{_A_NAME} ?".join(loose) + over, re.IGNORECASE)


def _loose(text: str, first: bool, last: bool) -> str:
    """The pattern of what stands between quoted names of a template, the ``first`` of it or the ``last``."""
    parts = fixed(text)
    ends = first or not text.startswith("*"), last or not text.endswith("*")
    return r".{0,400}?".join(
        _unquoted(part, ends[0] and i == 0, ends[1] and i == len(parts) - 1) for i, part in enumerate(parts)
    )


def _unquoted(part: str, first: bool, last: bool) -> str:
    """The pattern of a part that may have lost its quotes, but for those around a star, which only they tell a name by.

    ``first`` and ``last`` tell whether it begins or ends the template. A name without its quotes still is a whole one.
    """
    pieces = _QUOTE.split(part)
    pattern = re.escape(pieces[0])
    for before, after in pairwise(pieces):
        if (not before and not first) or (not after and not last):
            pattern += _SOME_QUOTE
        else:
            pattern += _ANY_QUOTE if before[-1:].isalnum() and after[:1].isalnum() else _OR_AN_END
        pattern += re.escape(after)
    return pattern


def masked(text: str) -> str:
    """A message without what differs from one machine to the next: paths, addresses, numbers, devices, quotes."""
    text = re.sub(r"0x[0-9a-fA-F]+", "#", text)
    text = re.sub(r"(?:[A-Za-z]:)?[\\/](?:[^\s'\"<>|:]+[\\/])+[^\s'\"<>|:]*", "#", text)
    text = re.sub(r"\bcuda:\d+|\bcuda\b|\bcpu\b(?=[ ,!)])", "#", text)
    text = re.sub(r"\d+(?:\.\d+)?", "#", text)
    return " ".join(re.sub(r"['\"`]", "", text).casefold().split())


def _longest(text: str) -> str:
    return max((part.translate(_WITHOUT).strip() for part in fixed(text)), key=len, default="").lower()


def _inner(part: str) -> set[str]:
    """The words within a part, which are whole words of every message that holds it; those at its ends need not be."""
    return {word[0] for word in _WORD.finditer(part) if word.start() > 0 and word.end() < len(part)}
