"""Opens the library for a command, and names the files of the user's that could not be used."""

from __future__ import annotations

from pathlib import Path

from cli import door
from kb import library
from kb.library import FOLDERS, Library
from kb.problem import Problem
from kb.text import Lang, Text


def opened(folder: Path | None, lang: Lang) -> Library:
    """The built-in entries, the user's own and those of ``folder``; files that were left out are named on stderr.

    Raises `Problem` for a folder that is none or holds no entries.
    """
    from kb import frozen

    if folder is not None and not folder.is_dir():
        raise Problem(Text("no such folder", "没有这个文件夹"), path=folder)
    if folder is not None and not library.files(folder):
        names = ", ".join(FOLDERS)
        raise Problem(
            Text("holds no entries", "里面没有条目"),
            path=folder,
            hint=Text(f"entries are *.yaml files in {names}", f"条目是 {names} 中的 *.yaml 文件"),
        )
    pages = frozen.load(folder or library.BUILT_IN)
    for problem in pages.problems:
        _left_out(problem, lang)
    return pages


def _left_out(problem: Problem, lang: Lang) -> None:
    what = Text(f"{problem.what.en} (left out)", f"{problem.what.zh}（已略过）")
    door.complain(Problem(what, path=problem.path, line=problem.line, column=problem.column, hint=problem.hint), lang)
