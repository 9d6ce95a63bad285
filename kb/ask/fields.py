"""What of an entry is searched, how much each part counts, and the names it goes by."""

from __future__ import annotations

from collections.abc import Iterator

from kb.entry import Entry, Translation
from kb.noun import noun


@noun(frozen=True)
class Field:
    """How much a term in this part counts, and how strongly a long part is held against it (BM25F's b)."""

    weight: float
    b: float


FIELDS = {
    "title": Field(3.0, 0.3),
    "aliases": Field(3.0, 0.4),
    "summary": Field(1.5, 0.3),
    "errors": Field(1.5, 0.5),
    "asked": Field(1.5, 0.4),
    "said": Field(1.2, 0.6),  # claims, myths, causes and the like: one sentence each
    "body": Field(1.0, 0.6),
    "code": Field(0.3, 0.7),
}

CORE = ("title", "aliases", "summary", "errors")  # what says what the entry is about


def names(entry: Entry) -> tuple[str, ...]:
    """Every name of the entry in both languages."""
    return (entry.id.replace("-", " "), entry.title, *entry.aliases, entry.zh.title, *entry.zh.aliases)


def sentences(entry: Entry) -> Iterator[tuple[str, str]]:
    """Its names, in the order of `names`, and the questions asked of it, each with the part of `FIELDS` it is in."""
    aliases = {*range(2, 2 + len(entry.aliases)), *range(3 + len(entry.aliases), len(names(entry)))}
    yield from (("aliases" if place in aliases else "title", name) for place, name in enumerate(names(entry)))
    yield from (("asked", question) for question in (*entry.asked, *entry.zh.asked))


def said(entry: Entry) -> tuple[str, ...]:
    """What people say when they mean the entry: its names, the questions asked of it, and its summaries."""
    return (*names(entry), *entry.asked, *entry.zh.asked, entry.summary, entry.zh.summary)


def texts(entry: Entry) -> dict[str, str]:
    """The text of each of `FIELDS`, both languages one after the other."""
    zh = entry.zh
    return {
        "title": _joined((entry.id.replace("-", " "), entry.title, zh.title)),
        "aliases": _joined((*entry.aliases, *zh.aliases)),
        "summary": _joined((entry.summary, zh.summary)),
        "errors": _joined(entry.errors),
        "asked": _joined((*entry.asked, *zh.asked)),
        "said": _joined((*_sentences(entry), *_sentences(zh))),
        "body": _joined((*_prose(entry), *_prose(zh))),
        "code": _joined((entry.log_it, entry.reproduce, entry.fixed, *(one.code for one in entry.snippets.values()))),
    }


def _prose(page: Entry | Translation) -> Iterator[str]:
    yield from (page.body, page.what_you_see, page.why, page.look, page.risk, page.management)
    yield from (page.in_training, page.find_it, page.test_it, *page.fix, *page.wrong_when)


def _sentences(page: Entry | Translation) -> Iterator[str]:
    if isinstance(page, Entry):
        yield from (claim.says for claim in page.claims.values())
        yield from (snippet.says for snippet in page.snippets.values())
    else:
        yield from page.claims.values()
        yield from page.snippets.values()
    for myth in page.myths.values():
        yield from (myth.says, myth.truth)
    for cause in page.causes.values():
        yield from (cause.says, *cause.fix)


def _joined(parts: tuple[str, ...]) -> str:
    return "\n".join(part for part in parts if part)
