"""What a diagnosis is asked to do: the pages it works with, and what the project's file and the command line change."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli import shelf
from kb.collection import Library
from kb.problem import Problem
from kb.text import Lang, Text


@dataclass(frozen=True)
class Wishes:
    """The library with its thresholds, tag -> role, symptom -> reason of a waiver, and a sentence for each change."""

    pages: Library
    roles: Mapping[str, str]
    waived: Mapping[str, str]
    said: tuple[Text, ...]


def wishes(
    folder: Path | None = None,
    lang: Lang = "en",
    *,
    mapped: Sequence[str] | None = None,
    numbers: Sequence[str] | None = None,
    waive: Sequence[str] | None = None,
) -> Wishes:
    """What the project's file says, then what was typed, over the entries of ``folder`` and the user's own.

    Entries that cannot be used are named on stderr. Raises `Problem` for a wish that names nothing there is.
    """
    from diagnose import projectfile, settings

    standing = projectfile.nearest(Path.cwd())
    known, own = shelf.symptoms(folder, lang)
    with _in(standing.path):
        pages, settled = settings.with_numbers(known, standing.numbers)
        roles, waived = settings.roles(standing.roles), settings.waivers(pages, standing.waivers)
        if roles:
            from diagnose.mapping import check_roles
            from diagnose.recognise import Recogniser

            check_roles(roles, Recogniser(pages).roles)
    pages, overridden = settings.with_numbers(pages, numbers or ())
    return Wishes(
        pages,
        {**roles, **settings.roles(mapped or ())},
        {**waived, **settings.waivers(pages, waive or ())},
        (*own, *standing.said, *settled, *overridden),
    )


@contextlib.contextmanager
def _in(file: Path | None) -> Iterator[None]:
    """Names the project's file in a complaint about what stands there: nobody typed it."""
    try:
        yield
    except Problem as problem:
        raise Problem(problem.what, path=problem.path or file, hint=problem.hint) from None
