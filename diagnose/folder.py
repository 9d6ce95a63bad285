"""Finds the files under what the user named: in order, each once, and nothing that would block or loop.

What may belong to one run is found together, as a `Unit`; units follow each other while the folders are being walked.
"""

from __future__ import annotations

import operator
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from diagnose.run import Note
from diagnose.serving import Entry, serving_of
from diagnose.trackers.run_folders import HYDRA
from kb.problem import Problem, did_you_mean
from kb.refused import unreadable
from kb.text import Text

SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages"})
COPIES = ("~", ".bak", ".orig", ".old")  # what editors leave beside a file
BACKUP = re.compile(f"(?:{'|'.join(map(re.escape, COPIES))})$", re.IGNORECASE)


Place = tuple[str, int]  # of a folder: its path and the number of its inode
_NAME = operator.attrgetter("name")
_HERE = os.path.join(os.curdir, "")  # noqa: PTH118 - what a listing of "." puts before every name, and a `Path` does not


class Unit(NamedTuple):
    """Files that may belong together, found under ``root``: those of a folder, and of folders that serve it.

    ``place`` is the folder and ``places`` are the files, as texts: to make a `Path` of one takes a third of the
    time that it takes to read it. A file named by the user has its own folder for a root.
    """

    root: Path
    place: str
    places: list[str]

    @property
    def folder(self) -> Path:
        """The folder."""
        return Path(self.place)

    @property
    def files(self) -> list[Path]:
        """The files."""
        return [Path(place) for place in self.places]


@dataclass
class Walk:
    """A way through folders; ``notes`` tell what was passed by."""

    notes: list[Note] = field(default_factory=list)
    _first: dict[int, str] = field(default_factory=dict)  # the first file or folder of each number
    _others: dict[int, set[tuple[int, int]]] = field(default_factory=dict)  # all of a number that several have

    def units(self, root: Path) -> Iterator[Unit]:
        """Everything under ``root``, folders in order of name. Raises `Problem` when there is no such path."""
        try:
            kind = root.stat()
        except OSError as error:
            raise _missing(root, error) from error
        if stat.S_ISDIR(kind.st_mode):
            yield from self._below(root, str(root), kind.st_ino)
        elif self._is_new_file(str(root), kind):
            from diagnose.tensors.shards import speaker

            yield Unit(root.parent, str(root.parent), [str(speaker(root))])

    def _below(self, root: Path, top: str, number: int) -> Iterator[Unit]:
        """The units of a folder and of all in it. A loop, since folders may lie deeper than calls may."""
        waiting = [(top, number)]
        spare = len(_HERE) if str(root) == os.curdir else 0
        while waiting:
            place, number = waiting.pop()
            files, serving, others = self._sorted_out(place, number, root)
            waiting += reversed(others)
            serving.reverse()
            while serving:  # all that is in those that serve, at any depth
                more, inner, rest = self._sorted_out(*serving.pop(), root)
                files += more
                serving += [*reversed(rest), *reversed(inner)]
            if files:
                yield Unit(root, place, [entry.path[spare:] for entry in files])

    def _sorted_out(self, place: str, number: int, top: Path) -> tuple[list[Entry], list[Place], list[Place]]:
        """The files in a folder, the folders in it that serve these, and the others."""
        files, inner = self._one(place, number, top)
        if not inner:
            return files, [], []
        serving = serving_of([entry.name for entry in files], inner)
        others = [(one.path, _number(one)) for one in inner if one.name not in serving]
        return files, [(one.path, _number(one)) for _, one in sorted(serving.items())], others

    def _one(self, place: str, number: int, top: Path) -> tuple[list[Entry], list[Entry]]:
        """The files and the folders in the folder ``place``, in order of name.

        Only links are followed to what they lead to: to ask after every folder would take a twentieth of the time.
        """
        files: list[Entry] = []
        inner: list[Entry] = []
        if not self._is_new(place, number):
            self._note(place, Text("already seen by another path; skipped", "已经从另一条路径读过，跳过"))
            return files, inner
        try:
            with os.scandir(place) as found:
                entries = sorted(found, key=_NAME)
        except OSError as error:
            self._unreadable(place, error)
            return files, inner
        if "pyvenv.cfg" in map(_NAME, entries) and Path(place) != top:
            return files, inner
        for entry in entries:
            name = entry.name
            if name in SKIPPED or (name[0] == "." and name != HYDRA):
                continue
            if name.lower().endswith(COPIES) and (plain := BACKUP.sub("", name)) in map(_NAME, entries):
                self._note(entry.path, Text(f"an older copy of {plain}; skipped", f"{plain} 的旧副本，跳过"))
                continue
            if entry.is_file(follow_symlinks=False):
                if self._is_new(entry.path, entry.inode()):
                    files.append(entry)
                continue
            if entry.is_dir(follow_symlinks=False):
                inner.append(entry)
                continue
            try:
                own = entry.stat()
            except OSError as error:
                self._unreadable(entry.path, error)
                continue
            if entry.is_symlink() and _is_read_by_name(Path(entry.path), top):
                what = Text("a link to what is read by its own name; skipped", "链接，其目标已按本名读取，跳过")
                self._note(entry.path, what)
            elif stat.S_ISDIR(own.st_mode):
                inner.append(entry)
            elif self._is_new_file(entry.path, own):
                files.append(entry)
        return files, inner

    def _is_new_file(self, place: str, kind: os.stat_result) -> bool:
        if stat.S_ISREG(kind.st_mode):
            return self._is_new(place, kind.st_ino)
        self._note(
            place,
            Text("not a regular file (a pipe, socket or device); skipped", "不是普通文件（管道、套接字或设备），跳过"),
        )
        return False

    def _is_new(self, place: str, number: int) -> bool:
        """Whether this file or folder, whose inode has this number, was not met before by any path.

        A number tells files of one device apart. Where another has it as well, be it on another device or because
        the listings of a file system (many over FUSE) give the same to all, both are asked who they are.
        """
        if number not in self._first:
            self._first[number] = place
            return True
        others = self._others.get(number)
        if others is None:
            others = self._others[number] = _identity(self._first[number])
        own = _identity(place)
        new = not own or not own <= others
        others |= own
        return new

    def _unreadable(self, place: str, error: OSError) -> None:
        self._note(place, unreadable(error))

    def _note(self, place: str, what: Text) -> None:
        self.notes.append(Note(place.removeprefix(_HERE), what))


def _number(folder: Entry) -> int:
    """The number of a folder's inode, of that to which a link leads."""
    return folder.stat().st_ino if folder.is_symlink() else folder.inode()


def _identity(place: str) -> set[tuple[int, int]]:
    """Device and inode of what lies there; nothing when it has gone."""
    try:
        kind = os.stat(place)  # noqa: PTH116 - a text is what the walk has
    except OSError:
        return set()
    return {(kind.st_dev, kind.st_ino)}


def _is_read_by_name(link: Path, top: Path) -> bool:
    """Whether a link (W&B's ``latest-run``) leads to what the walk below ``top`` comes to anyway."""
    try:
        inside = link.resolve().relative_to(top.resolve())
    except (OSError, RuntimeError, ValueError):
        return False
    return not any(part.startswith(".") or part in SKIPPED for part in inside.parts)


def _missing(path: Path, error: OSError) -> Problem:
    """The complaint about a path that cannot be opened, with its nearest sibling."""
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        return Problem(unreadable(error), path=path)
    try:
        siblings = sorted(other.name for other in path.parent.iterdir())
    except OSError:
        siblings = []
    return Problem(
        Text("no such file or folder", "没有这个文件或文件夹"), path=path, hint=did_you_mean(path.name, siblings)
    )
