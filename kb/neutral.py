"""Takes out of a text from a file whatever could steer a terminal or spoil a report."""

from __future__ import annotations

_KEPT = "\n\t\u200d\u3000\xa0"  # not printable to Python, yet harmless and meant


def neutral(text: str) -> str:
    """``text`` with U+FFFD for escapes and other controls, direction marks and halves of characters."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in _KEPT else "\ufffd" for char in text)
