"""A person's own entries over the built-in ones: later folders hide earlier ones, a broken file only itself."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from kb import library
from kb.collection import FOLDERS, Library, Meaning
from kb.entry import Entry
from kb.library import AMBIGUOUS
from kb.problem import Problem
from kb.refused import refused
from kb.text import Text


def load(folder: Path = library.BUILT_IN) -> Library:
    """Every entry of the built-in folder, the user's own and ``folder``; the last one with an id counts.

    Files of the user that are wrong are left out and named in ``problems``; a wrong built-in one raises its `Problem`.
    """
    problems: list[Problem] = []
    read: dict[Path, Entry] = {}
    words: dict[str, tuple[Meaning, ...]] = {}
    for layer in library.layers(folder):
        ours = layer == library.BUILT_IN
        problems += [] if ours else _misplaced(layer)
        for path in (*library.files(layer), layer / AMBIGUOUS):
            try:
                if path.name != AMBIGUOUS:
                    read[path] = library.read_entry(path)
                elif path.exists():
                    words |= library.read_ambiguous(path)
            except Problem as problem:
                if ours:
                    raise
                problems.append(problem)
    entries = {name: read[path] for name, path in paths(folder, {str(one.path) for one in problems}).items()}
    names = Library({name: entries[name] for name in sorted(entries, key=lambda one: entries[one].draft)}, {}).names()
    return Library(entries, words, tuple(names), problems)  # a draft takes no name from a reviewed page


def paths(folder: Path, broken: Collection[str]) -> dict[str, Path]:
    """The file of each id, without those that are ``broken``; the last folder and its names come first."""
    found: dict[str, Path] = {}
    for layer in reversed(library.layers(folder)):
        for name, path in {path.stem: path for path in library.files(layer) if str(path) not in broken}.items():
            found.setdefault(name, path)
    return found


def watched(folder: Path) -> Iterator[Path]:
    """Every file that the library of ``folder`` is made of, or that is named as misplaced; it may not exist."""
    for layer in library.layers(folder):
        yield from library.files(layer)
        yield layer / AMBIGUOUS
        if layer != library.BUILT_IN:
            yield from library.strays(layer)


def _misplaced(layer: Path) -> Iterator[Problem]:
    names = "、".join(FOLDERS)
    for path in library.strays(layer):
        if path.suffix == ".yml":
            what = Text("an entry's file name ends in .yaml", "条目的文件名应以 .yaml 结尾")
        else:
            what = Text("lies in no folder of a kind", "没有放在某一类条目的文件夹里")
        hint = Text(f"entries are *.yaml files in {', '.join(FOLDERS)}", f"条目是 {names} 中的 *.yaml 文件")
        yield Problem(what, path=path, hint=hint)
    for folder in (layer / name for name in FOLDERS):
        try:
            os.scandir(folder).close()
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError as error:
            why = refused(error)
            yield Problem(Text(f"cannot be read ({why.en})", f"无法读取（{why.zh}）"), path=folder)
    seen: dict[str, Path] = {}
    for path in library.files(layer):
        if (first := seen.setdefault(path.stem, path)) is not path:
            yield Problem(Text(f"{path} has the same id", f"与 {path} 的 id 相同"), path=first)
