"""What a person asked: the words of the command line, or what stands on standard input."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from kb.problem import Problem
from kb.text import Text

_MOST = 8_000_000  # bytes; far more than any traceback


def words(arguments: Sequence[str]) -> str:
    """The arguments as one text; a single ``-`` stands for all of standard input."""
    if list(arguments) != ["-"]:
        return " ".join(arguments)
    raw = sys.stdin.buffer.read(_MOST) if hasattr(sys.stdin, "buffer") else sys.stdin.read().encode()
    return decoded(raw)


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
