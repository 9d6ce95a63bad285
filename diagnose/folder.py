"""Finds the files under what the user named: in order, each once, and nothing that would block or loop.

What may belong to one run is found together, as a `Unit`; units follow each other while the folders are being walked.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from diagnose.run import Note
from diagnose.tensors.shards import speaker
from diagnose.trackers.run_folders import HYDRA, tracked
from kb.problem import Problem, did_you_mean
from kb.text import Text

SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages"})
HALVES = frozenset({"train", "training", "val", "validation", "valid", "test", "eval", "evaluation"})
FOLDERS = frozenset(
    {
        *("checkpoint", "checkpoints", "ckpt", "ckpts", "model", "models", "weights", "snapshot", "snapshots"),
        *("saved_model", "saved_models", "save", "saves"),
    }
)
BESIDE = frozenset({"files", "vis_data", "tf_logs"})  # where W&B, mmengine and mmcv put the other half of a run's log
SESSION = re.compile(r"\d{9,}\.\d+")  # SummaryWriter.add_hparams writes into a folder named after the time
NUMBERED = re.compile(r"(checkpoint|ckpt|step|epoch|global_step|iter)[-_]?\d+", re.IGNORECASE)


Entry = os.DirEntry[str]


class Unit(NamedTuple):
    """Files that may belong together, found under ``root``: those of ``folder``, and of folders that serve it.

    A file named by the user has its own folder for a root.
    """

    root: Path
    folder: Path
    files: list[Path]


@dataclass
class Walk:
    """A way through folders; ``notes`` tell what was passed by."""

    notes: list[Note] = field(default_factory=list)
    _seen: set[tuple[int, int]] = field(default_factory=set)

    def units(self, root: Path) -> Iterator[Unit]:
        """Everything under ``root``, folders in order of name. Raises `Problem` when there is no such path."""
        try:
            kind = root.stat()
        except OSError as error:
            raise _missing(root, error) from error
        if stat.S_ISDIR(kind.st_mode):
            yield from self._below(root, str(root), kind)
        elif self._is_new_file(root, kind):
            yield Unit(root.parent, root.parent, [speaker(root)])

    def _below(self, root: Path, top: str, kind: os.stat_result) -> Iterator[Unit]:
        """The units of a folder and of all in it. A loop, since folders may lie deeper than calls may.

        Paths are made only of what is worth it: they would take most of the time in a folder of thousands of runs.
        """
        waiting = [(top, kind)]
        while waiting:
            place, kind = waiting.pop()
            folder = root if place == str(root) else Path(place)
            names, inner = self._one(folder, kind, root)
            serving = {one.name: one for one in inner if _serves(one.name)}
            if not names and not any(map(_always_serves, serving)):
                serving = {}  # with nothing to serve they are folders like any other
            serving |= {one.name: one for one in inner if tracked(one, names)}
            if any("tfevents" in name for name in names):  # SummaryWriter.add_scalars: a folder for every curve
                serving |= {one.name: one for one in inner if "_" in one.name}
            files = [folder / name for name in names]
            for _, one in sorted(serving.items()):
                files += [file for unit in self._below(root, one.path, one.stat()) for file in unit.files]
            if files:
                yield Unit(root, folder, files)
            waiting += [(one.path, one.stat()) for one in reversed(inner) if one.name not in serving]

    def _one(self, folder: Path, place: os.stat_result, top: Path) -> tuple[list[str], list[Entry]]:
        """The names of the files, and the folders, in a folder."""
        files: list[str] = []
        inner: list[Entry] = []
        if not self._is_new(place.st_dev, place.st_ino):
            self._note(folder, Text("already seen by another path; skipped", "已经从另一条路径读过，跳过"))
            return files, inner
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=attrgetter("name"))
        except OSError as error:
            self._unreadable(folder, error)
            return files, inner
        if folder != top and any(entry.name == "pyvenv.cfg" for entry in entries):
            return files, inner
        for entry in entries:
            name = entry.name
            if (name.startswith(".") and name != HYDRA) or name in SKIPPED:
                continue
            if entry.is_file(follow_symlinks=False):
                if self._is_new(place.st_dev, entry.inode()):
                    files.append(name)
                continue
            try:
                kind = entry.stat()
            except OSError as error:
                self._unreadable(folder / name, error)
                continue
            if entry.is_symlink() and _is_read_by_name(folder / name, top):
                what = Text("a link to what is read by its own name; skipped", "链接，其目标已按本名读取，跳过")
                self._note(folder / name, what)
            elif stat.S_ISDIR(kind.st_mode):
                inner.append(entry)
            elif self._is_new_file(folder / name, kind):
                files.append(name)
        return files, inner

    def _is_new_file(self, path: Path, kind: os.stat_result) -> bool:
        if stat.S_ISREG(kind.st_mode):
            return self._is_new(kind.st_dev, kind.st_ino)
        self._note(
            path,
            Text("not a regular file (a pipe, socket or device); skipped", "不是普通文件（管道、套接字或设备），跳过"),
        )
        return False

    def _is_new(self, device: int, inode: int) -> bool:
        """Whether this file or folder was not met before, by any path."""
        if (device, inode) in self._seen:
            return False
        self._seen.add((device, inode))
        return True

    def _unreadable(self, path: Path, error: OSError) -> None:
        why = error.strerror or type(error).__name__
        self._note(path, Text(f"cannot be read: {why}", f"无法读取：{why}"))

    def _note(self, path: Path, what: Text) -> None:
        self.notes.append(Note(str(path), what))


def _is_read_by_name(link: Path, top: Path) -> bool:
    """Whether a link (W&B's ``latest-run``) leads to what the walk below ``top`` comes to anyway."""
    try:
        inside = link.resolve().relative_to(top.resolve())
    except (OSError, RuntimeError, ValueError):
        return False
    return not any(part.startswith(".") or part in SKIPPED for part in inside.parts)


def _serves(name: str) -> bool:
    """Whether a folder of this name may hold part of the run of the folder it lies in."""
    return name.lower() in FOLDERS or name in BESIDE or SESSION.fullmatch(name) is not None or _always_serves(name)


def _always_serves(name: str) -> bool:
    """Whether it does even when nothing else lies beside it, as the ``train`` and ``validation`` of Keras."""
    return name.lower() in HALVES or name == "vis_data" or NUMBERED.fullmatch(name) is not None


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
