"""Opens the library for a command, and names the files of the user's that could not be used."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cli import door
from kb import library
from kb.choices import Kind
from kb.collection import FOLDERS, Library
from kb.printed import Printed
from kb.problem import Problem
from kb.text import Lang, Text

_DIAGNOSED: tuple[Kind, ...] = ("symptom", "concept")  # the concepts know how curves are named


def opened(folder: Path | None, lang: Lang) -> Library:
    """The built-in entries, the user's own and those of ``folder``; files that were left out are named on stderr.

    Raises `Problem` for a folder that is none or holds no entries.
    """
    from kb import frozen

    pages = frozen.load(_checked(folder))
    _name_left_out(pages.problems, lang)
    return pages


def symptoms(folder: Path | None, lang: Lang) -> tuple[Library, tuple[Text, ...]]:
    """The symptoms and concepts a diagnosis works with, and a sentence for each symptom that is the user's own."""
    from kb import frozen

    built_in, checked = frozen.built_in(_DIAGNOSED), _checked(folder)
    if library.layers(checked) == (library.BUILT_IN,):
        return built_in, ()
    from diagnose.admitted import admitted

    pages, said = admitted(frozen.of_kinds(checked, _DIAGNOSED), built_in)
    _name_left_out(pages.problems, lang)
    return pages, said


def printed(folder: Path | None, lang: Lang) -> Printed | Library:
    """The same as pages that are laid out already, where they can be kept."""
    from kb import frozen, printing

    pages = frozen.open_(_checked(folder))
    _name_left_out(pages.problems if isinstance(pages, Library) else printing.problems(pages.problems), lang)
    return pages


def _checked(folder: Path | None) -> Path:
    if folder is not None and not folder.is_dir():
        raise Problem(Text("no such folder", "没有这个文件夹"), path=folder)
    if folder is not None and not library.files(folder):
        names = ", ".join(FOLDERS)
        raise Problem(
            Text("holds no entries", "里面没有条目"),
            path=folder,
            hint=Text(f"entries are *.yaml files in {names}", f"条目是 {names} 中的 *.yaml 文件"),
        )
    return folder or library.BUILT_IN


def _name_left_out(problems: Iterable[Problem], lang: Lang) -> None:
    for one in problems:
        what = Text(f"{one.what.en} (left out)", f"{one.what.zh}（已略过）")
        door.complain(Problem(what, path=one.path, line=one.line, column=one.column, hint=one.hint), lang)
