"""A sentence in the two languages we speak: nothing a user reads exists in one only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Lang = Literal["en", "zh"]


@dataclass(frozen=True)
class Text:
    """The same sentence in English and in simplified Chinese."""

    en: str
    zh: str

    def of(self, lang: Lang) -> str:
        """The sentence in ``lang``."""
        return self.zh if lang == "zh" else self.en

    def __str__(self) -> str:
        return self.en
