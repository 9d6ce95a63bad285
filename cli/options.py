"""The options that several commands share, written once: language, data instead of a page, a folder of entries."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.language import both
from kb.library import FOLDERS


class Speech(StrEnum):
    """What ``--lang`` takes."""

    auto = "auto"
    en = "en"
    zh = "zh"


Kinds = StrEnum("Kinds", [(kind, kind) for kind in FOLDERS.values()])  # type: ignore[misc] # read from the one list
Lang = Annotated[Speech, typer.Option("--lang", metavar="en|zh|auto", help=both("language of the answer", "输出语言"))]
Json = Annotated[bool, typer.Option("--json", help=both("print data instead of a page", "输出数据而不是页面"))]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--kb",
        metavar="DIR",
        help=both(
            "add the entries of this folder; they come before your own and the built-in ones",
            "加上该文件夹中的条目，优先于你自己的和内置的条目",
        ),
    ),
]
