"""Fold what people type into what names are compared by."""

from __future__ import annotations

import unicodedata

# Two spellings of one word, both in daily use: the classifications print 黏, most keyboards offer 粘 first.
_VARIANTS = str.maketrans({"粘": "黏", "幷": "并", "徵": "征"})


def fold(text: str) -> str:
    """The key a name is compared by: width, case, Roman numerals, hyphens and spaces no longer matter.

    ``Ⅱa``, ``IIa`` and ``ii-a`` give one key, as do 粘膜 and 黏膜.
    """
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_VARIANTS)
    return "".join(char for char in plain if char.isalnum())


def has_han(text: str) -> bool:
    """Whether any character is a Han character, so that the writer reads Chinese."""
    return any("\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003134f" for char in text)
