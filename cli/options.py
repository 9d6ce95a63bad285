"""The options that several commands share, written once, so that a word means the same in each of them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.language import both
from kb.collection import FOLDERS
from kb.problem import Problem
from kb.text import Text


class Speech(StrEnum):
    """What ``--lang`` takes."""

    auto = "auto"
    en = "en"
    zh = "zh"


class Bar(StrEnum):
    """What ``--fail-on`` takes."""

    error = "error"
    warning = "warning"
    info = "info"
    never = "never"


class Plain(StrEnum):
    """What ``--format`` takes where there is no report to choose."""

    text = "text"
    json = "json"


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


def path(typed: str) -> Path:
    """A path as it was typed; raises `Problem` for an empty one, which would stand for the folder one is in."""
    if not typed:
        raise Problem(
            Text("a path is empty", "有一个路径是空的"),
            hint=Text("is a shell variable unset? `.` is this folder", "shell 变量没有赋值？当前文件夹写作 `.`"),
        )
    return Path(typed)


Paths = Annotated[
    list[Path],
    typer.Argument(
        metavar="PATH...",
        parser=path,
        help=both(
            "folders or files: event files, CSV or JSONL logs, checkpoints",
            "文件夹或文件：事件文件、CSV 或 JSONL 日志、检查点",
        ),
    ),
]
Form = Annotated[Plain, typer.Option("--format", help=both("how to print it", "输出格式"))]
Mapped = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="ROLE=TAG",
        help=both("say which role a curve has; val/dice_* for several", "指定曲线的角色，可用 val/dice_* 指定多条"),
    ),
]
Numbers = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SYMPTOM.NUMBER=V", help=both("use another threshold", "改用另一个阈值")),
]
Waived = Annotated[
    list[str] | None,
    typer.Option(
        "--waive",
        metavar="SYMPTOM=REASON",
        help=both("leave a check out, with a reason", "豁免某项检查，并写明理由"),
    ),
]
Whole = Annotated[bool, typer.Option("-v", "--verbose", help=both("list every tensor", "逐个列出张量"))]
