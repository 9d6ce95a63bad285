"""A sentence in the two languages we speak: nothing a user reads exists in one only."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` and `dataclasses` take longer to load than a look-up may
if TYPE_CHECKING:
    from typing import Literal

    Lang = Literal["en", "zh"]
else:
    Lang = str


class Text:
    """The same sentence in English and in simplified Chinese; a value, never changed."""

    __slots__ = ("en", "zh")

    def __init__(self, en: str, zh: str) -> None:
        self.en, self.zh = en, zh

    def of(self, lang: Lang) -> str:
        """The sentence in ``lang``."""
        return self.zh if lang == "zh" else self.en

    def __str__(self) -> str:
        return self.en

    def __repr__(self) -> str:
        return f"Text({self.en!r}, {self.zh!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and (self.en, self.zh) == (other.en, other.zh)

    def __hash__(self) -> int:
        return hash((self.en, self.zh))
