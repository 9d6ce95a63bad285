"""The ``kb`` command: look words up, list the pages, check files of pages, run their proofs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli import ask_app, asked, door, language, mcp_app, own, pager, paint, shelf, start
from cli.language import both
from cli.options import Folder, Json, Kinds, Lang, Speech
from kb import answering, library, printed
from kb.collection import FOLDERS
from kb.entry import Entry
from kb.problem import Problem
from kb.prose import Block, Line, flow
from kb.prose import code as laid_out
from kb.text import Text

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=both(
        "What polyps, data sets, training concepts, pitfalls and symptoms are.",
        "查询息肉、数据集、训练概念、代码陷阱与训练症状。",
    ),
)


def main(argv: Sequence[str] | None = None, program: str = "kb") -> int:
    """Run ``kb`` with ``argv`` (the process's own if None); gives the exit code."""
    return door.run(app, argv, program)


def _ids(incomplete: str) -> list[str]:
    """For the shell's completion."""
    return sorted({found for _, found in printed.names() if found.startswith(incomplete)})


def _version(wanted: bool) -> None:
    if wanted:
        paint.show([Line("text", f"trainoscope {door.version()}")])
        raise typer.Exit


@app.callback()
def _kb(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=both("print the version", "显示版本号"))
    ] = False,
    _lang: Lang = Speech.auto,
) -> None:
    """Options of ``kb`` itself."""


@app.command(help=both("Show the page a word names.", "显示一个词对应的页面。"))
def lookup(
    term: Annotated[
        list[str],
        typer.Argument(
            metavar="TERM...",
            autocompletion=_ids,
            help=both("a name, title or id; several words are one term", "名称、标题或 id；多个词合为一个名称"),
        ),
    ],
    lang: Lang = Speech.auto,
    as_json: Json = False,
    only_code: Annotated[bool, typer.Option("--code", help=both("print only its code", "只输出其中的代码"))] = False,
    folder: Folder = None,
) -> int:
    """The page, a choice of meanings, or the nearest names."""
    from kb import search

    words = asked.words(term)
    speak = language.choose(lang, words)
    if not (as_json or only_code or search.is_message(words)):
        lines, code = start.answered(shelf.printed(folder, speak), words, speak)
        if code == 0 or not search.may_be_message(words):
            pager.show(lines)
            return code
    from kb.ask import pasted, show, stored

    pages = shelf.opened(folder, speak)
    found, frame = pasted.looked_up(pages, lambda: stored.load(pages, folder or library.BUILT_IN), words)
    if as_json:
        from kb import plain

        paint.show_json(plain.answer(found))
    elif only_code and found.entry:
        return _show_code(found.entry)
    else:
        where = show.place(frame, speak, paint.width())
        pager.show([*where, *answering.answer(found, pages, speak, paint.width())])
    return 0 if found.found and not only_code else 1  # a choice is no code


app.command(help=both("Answer a question, or explain a pasted error.", "回答问题，或解释粘贴的报错。"))(ask_app.ask)


@app.command("list", help=both("List the pages.", "列出所有页面。"))
def list_(
    kind: Annotated[
        Kinds | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            help=both(f"only this kind: {', '.join(FOLDERS.values())}", f"只列出这一类：{'、'.join(FOLDERS.values())}"),
        ),
    ] = None,
    lang: Lang = Speech.auto,
    as_json: Json = False,
    folder: Folder = None,
) -> int:
    """Every id with its title in both languages, kind by kind."""
    pages = shelf.opened(folder, language.choose(lang))
    chosen = [page for page in pages.values() if kind is None or page.kind == kind.value]
    if as_json:
        from kb import plain

        summary = [
            {"id": page.id, "kind": page.kind, "title": plain.title(page), "summary": plain.summary(page)}
            for page in chosen
        ]
        paint.show_json({"entries": summary})
    else:
        pager.show(answering.listing(chosen, language.choose(lang), paint.width()))
    return 0


@app.command(help=both("Check files of entries before sharing them.", "检查条目文件。"))
def check(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help=both("a file or a folder of entries", "条目文件或文件夹"))
    ],
    lang: Lang = Speech.auto,
) -> int:
    """Every problem with its place; 1 when there is one."""
    from diagnose import trial
    from kb import check as checking

    speak = language.choose(lang)
    problems, count = checking.check(path), len(checking.entry_files(path))
    problems = checking.in_order([*problems, *trial.problems(path)])
    for problem in problems:
        door.complain(problem, speak, sys.stdout)
    if problems:
        said = Text(
            f"{len(problems)} to mend in {count} file{'s' if count != 1 else ''}",
            f"{count} 个文件中有 {len(problems)} 处要改",
        )
    else:
        said = Text(f"{count} file{'s' if count != 1 else ''}, nothing to mend", f"{count} 个文件，没有问题")
    paint.show([Line("dim", said.of(speak))])
    return 1 if problems else 0


@app.command(help=both("Run the proofs on this machine's torch.", "在本机的 torch 上运行各条证明。"))
def verify(
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID...]", autocompletion=_ids, help=both("entries; all if none", "条目 id；不写则全部")
        ),
    ] = None,
    lang: Lang = Speech.auto,
    as_json: Json = False,
    trust: Annotated[
        bool, typer.Option("--trust", help=both("run code that is not built in", "允许运行非内置条目里的代码"))
    ] = False,
    folder: Folder = None,
) -> int:
    """Which facts hold here: 0 all, 1 something failed, 2 nothing could be checked."""
    from kb import verified
    from kb import verify as verification

    pages = shelf.opened(folder, language.choose(lang))
    chosen = [pages.named(name) for name in dict.fromkeys(ids)] if ids else list(pages.values())
    speak = language.choose(lang)
    outcomes = []
    for page_outcomes in verification.verify(chosen, trust=trust):
        outcomes += page_outcomes
        if not as_json:
            paint.show(verified.by_entry(page_outcomes, speak, paint.width()))
    if as_json:
        paint.show_json(verified.as_data(outcomes))
    else:
        paint.show(verified.summary(outcomes, speak, paint.width()))
    return verification.exit_code(outcomes)


app.command("new", help=both("Begin an entry of your own.", "新建一个自己的条目。"))(own.new)
app.command("import", help=both("Make drafts from notes.", "把笔记变成草稿条目。"))(own.import_)
app.command("mcp", help=both("Serve a coding assistant.", "为编程助手提供服务（MCP）。"))(mcp_app.mcp)


def _show_code(entry: Entry) -> int:
    snippets = answering.right_code(entry)
    if not snippets:
        raise Problem(Text(f"{entry.id} has no code", f"{entry.id} 没有代码"))
    gap = [Block("text", "")]
    paint.show(
        flow((block for index, one in enumerate(snippets) for block in gap * bool(index) + laid_out(one, indent="")), 0)
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
