"""Puts a report on the screen or into the file it was asked for."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from cli import paint
from kb.problem import Problem
from kb.refused import refused
from kb.text import Text


def report(text: str, out: Path | None) -> None:
    """Print it, or write it to ``out``; raises `Problem` where that cannot be done."""
    if out is None:
        paint.show_report(text)
        return
    try:
        out.write_text(text + "\n", encoding="utf-8", errors="replace")  # a file name may hold no UTF-8
    except OSError as error:
        raise _unwritable(out, error) from None


def refuse_early(out: Path | None) -> None:
    """Raise `Problem` before anything is read where the report could not be written at the end."""
    if out is not None and out.is_dir():
        raise _unwritable(out, IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)))
    if out is not None and not out.absolute().parent.is_dir():
        folder = out.parent
        raise Problem(
            Text("cannot be written: its folder does not exist", "无法写入：所在的文件夹不存在"),
            path=out,
            hint=Text(f"make the folder {folder} first", f"请先建立文件夹 {folder}"),
        )


def _unwritable(out: Path, error: OSError) -> Problem:
    why = refused(error)
    return Problem(Text(f"cannot be written ({why.en})", f"无法写入（{why.zh}）"), path=out)
