"""The command ``kb ask``: one question from the command line or a pipe, or a session of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import asked, language, llm, pager, paint, shelf
from cli.language import both
from cli.options import Folder, Json, Lang, Speech
from kb import library


def ask(
    question: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[QUESTION...]",
            help=both(
                "a question or an error message; - reads it from standard input; none begins a session",
                "问题或报错信息；- 表示从标准输入读取；不写则进入会话",
            ),
        ),
    ] = None,
    lang: Lang = Speech.auto,
    as_json: Json = False,
    by_model: Annotated[
        bool,
        typer.Option(
            "--llm",
            help=both("let the language model you set up phrase the answer", "由你配置的语言模型来表述答案"),
        ),
    ] = False,
    folder: Folder = None,
) -> int:
    """The passage that answers, two or three pages that may be meant, or that nothing is known."""
    from kb.ask import reply, show, stored

    words = asked.words(question or [])
    speak = language.choose(lang, words)
    chat = llm.configured(Path.cwd()) if by_model else None
    pages = shelf.opened(folder, speak)
    known = stored.load(pages, folder or library.BUILT_IN)
    if question is None:
        from cli import talk

        return talk.run(pages, known, speak, speak if lang != Speech.auto else None, chat)
    found = reply.reply(pages, known, words, speak)
    if as_json:
        paint.show_json(show.data(found, pages) | llm.as_data(found, pages, chat))
    else:
        pager.show(llm.told(found, pages, speak, paint.width(), chat))
    return 1 if found.state == "unknown" else 0
