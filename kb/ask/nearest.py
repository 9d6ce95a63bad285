"""The nearest cause of an error whose message no page has: which page, and how sure that is.

The words of the message are compared with the templates of each page and with all it says, its code included, and so
are the lines of code the error passed through. The weights are fitted on messages that were left out of their pages,
by `benchmarks/ask/tune_nearest.py`; no weight of plain questions is used, for those are asked in other words.
"""

from __future__ import annotations

import heapq
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from kb import beside
from kb.ask import query, rank
from kb.ask.index import Index, Term
from kb.ask.regex import regex
from kb.ask.terms import DENIED, SOUND, plain, terms
from kb.ask.traced import Traced
from kb.ask.wordings import Near
from kb.noun import noun

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_CANDIDATES = 8  # pages whose templates come nearest that are compared in full, beside those the ranking finds
_NO_SIGN = 0.5  # how sure a page is that speaks of no program the error bears a sign of: it is offered, no answer
_NOTHING = Near()
_CLASS = regex(r"^\s*[\w.]*(?:Error|Exception|Warning)\s*[:：]\s*")


@noun(frozen=True)
class Ranked:
    """A page by number with what speaks for it, and its score."""

    number: int
    facts: dict[str, float]
    score: float


def ranked(error: Traced, index: Index) -> list[Ranked]:
    """The pages that may explain ``error``, best first; the facts of each hold what is the same for all as well."""
    near, known = index.wordings.near(_CLASS.sub("", error.message))
    asked = _query(error.message, index)
    likely = {*_first(near, "best"), *_first(near, "together")}
    found = rank.candidates(asked, index, named=likely)
    whole = asked.total or 1.0
    passed = [index.table[term] for term in dict.fromkeys(_terms(error.calls)) if term in index.table]
    same = {"known": known, "unknown": rank.unknown(asked, index), "length": math.log1p(whole)}
    pages = []
    for one in found:
        like = near.get(one.number, _NOTHING)
        held = sum(_holds(index, program, one.number) for program in error.programs)
        facts = {
            "bm25": one.bm25,
            "share": one.bm25 / whole,
            "core": one.core,
            "best": like.best,
            "together": like.together,
            "said": like.said,
            "passed": _worth(passed, one.number),
            "explains": float(one.number in index.wordings.having),
            "foreign": float(len(error.programs) - held),
            "ours": float(min(1, held)),
        }
        score = sum(weight * facts[name] for name, weight in weights()["order"].items())
        pages.append(Ranked(one.number, facts | same, score))
    pages.sort(key=lambda one: (-one.score, one.number))
    for place, page in enumerate(pages, 1):
        after = pages[place].score if place < len(pages) else -math.inf
        page.facts["margin"] = math.tanh((page.score - after) / 2)
    return pages


def probability(facts: Mapping[str, float]) -> float:
    """How likely it is that the first page explains the error, in [0, 1]; at best `_NO_SIGN` without a sign of it.

    An index that is out of range, or a file in another encoding, may be anybody's.
    """
    fitted = weights()["probability"]
    z = fitted["bias"] + sum(weight * facts[name] for name, weight in fitted.items() if name != "bias")
    sure = 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))
    return sure if facts["ours"] else min(sure, _NO_SIGN)


@cache
def weights() -> Any:
    """The weights `benchmarks/ask/tune_nearest.py` fitted."""
    return json.loads(beside.text(__file__, "nearest.json"))


def _first(near: Mapping[int, Near], part: str) -> Iterable[int]:
    """The pages that come nearest, by the best template or by all of them together."""
    return heapq.nlargest(_CANDIDATES, near, key=lambda page: (getattr(near[page], part), -page))


def _query(text: str, index: Index) -> query.Query:
    """The message as a query: a slip in a word is not mended, for it was no person who wrote it."""
    asked = query.Query(plain(text))
    for term in _terms(text):
        if term in index.table:
            asked.terms[term] = 1.0
        else:
            asked.unknown[term] = 1.0
    asked.total = query.whole(asked, index)
    return asked


def _terms(text: str) -> Iterator[str]:
    return (term for term in terms(text) if not term[0].isdigit() and term[0] not in (SOUND, DENIED))


def _holds(index: Index, program: str, number: int) -> bool:
    """Whether the page speaks of ``program`` anywhere."""
    found = [index.table.get(term) for term in _terms(program)]
    return bool(found) and all(term is not None and term.at(number)[0] > 0 for term in found)


def _worth(passed: Iterable[Term], number: int) -> float:
    return sum(term.rarity * term.at(number)[0] for term in passed)
