"""The whole page as plain data, in both languages: what ``--json`` prints."""

from __future__ import annotations

import dataclasses
from typing import Any

from kb.entry import Entry
from kb.page import NOTICE
from kb.search import Answer


def entry(page: Entry) -> dict[str, Any]:
    """The keys of the file, and what is derived from it: id, kind, each claim's standing, the medical notice."""
    data: dict[str, Any] = {"id": page.id, "kind": page.kind}
    fields = dataclasses.asdict(page)
    fields.pop("path")
    data |= fields
    if page.check:
        data["check"]["with"] = data["check"].pop("with_")
    for name, claim in page.claims.items():
        data["claims"][name]["standing"] = claim.standing
    if page.kind == "polyp":
        data["notice"] = {"en": NOTICE.en, "zh": NOTICE.zh}
    return data


def answer(found: Answer) -> dict[str, Any]:
    """What a look-up gave: the query, the entries in question and, when there is one, the page."""
    return {
        "query": found.query,
        "matches": [
            {"id": match.entry.id, "kind": match.entry.kind, "score": match.score, "title": title(match.entry)}
            for match in found.matches
        ],
        "taken": found.taken,
        "nearest": found.nearest,
        "meanings": [{"en": one.en, "zh": one.zh, "entry": one.entry or None} for one in found.meanings],
        "entry": entry(found.entry) if found.entry else None,
    }


def title(page: Entry) -> dict[str, str]:
    """The title in both languages."""
    return {"en": page.title, "zh": page.zh.title}


def summary(page: Entry) -> dict[str, str]:
    """The one-sentence summary in both languages."""
    return {"en": page.summary, "zh": page.zh.summary}
