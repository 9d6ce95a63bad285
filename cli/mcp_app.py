"""The command ``kb mcp``: starts the server for coding assistants, or says what is missing to do so."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cli import language, paint
from cli.language import both
from cli.options import Folder, Lang, Speech
from kb.problem import Problem
from kb.prose import Line
from kb.text import Text


def mcp(
    lang: Lang = Speech.auto,
    folder: Folder = None,
    limit: Annotated[
        float,
        typer.Option(
            "--limit", metavar="SECONDS", min=1, help=both("seconds a diagnosis may take", "一次诊断最多用多少秒")
        ),
    ] = 300,
) -> int:
    """The Model Context Protocol over standard input and output, until the client hangs up."""
    try:
        from cli import mcp_server
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("mcp"):
            raise
        raise Problem(
            Text("the extra `mcp` is not installed, or too old", "没有安装附加组件 `mcp`，或其版本过旧"),
            hint=Text('pip install "trainoscope[mcp]"', 'pip install "trainoscope[mcp]"'),
        ) from None
    if sys.stdin.isatty():
        waits = Text(
            "waiting for a coding assistant to speak on standard input; Ctrl-C ends it",
            "正等待编程助手从标准输入连接；按 Ctrl-C 结束",
        )
        paint.show([Line("dim", waits.of(language.choose(lang)))], sys.stderr)
    mcp_server.serve(folder, limit)
    return 0
