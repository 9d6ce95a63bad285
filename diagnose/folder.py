"""Finds the files under what the user named: in order, each once, and nothing that would block or loop."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from diagnose.run import Note
from kb.problem import Problem, did_you_mean
from kb.text import Text

SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages"})


@dataclass
class Walk:
    """``files`` with the root each was found under (a file named directly is its own root), and what was passed by."""

    files: list[tuple[Path, Path]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    _seen: set[tuple[int, int]] = field(default_factory=set)

    def into(self, root: Path) -> None:
        """Everything under ``root``, folders in order of name. Raises `Problem` when there is no such path."""
        try:
            kind = root.stat()
        except OSError as error:
            raise _missing(root, error) from error
        if not stat.S_ISDIR(kind.st_mode):
            self._file(root, root, kind)
            return
        waiting = [root]
        while waiting:
            folder = waiting.pop()
            waiting += reversed(self._one(folder, root))

    def _one(self, folder: Path, root: Path) -> list[Path]:
        """Take a folder's files; return the folders in it."""
        inner: list[Path] = []
        try:
            place = folder.stat()
            if (place.st_dev, place.st_ino) in self._seen:
                self._note(folder, Text("already seen by another path; skipped", "已经从另一条路径读过，跳过"))
                return []
            self._seen.add((place.st_dev, place.st_ino))
            with os.scandir(folder) as entries:
                names = sorted(entry.name for entry in entries)
        except OSError as error:
            self._unreadable(folder, error)
            return []
        for name in names:
            path = folder / name
            try:
                kind = path.stat()
            except OSError as error:
                if not name.startswith("."):
                    self._unreadable(path, error)
                continue
            if name.startswith(".") or name in SKIPPED:
                continue
            if not stat.S_ISDIR(kind.st_mode):
                self._file(path, root, kind)
            elif not (path / "pyvenv.cfg").exists():
                inner.append(path)
        return inner

    def _file(self, path: Path, root: Path, kind: os.stat_result) -> None:
        if not stat.S_ISREG(kind.st_mode):
            self._note(
                path,
                Text(
                    "not a regular file (a pipe, socket or device); skipped", "不是普通文件（管道、套接字或设备），跳过"
                ),
            )
        elif (kind.st_dev, kind.st_ino) not in self._seen:
            self._seen.add((kind.st_dev, kind.st_ino))
            self.files.append((path, root))

    def _unreadable(self, path: Path, error: OSError) -> None:
        why = error.strerror or type(error).__name__
        self._note(path, Text(f"cannot be read: {why}", f"无法读取：{why}"))

    def _note(self, path: Path, what: Text) -> None:
        self.notes.append(Note(str(path), what))


def walk(paths: Sequence[Path]) -> Walk:
    """Every regular file under ``paths``, each once. Raises `Problem` for a path that does not exist."""
    found = Walk()
    for path in paths:
        found.into(path)
    return found


def _missing(path: Path, error: OSError) -> Problem:
    """The complaint about a path that cannot be opened, with its nearest sibling."""
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        why = error.strerror or type(error).__name__
        return Problem(Text(f"cannot be read: {why}", f"无法读取：{why}"), path=path)
    try:
        siblings = sorted(other.name for other in path.parent.iterdir())
    except OSError:
        siblings = []
    return Problem(
        Text("no such file or folder", "没有这个文件或文件夹"), path=path, hint=did_you_mean(path.name, siblings)
    )
