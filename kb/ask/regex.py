"""Regular expressions that are compiled when they are first used: a question needs few of all there are.

To compile one takes longer than to search ten questions with it; all together took longer than Python itself.
"""

from __future__ import annotations

import re
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import compile as regex
else:

    class regex:  # noqa: N801 - stands for `re.compile`
        """As `re.compile` gives it, but later."""

        def __init__(self, pattern: str, flags: int = 0) -> None:
            self._said = pattern, flags

        def __getattr__(self, name: str) -> object:
            found = getattr(re.compile(*self._said), name)
            setattr(self, name, found)  # it is not asked for again
            return found


class Either:
    """Alternatives in English, each with a letter, and in Chinese; only those that a text can hold are looked for."""

    def __init__(self, english: str, chinese: str) -> None:
        self._english, self._chinese = english, chinese

    def within(self, text: str) -> bool:
        """Whether one of them stands in ``text``."""
        return _compiled(self._of(text)).search(text) is not None

    def taken_from(self, text: str, ending: str = "") -> str:
        """``text`` with a blank for each of them and the ``ending`` behind it."""
        if not self.within(text):
            return text
        return _compiled(f"(?:{self._of(text)}){ending}").sub(" ", text)

    def _of(self, text: str) -> str:
        if text.isascii():
            return self._english
        return f"{self._english}|{self._chinese}" if _LATIN.search(text) else self._chinese


_LATIN = regex("[A-Za-z]")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


__all__ = ["Either", "regex"]
