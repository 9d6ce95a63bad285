"""Messages that were translated into Chinese, by a browser or from memory, as words that templates are compared by."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from kb.ask import console
from kb.words import has_han

_FEW, _EACH = 4, 2  # Chinese characters a translated message has at least, and more for each English word left in it
_NAME = re.compile(r"[\w.]*(?:Error|Exception|Warning)\b|['\"][^'\"]*['\"]", re.ASCII)
_WORD = re.compile(r"(?<![\w.])[A-Za-z]{2,}(?![\w.(])", re.ASCII)  # not an identifier, nor a call


def is_one(message: str) -> bool:
    """Whether the words of ``message`` are Chinese, but for the names in it."""
    said = _NAME.sub("", message)
    return sum(map(has_han, said)) >= _FEW + _EACH * len(_WORD.findall(said))


def english(message: str) -> str:
    """``message`` with the words that are known in English, for a comparison word by word; never for the eyes."""
    wordings = _wordings()
    words = _parts().sub(lambda part: f" {wordings[part[0]]} ", console.folded(message))
    return " ".join("".join(" " if has_han(char) else char for char in words).split())


@cache
def _wordings() -> dict[str, str]:
    lines = Path(__file__).with_name("translated.txt").read_text(encoding="utf-8").splitlines()
    known = (line.rsplit(": ", 1) for line in lines if not line.startswith("#"))
    return {console.folded(wording): said for said, wordings in known for wording in wordings.split("|")}


@cache
def _parts() -> re.Pattern[str]:
    """The known wordings, longer ones first, as "out of range" is more than "range"."""
    return re.compile("|".join(map(re.escape, sorted(_wordings(), key=len, reverse=True))))
