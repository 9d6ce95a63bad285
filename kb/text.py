"""A sentence in the two languages we speak: nothing a user reads exists in one only."""

from __future__ import annotations

from kb.value import Value

TYPE_CHECKING = False  # `typing` and `dataclasses` take longer to load than a look-up may
if TYPE_CHECKING:
    from typing import Literal

    Lang = Literal["en", "zh"]
else:
    Lang = str


class Text(Value):
    """The same sentence in English and in simplified Chinese."""

    __slots__ = ("en", "zh")

    def __init__(self, en: str, zh: str) -> None:
        self.en, self.zh = en, zh

    def of(self, lang: Lang) -> str:
        """The sentence in ``lang``."""
        return self.zh if lang == "zh" else self.en

    def __str__(self) -> str:
        return self.en
