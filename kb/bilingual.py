"""Find what a page says in one language only."""

from __future__ import annotations

from collections.abc import Iterator

from kb.entry import Entry

Route = tuple[str | int, ...]

_TEXTS = (
    "title", "summary", "body", "what_you_see", "why", "look", "risk", "management", "in_training", "find_it",
    "test_it",
)  # fmt: skip
_LISTS = ("fix", "wrong_when")
_NAMED = ("claims", "myths", "snippets", "causes")


def untranslated(entry: Entry) -> list[Route]:
    """The English texts that have no Chinese, as routes into the file: ``('claims', 'size')``.

    A figure may serve both languages as it stands, and neither aliases nor questions need match one to one.
    """
    return [route for route, en, zh in pairs(entry) if en.strip() and not zh.strip()]


def unmatched(entry: Entry) -> list[Route]:
    """The Chinese texts that have no English, mostly misspelt names: ``('zh', 'claims', 'sise')``."""
    found = [chinese_route(route) for route, en, zh in pairs(entry) if zh.strip() and not en.strip()]
    for field in _NAMED:
        english, chinese = getattr(entry, field), getattr(entry.zh, field)
        found += [("zh", field, name) for name in chinese if name not in english]
    if entry.check:
        found += [("zh", "because", name) for name in entry.zh.because if name not in entry.check.because]
    return found


def chinese_route(route: Route) -> Route:
    """Where the Chinese of the text at ``route`` stands: the block leaves ``check`` out."""
    return ("zh", *(route[1:] if route[0] == "check" else route))


def pairs(entry: Entry) -> Iterator[tuple[Route, str, str]]:
    """Every text of the page: its route, the English and the Chinese, either of which may be empty."""
    zh = entry.zh
    for field in _TEXTS:
        yield (field,), getattr(entry, field), getattr(zh, field)
    for field in _LISTS:
        yield from _lists((field,), getattr(entry, field), getattr(zh, field))
    for name, claim in entry.claims.items():
        yield ("claims", name), claim.says, zh.claims.get(name, "")
    for name, snippet in entry.snippets.items():
        yield ("snippets", name), snippet.says, zh.snippets.get(name, "")
    for name, myth in entry.myths.items():
        other = zh.myths.get(name)
        yield ("myths", name, "says"), myth.says, other.says if other else ""
        yield ("myths", name, "truth"), myth.truth, other.truth if other else ""
    for name, cause in entry.causes.items():
        told = zh.causes.get(name)
        yield ("causes", name, "says"), cause.says, told.says if told else ""
        yield ("causes", name, "message"), cause.message, told.message if told else ""
        yield from _lists(("causes", name, "fix"), cause.fix, told.fix if told else ())
    if entry.check:
        yield ("check", "message"), entry.check.message, zh.message
        yield ("check", "awaits"), entry.check.awaits, zh.awaits
        for name, reason in entry.check.because.items():
            if reason not in entry.claims:  # a claim's name needs no translation; the claim has one
                yield ("check", "because", name), reason, zh.because.get(name, "")


def _lists(route: Route, english: tuple[str, ...], chinese: tuple[str, ...]) -> Iterator[tuple[Route, str, str]]:
    for index in range(max(len(english), len(chinese))):
        yield (
            (*route, index),
            english[index] if index < len(english) else "",
            chinese[index] if index < len(chinese) else "",
        )
