"""What a person asked: the words of the command line, or what stands on standard input."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from kb.problem import Problem
from kb.text import Text

_MOST = 8_000_000  # bytes; far more than any traceback


def words(arguments: Sequence[str]) -> str:
    """The arguments as one text; a single ``-`` stands for all of standard input."""
    if list(arguments) != ["-"]:
        return " ".join(arguments)
    return decoded(_input().read(_MOST))


def lines() -> Iterator[bytes]:
    """Each line of standard input, in whatever encoding it is; a longer one than any traceback comes in parts."""
    return iter(lambda: _input().readline(_MOST), b"")


def _input() -> BinaryIO:
    """Standard input as bytes; empty where it was closed."""
    if sys.stdin is None:
        return io.BytesIO()
    return sys.stdin.buffer


def decoded(raw: bytes) -> str:
    """The text of ``raw``; raises `Problem` when it is none."""
    if b"\x00" in raw[:8000] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Problem(
            Text("standard input holds no text", "标准输入里不是文本"),
            hint=Text("pipe a question or a traceback into it", "请用管道送入问题或 traceback"),
        )
    for encoding in ("utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", errors="replace")
