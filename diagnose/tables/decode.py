"""The text of a log file, whatever encoding it was saved in."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

FEW = 1 << 19  # bytes of a head
BLOCK = 1_000_000  # bytes decoded together; with the rest of a line they are still looked at together
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Encoding(NamedTuple):
    """How the bytes from ``start`` to ``end`` are to be decoded; ``name`` is what a user is told."""

    name: str
    codec: str
    errors: str
    start: int
    end: int

    def text(self, data: bytes, start: int = 0, end: int | None = None) -> str:
        """The text between two places, which must be where characters begin."""
        begin, stop = max(start, self.start), self.end if end is None else min(end, self.end)
        if begin >= stop:
            return ""
        if stop - begin <= 2 * BLOCK and self.codec == "gb18030" and (part := data[begin:stop]).isascii():
            return part.decode("ascii")  # a hundred times as fast
        return str(memoryview(data)[begin:stop], self.codec, self.errors)


def decoded(data: bytes) -> tuple[str, str]:
    """The text without its byte order mark, and the name of the encoding; undecodable bytes become U+FFFD."""
    return _remembered(data) if len(data) <= FEW else _decoded(data)


@lru_cache(maxsize=2)  # every reader in turn is shown the same head
def _remembered(data: bytes) -> tuple[str, str]:
    return _decoded(data)


def _decoded(data: bytes) -> tuple[str, str]:
    encoding = encoding_of(data)
    return encoding.text(data), encoding.name


def encoding_of(data: bytes) -> Encoding:
    """The encoding that a file is in, whole; without its byte order mark, and a character cut in two at its end."""
    for mark, name in BOMS:
        if data.startswith(mark):
            return Encoding(name, name, "replace", len(mark), len(data))
    if wide := _wide_without_mark(data[:4096]):
        return Encoding(wide, wide, "replace", 0, len(data))
    end = _decodable(data, "utf-8")
    if end == len(data) or _is_cut(data[end:], "utf-8"):
        return Encoding("utf-8", "utf-8", "strict", 0, end)
    end = _decodable(data, "gb18030")  # a superset of GBK and GB2312
    if end == len(data) or (_is_cut(data[end:], "gb18030") and not data[:end].isascii()):
        return Encoding("gb18030", "gb18030", "strict", 0, end)
    return Encoding("damaged utf-8", "utf-8", "replace", 0, len(data))


def blocks(data: bytes, codec: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """Where parts of `BLOCK` bytes or more begin and end, so that each but the last ends with a line feed."""
    feed = "\n".encode(codec)
    while start < len(data):
        end = data.find(feed, start + BLOCK) + len(feed)
        while end >= len(feed) and (end - start) % len(feed):  # half of one character and half of the next
            end = data.find(feed, end - len(feed) + 1) + len(feed)
        if end < len(feed):
            end = len(data)
        yield start, end
        start = end


def _decodable(data: bytes, codec: str) -> int:
    """Up to where the bytes can be decoded; a line feed is a line feed in these encodings, wherever it stands."""
    if data.isascii():
        return len(data)
    for start, end in blocks(data, codec):
        part = data[start:end]
        try:
            part.isascii() or part.decode(codec)
        except UnicodeDecodeError as error:
            return start + error.start
    return len(data)


def lines(text: str) -> list[str]:
    """The lines of a text, ends removed; only real line ends count, not the form feeds and separators of Unicode."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def is_binary(text: str) -> bool:
    """Whether decoded text holds bytes no log is written with."""
    return "\0" in text or text.count("\ufffd") > len(text) // 20


def _is_cut(rest: bytes, codec: str) -> bool:
    """Whether these bytes are the beginning of one character that the end of the file cut in two, nothing worse."""
    try:
        return len(rest) < 4 and not codecs.getincrementaldecoder(codec)().decode(rest)
    except UnicodeDecodeError:
        return False


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
