"""Cut a page into passages, and choose the one that answers a question."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache

from kb.ask import suits
from kb.ask.index import Index
from kb.ask.terms import plain, terms
from kb.entry import Entry
from kb.noun import noun
from kb.page import said
from kb.text import Lang

TYPE_CHECKING = False
if TYPE_CHECKING:
    from kb.choices import Standing

_PARTS = ("summary", "what_you_see", "why", "look", "risk", "management", "in_training", "find_it", "test_it")
NEARLY = 0.5  # how much less well the next passage suits that is told too: of ten questions six get one
_BACKS = 0.45  # the share of a claim's matter the passage must hold to rest on it
_ROUNDING = 1e-9
_BEGIN = 3  # letters of a word that its stem keeps


@noun(frozen=True)
class Passage:
    """A piece of a page: the ``part`` it stands in, and the claim or snippet it is, where it is one."""

    part: str
    text: str
    key: str = ""
    standing: Standing | None = None


def passages(entry: Entry, lang: Lang) -> Iterator[Passage]:
    """Every piece of the page in ``lang`` that can be quoted by itself."""
    zh = entry.zh if lang == "zh" else None
    for part in _PARTS:
        if text := said(entry, part, lang).strip():
            yield Passage(part, text)
    for text in filter(str.strip, re.split(r"\n\s*\n(?!\s*[-*\d`])", said(entry, "body", lang))):
        yield Passage("body", text.strip())
    for part in ("fix", "wrong_when"):
        if items := said(entry, part, lang):
            yield Passage(part, "\n".join(f"- {item}" for item in items))
    for key, claim in entry.claims.items():
        yield Passage("claim", (zh and zh.claims.get(key)) or claim.says, key, claim.standing)
    for key, cause in entry.causes.items():
        other = zh and zh.causes.get(key)
        says, fix = (other.says, other.fix or cause.fix) if other else (cause.says, cause.fix)
        yield Passage("cause", "\n".join([says, *(f"- {one}" for one in fix)]), key)
    for key, snippet in entry.snippets.items():
        if not snippet.faulty:
            says = (zh and zh.snippets.get(key)) or snippet.says
            yield Passage("snippet", f"{says}\n\n```\n{snippet.code.strip()}\n```", key)
    if entry.fixed:
        yield Passage("snippet", f"```\n{entry.fixed.strip()}\n```", "fixed")


def best(
    entry: Entry, question: str, weights: Mapping[str, float], index: Index, lang: Lang
) -> tuple[Passage, Passage | None]:
    """The passage of the page that suits the question best, and the next where it suits nearly as well.

    What to do is told beside any other answer, and is not such a next one.
    """
    judged = Judged(entry, question, weights, index)
    fitted = suits.fitted()
    pieces = list(placed(passages(entry, lang)))
    most = [judged.score(fitted, piece, place, judged.may_share(piece)) for piece, place in pieces]
    scored: list[tuple[float, int]] = []  # the score of each as far as it matters, below zero, and its place
    least = -math.inf
    for at in sorted(range(len(pieces)), key=lambda at: -most[at]):
        if most[at] < least - _ROUNDING:
            break
        piece, place = pieces[at]
        scored.append((-judged.score(fitted, piece, place, judged.shared(piece)), at))
        least = -min(scored)[0] - NEARLY
    (highest, chosen), *others = sorted(scored)
    near = (pieces[at][0] for score, at in others if score <= highest + NEARLY and pieces[at][0].part != "fix")
    return pieces[chosen][0], next(near, None)


def placed(pieces: Iterable[Passage]) -> Iterator[tuple[Passage, int]]:
    """Each piece with the number of pieces of its part before it; what has a key stands by itself."""
    before: Counter[str] = Counter()
    for piece in pieces:
        yield piece, 0 if piece.key else before[piece.part]
        before[piece.part] += 1


class Judged:
    """The passages of a page as they suit a question; ``weights`` are those of its terms."""

    def __init__(self, entry: Entry, question: str, weights: Mapping[str, float], index: Index) -> None:
        self._worth, own = _worth(entry, weights, index)
        self._whole = {term: weight * index.weight(term) for term, weight in weights.items()}
        self._judge = suits.Judge(question, entry.kind, own)

    def score(self, fitted: Mapping[str, float], piece: Passage, place: int, shared: suits.Shared) -> float:
        """How well ``piece`` suits, by these weights."""
        return self._judge.score(fitted, piece.part, piece.key, piece.text, place, shared)

    def signs(self, piece: Passage, place: int) -> dict[str, float]:
        """What speaks for ``piece``, and how strongly."""
        return dict(self._judge.signs(piece.part, piece.key, piece.text, place, self.shared(piece)))

    def shared(self, piece: Passage) -> suits.Shared:
        """What ``piece`` shares with the question."""
        return self._of(_held(piece.text))

    def may_share(self, piece: Passage) -> suits.Shared:
        """What it shares at most, which is soon known."""
        return self._of(_may_hold(piece.text, self._whole))

    def _of(self, held: Collection[str]) -> suits.Shared:
        return suits.Shared(_portion(self._whole, held), _portion(self._worth, held))


def _portion(worth: Mapping[str, float], held: Collection[str]) -> float:
    return sum(value for term, value in worth.items() if term in held) / (sum(worth.values()) or 1.0)


def _worth(entry: Entry, weights: Mapping[str, float], index: Index) -> tuple[dict[str, float], float]:
    """What each term of a question is worth in a passage, and the share of it that goes beyond the page's names."""
    number = index.number[entry.id]
    names = len(index.names[number].keys)
    worth, beyond = {}, 0.0
    for term, weight in weights.items():
        held = index.holding(index.table[term], number)
        named = bool(held) and held[0] < names
        worth[term] = weight * index.weight(term) * (0.4 if named else 1.0)
        beyond += 0.0 if named else worth[term]
    return worth, beyond / (sum(worth.values()) or 1.0)


def _may_hold(text: str, terms: Iterable[str]) -> set[str]:
    """Those of ``terms`` that may be terms of ``text``: all but the words whose beginnings do not stand there.

    A stem begins as its word does, but for the American z; an identifier is found by its parts together as well.
    """
    bare = plain(text)
    small = bare.lower().replace("_", "").replace(".", "").replace("'", "")

    def may(term: str) -> bool:
        if not term.isascii():
            return term in bare
        begin = term[:_BEGIN]
        return begin in small or "z" in begin or not term.isalpha()

    return set(filter(may, terms))


def backing(entry: Entry, piece: Passage, index: Index, lang: Lang) -> tuple[str, ...]:
    """The keys of up to two claims that say what the passage says: most of their words stand in it."""
    if piece.part == "claim":
        return ()
    held = _held(piece.text)
    fits = {}
    for key, claim in entry.claims.items():
        says = (entry.zh.claims.get(key) if lang == "zh" else "") or claim.says
        fits[key] = _share(_held(says), held, index)
    best = sorted((key for key in fits if fits[key] >= _BACKS), key=lambda key: -fits[key])
    return tuple(best[:2])


def _share(said: Collection[str], held: Collection[str], index: Index) -> float:
    """Which share of the matter of these terms is ``held``; 0 as soon as it is known to be less than `_BACKS`."""
    worth = {term: index.weight(term) for term in said if term in held}
    left = (sum(worth.values()) + _ROUNDING) / _BACKS
    whole = 0.0
    for term in said:
        whole += worth[term] if term in worth else index.weight(term)
        if whole > left:
            return 0.0
    return sum(worth.values()) / (whole or 1.0)


@lru_cache(maxsize=512)  # the claims of a page are passages of it as well, and asked for again
def _held(text: str) -> dict[str, None]:
    """The terms of ``text``, each once, in their order."""
    return dict.fromkeys(terms(text))


def part(entry: Entry, parts: tuple[str, ...], lang: Lang) -> Passage | None:
    """The first of these parts the page has."""
    found = list(passages(entry, lang))
    return next((one for name in parts for one in found if one.part == name), None)
