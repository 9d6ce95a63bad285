"""Files that may well hold a log, in a form that is not read: what each is, and how to make a log of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from diagnose.tables.decode import decoded, is_binary
from diagnose.tables.evidence import speaks
from diagnose.tables.naming import words
from kb.text import Text


class Kind(NamedTuple):
    """``magic`` is what the file begins with, ``suffixes`` those it must have where others begin so too."""

    magic: bytes
    suffixes: tuple[str, ...]
    what: Text


_EXCEL = Text(
    "an Excel workbook, which is not read: save the sheet as CSV (in Excel: File > Save As > CSV UTF-8)",
    "Excel 工作簿，无法直接读取：请另存为 CSV（Excel：文件 > 另存为 > CSV UTF-8）",
)
_PANDAS = Text(
    "a table of pandas in binary, which is not read: write it with DataFrame.to_csv",
    "pandas 的二进制表格，无法直接读取：请用 DataFrame.to_csv 导出",
)
_PACKED = Text(
    "compressed, and not read so: unpack it first (gunzip -k, xz -dk, bzip2 -dk, zstd -d)",
    "压缩文件，无法直接读取：请先解压（gunzip -k、xz -dk、bzip2 -dk、zstd -d）",
)
KINDS = (
    Kind(b"PK\x03\x04", (".xlsx", ".xlsm", ".ods"), _EXCEL),
    Kind(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", (".xls",), _EXCEL),
    Kind(b"PAR1", (), _PANDAS),
    Kind(b"ARROW1\0\0", (), _PANDAS),
    Kind(
        b"\x89HDF\r\n\x1a\n",
        (),
        Text(
            "an HDF5 file, which is not read: write its curves with numpy.savez or DataFrame.to_csv",
            "HDF5 文件，无法直接读取：请用 numpy.savez 或 DataFrame.to_csv 导出其中的曲线",
        ),
    ),
    Kind(
        b"MATLAB 5.0 MAT-file",
        (),
        Text(
            "a MATLAB file, which is not read: export its curves with writetable or writematrix as CSV",
            "MATLAB 文件，无法直接读取：请用 writetable 或 writematrix 把曲线导出为 CSV",
        ),
    ),
    *(Kind(magic, (), _PACKED) for magic in (b"\x1f\x8b", b"\xfd7zXZ\0", b"BZh", b"\x28\xb5\x2f\xfd")),
)
_HOLE = Text(
    "text with blocks of zero bytes in it, as a crash or a rotation leaves them: take them out with tr -d '\\0'",
    "文本中夹有整块的零字节（多为崩溃或日志轮转所致），未读取：请先用 tr -d '\\0' 去掉",
)
FEW = 3  # lines that a binary file may seem to have
_ZEROS = re.compile(rb"\0{64,}")
LOGS = frozenset(("log", "logs", "history", "hist", "metrics", "metric", "results", "progress", "curves", "curve"))


def kind_of(path: Path, head: bytes) -> Text | None:
    """What a file is and how it can be read; None when it is nothing known."""
    suffix = path.suffix.lower()
    for one in KINDS:
        if head.startswith(one.magic) and (not one.suffixes or suffix in one.suffixes):
            return one.what
    text = _ZEROS.sub(b"\n", head)
    return _HOLE if text != head and text.count(b"\n") > FEW and not is_binary(decoded(text)[0]) else None


def may_be_log(path: Path) -> bool:
    """Whether the name of a file says that it holds a log; of a folder of data no file's does."""
    return not LOGS.isdisjoint(words(path.name)) or speaks([path.name.split(".")[0]])
