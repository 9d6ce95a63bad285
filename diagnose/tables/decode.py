"""The text of a log file, whatever encoding it was saved in."""

from __future__ import annotations

import codecs
from functools import lru_cache

FEW = 1 << 19  # bytes of a head
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decoded(data: bytes) -> tuple[str, str]:
    """The text without its byte order mark, and the name of the encoding; undecodable bytes become U+FFFD."""
    return _remembered(data) if len(data) <= FEW else _decoded(data)


@lru_cache(maxsize=2)  # every reader in turn is shown the same head
def _remembered(data: bytes) -> tuple[str, str]:
    return _decoded(data)


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, name in BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace"), name
    if wide := _wide_without_mark(data[:4096]):
        return data.decode(wide, "replace"), wide
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3:  # a character cut in two at the end of the file, nothing worse
            return data[: error.start].decode("utf-8"), "utf-8"
    try:
        return data.decode("gb18030"), "gb18030"  # a superset of GBK and GB2312
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 and not data[: error.start].isascii():
            return data[: error.start].decode("gb18030"), "gb18030"
    return data.decode("utf-8", "replace"), "damaged utf-8"


def lines(text: str) -> list[str]:
    """The lines of a text, ends removed; only real line ends count, not the form feeds and separators of Unicode."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def is_binary(text: str) -> bool:
    """Whether decoded text holds bytes no log is written with."""
    return "\0" in text or text.count("\ufffd") > len(text) // 20


def _wide_without_mark(head: bytes) -> str:
    """UTF-16 of mostly Latin text has a zero as every second byte; "" when it does not."""
    if len(head) < 4:
        return ""
    half = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.6 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.6 * half and odd < 0.05 * half:
        return "utf-16-be"
    return ""
