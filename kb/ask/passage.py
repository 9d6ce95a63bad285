"""Cut a page into passages, and choose the one that answers a question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kb.ask.index import Index
from kb.ask.intent import wanted
from kb.ask.terms import terms
from kb.entry import Entry, Standing
from kb.page import said
from kb.text import Lang

_PARTS = ("summary", "what_you_see", "why", "look", "risk", "management", "in_training", "find_it", "test_it")
_BACKS = 0.45  # the share of a claim's matter the passage must hold to rest on it
_ASKED, _FIRST = 0.35, 0.18  # what it is worth to be the part asked for, and to be the summary


@dataclass(frozen=True)
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


def best(entry: Entry, question: str, weights: Mapping[str, float], index: Index, lang: Lang) -> Passage:
    """The passage that shares most with the question and is of the part asked for; else the summary."""
    asked = wanted(question)
    rank = {part: _ASKED / (1 + asked.index(part)) for part in asked}
    names = index.names[index.number[entry.id]]
    named = {term for term, places in names.holders.items() if ord(places[0]) < len(names.keys)}
    worth = {term: weight * index.weight(term) * (0.4 if term in named else 1.0) for term, weight in weights.items()}
    whole = sum(worth.values()) or 1.0
    own = sum(value for term, value in worth.items() if term not in named) / whole  # what goes beyond the page's names

    def fit(passage: Passage) -> float:
        held = set(terms(passage.text))
        share = sum(value for term, value in worth.items() if term in held) / whole
        length = 1 / (1 + len(passage.text) / (1500 if lang == "en" else 600))
        return (
            share * (0.3 + 0.7 * own) * (0.6 + 0.4 * length)
            + rank.get(passage.part, 0.0)
            + _FIRST * (passage.part == "summary")
        )

    return max(passages(entry, lang), key=fit)


def backing(entry: Entry, piece: Passage, index: Index, lang: Lang) -> tuple[str, ...]:
    """The keys of up to two claims that say what the passage says: most of their words stand in it."""
    if piece.part == "claim":
        return ()
    held = set(terms(piece.text))
    fits = {}
    for key, claim in entry.claims.items():
        worth = {
            term: index.weight(term) for term in terms((entry.zh.claims.get(key) if lang == "zh" else "") or claim.says)
        }
        fits[key] = sum(value for term, value in worth.items() if term in held) / (sum(worth.values()) or 1.0)
    best = sorted((key for key in fits if fits[key] >= _BACKS), key=lambda key: -fits[key])
    return tuple(best[:2])


def part(entry: Entry, parts: tuple[str, ...], lang: Lang) -> Passage | None:
    """The first of these parts the page has."""
    found = list(passages(entry, lang))
    return next((one for name in parts for one in found if one.part == name), None)
