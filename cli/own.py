"""The part of ``kb`` for a person's own entries: begin one, take notes over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import language, paint
from cli.language import both
from cli.options import Kinds, Lang, Speech
from kb import library
from kb.choices import Kind
from kb.collection import FOLDERS
from kb.prose import Line
from kb.text import Text

_Into = Annotated[
    Path | None,
    typer.Option(
        "--kb",
        metavar="DIR",
        help=both("write into this folder instead of your own", "写入该文件夹，而不是你自己的条目文件夹"),
    ),
]


def new(
    kind: Annotated[
        Kinds,
        typer.Argument(
            metavar="KIND", help=both(f"one of {', '.join(FOLDERS.values())}", f"{'、'.join(FOLDERS.values())} 之一")
        ),
    ],
    name: Annotated[
        str,
        typer.Argument(metavar="ID", help=both("its id and file name, like cold-snare", "id 即文件名，如 cold-snare")),
    ],
    lang: Lang = Speech.auto,
    folder: _Into = None,
) -> int:
    """Write the file and say where it is."""
    from kb import draft

    chosen: Kind = kind.value  # type: ignore[assignment] # made from the kinds themselves
    path = draft.new(chosen, name, folder or library.user_folder())
    said = Text(f"{path}\nfill it in, then: kb check {path}", f"{path}\n填好之后运行：kb check {path}")
    first, second = said.of(language.choose(lang)).split("\n")
    paint.show([Line("link", first), Line("dim", second)])
    return 0


def import_(
    notes: Annotated[
        Path,
        typer.Argument(
            metavar="NOTES.md", help=both("notes with #### before each question", "每个问题前有 #### 的笔记")
        ),
    ],
    kind: Annotated[
        Kinds | None,
        typer.Option(
            "--kind", metavar="KIND", help=both("the kind of the drafts, else concept", "草稿的类别，默认 concept")
        ),
    ] = None,
    lang: Lang = Speech.auto,
    folder: _Into = None,
) -> int:
    """Write the drafts and say where every part of the notes went."""
    from kb import notes as taking

    speak, into = language.choose(lang), folder or library.user_folder()
    chosen: Kind = kind.value if kind else "concept"  # type: ignore[assignment] # made from the kinds themselves
    paint.show(taking.told(taking.import_(notes, into, chosen), into, speak))
    return 0
