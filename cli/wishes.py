"""What a diagnosis is asked to do: the pages it works with, and what the project's file and the command line change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli import shelf
from kb.library import Library
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
    pages, overridden = settings.with_numbers(known, (*standing.numbers, *(numbers or ())))
    return Wishes(
        pages,
        settings.roles((*standing.roles, *(mapped or ()))),
        settings.waivers(pages, (*standing.waivers, *(waive or ()))),
        (*own, *standing.said, *overridden),
    )
