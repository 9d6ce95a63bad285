"""Fold what people type into what names are compared by."""

from __future__ import annotations

# Two spellings of one word, both in daily use: the classifications print 黏, most keyboards offer 粘 first.
_VARIANTS = str.maketrans({"粘": "黏", "幷": "并", "徵": "征"})


def fold(text: str) -> str:
    """The key a name is compared by: width, case, Roman numerals, hyphens and spaces no longer matter.

    ``Ⅱa``, ``IIa`` and ``ii-a`` give one key, as do 粘膜 and 黏膜.
    """
    return "".join(filter(str.isalnum, _plain(text)))


def spaced(text: str) -> str:
    """The words of ``text``, each folded, with one space between them; digits and letters of one script are a word."""
    words: list[str] = []
    last = ""  # the script of the character before
    for char in _plain(text):
        script = ("latin" if char.isascii() else "other") if char.isalnum() else ""
        if script and script == last:
            words[-1] += char
        elif script:
            words.append(char)
        last = script
    return " ".join(words)


def has_han(text: str) -> bool:
    """Whether any character is a Han character, so that the writer reads Chinese."""
    if text.isascii():
        return False
    return any("\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003134f" for char in text)


def letters(text: str) -> int:
    """How much ``text`` says, in letters; a Chinese character says as much as three."""
    return len(text) if text.isascii() else len(text) + 2 * sum(map(has_han, text))


def _plain(text: str) -> str:
    if text.isascii():
        return text.lower()
    import unicodedata  # not needed for English

    return unicodedata.normalize("NFKC", text).casefold().translate(_VARIANTS)
