"""Fit text into terminal columns, Chinese and English alike, without losing a character."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

NEVER_FIRST = frozenset("，。；：！？、）》〉」』】〕〗｝］”’…～％‰℃·")  # a line may not begin with these ...
NEVER_LAST = frozenset("（《〈「『【〔〖｛［“‘")  # ... nor end with these
_CLOSING_ASCII = frozenset(",.;:!?)]}%")  # only where no space stands before them: " .pt" is a word
_OPENING_ASCII = frozenset("([{")

_SIGNS = frozenset("/._-")  # a long address or name is best broken behind one of these

_NEVER, _INSIDE_WORD, _AFTER_SIGN, _INSIDE_CODE, _WELCOME = range(5)  # how gladly a line is broken at a place


def width_of(text: str) -> int:
    """How many terminal columns ``text`` takes: wide East Asian characters two, combining marks none."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def wrap(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    """The lines of one paragraph, each at most ``width`` columns (20 or more), after ``first`` and then ``rest``.

    White space is one space; a line break in the source between two Chinese characters is none.
    A Latin word is broken only when it is longer than a line, a `code` span only when it must be.
    """
    clusters = _clusters(_one_line(text))
    if not clusters:
        return []
    breaks = _breaks(clusters)
    lines: list[str] = []
    start = 0
    while start < len(clusters):
        lead = rest if lines else first
        end = _end(clusters, breaks, start, max(2, width - width_of(lead)))
        lines.append((lead + "".join(clusters[start:end])).rstrip())
        start = end
        while start < len(clusters) and clusters[start] == " ":
            start += 1
    return lines


def pad(text: str, width: int) -> str:
    """``text`` filled with spaces to ``width`` columns."""
    return text + " " * (width - width_of(text))


def _one_line(text: str) -> str:
    words: list[str] = []
    for line in text.splitlines():
        part = " ".join(line.split())
        if part and words and not (_is_wide(words[-1][-1]) and _is_wide(part[0])):
            words.append(" ")
        if part:
            words.append(part)
    return "".join(words)


def _clusters(text: str) -> list[str]:
    """A character together with the marks that stand on it."""
    found: list[str] = []
    for char in text:
        if found and found[-1] != " " and _columns(char) == 0:
            found[-1] += char
        else:
            found.append(char)
    return found


def _breaks(clusters: list[str]) -> list[int]:
    """For each cluster, how gladly a line begins with it; a space never begins one."""
    gladness, in_code = [_NEVER], False
    for index, (before, here) in enumerate(pairwise(clusters), 1):
        in_code ^= before == "`"
        if here == " ":
            glad = _NEVER
        elif before == " ":
            glad = _NEVER if here[0] in NEVER_FIRST or clusters[index - 2][0] in NEVER_LAST else _WELCOME
        else:
            glad = _joint(before[0], here[0])
        gladness.append(min(glad, _INSIDE_CODE if " " in (before, here) else _AFTER_SIGN) if in_code else glad)
    return gladness


def _joint(before: str, here: str) -> int:
    if here in NEVER_FIRST or before in NEVER_LAST:
        return _NEVER
    if here in _CLOSING_ASCII or before in _OPENING_ASCII:
        return _NEVER if _is_wide(before) or _is_wide(here) else _INSIDE_WORD
    if _is_wide(before) or _is_wide(here):
        return _WELCOME
    return _AFTER_SIGN if before in _SIGNS else _INSIDE_WORD


def _end(clusters: list[str], breaks: list[int], start: int, room: int) -> int:
    """Where the line that begins at ``start`` ends: the last of the best places that still fit."""
    used, best, best_glad = 0, start, _NEVER
    for index in range(start, len(clusters)):
        if index > start and breaks[index] >= max(best_glad, _INSIDE_WORD):
            best, best_glad = index, breaks[index]
        used += width_of(clusters[index])
        if used > room and clusters[index] != " ":
            return best if best_glad else max(index, start + 1)  # else: nothing but closing marks as far as one sees
    return len(clusters)


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def _columns(char: str) -> int:
    if char < "\u0300":
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if _is_wide(char) else 1
