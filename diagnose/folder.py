"""Finds the files under what the user named: in order, each once, and nothing that would block or loop.

What may belong to one run is found together, as a `Unit`; units follow each other while the folders are being walked.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from diagnose.run import Note
from diagnose.trackers.run_folders import HYDRA, tracked
from kb.problem import Problem, did_you_mean
from kb.refused import refused
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
STAMPED = re.compile(r"\d{8}_\d{6}")  # mmengine logs into a folder of the time, and saves beside it
BACKUP = re.compile(r"(?:~|\.bak|\.orig|\.old)$", re.IGNORECASE)  # what editors leave beside a file
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
            from diagnose.tensors.shards import speaker

            yield Unit(root.parent, root.parent, [speaker(root)])

    def _below(self, root: Path, top: str, kind: os.stat_result) -> Iterator[Unit]:
        """The units of a folder and of all in it. A loop, since folders may lie deeper than calls may.

        Paths are made only of what is worth it: they would take most of the time in a folder of thousands of runs.
        """
        waiting = [(top, kind)]
        while waiting:
            place, kind = waiting.pop()
            own, inner = self._one(place, kind, root)
            files = [Path(entry.path) for entry in own]
            serving = _serving([entry.name for entry in own], inner) if inner else {}
            for _, one in sorted(serving.items()):
                files += [file for unit in self._below(root, one.path, one.stat()) for file in unit.files]
            if files:
                yield Unit(root, files[0].parent if own else Path(place), files)
            waiting += [(one.path, one.stat()) for one in reversed(inner) if one.name not in serving]

    def _one(self, place: str, kind: os.stat_result, top: Path) -> tuple[list[Entry], list[Entry]]:
        """The files and the folders in the folder ``place``, in order of name."""
        files: list[Entry] = []
        inner: list[Entry] = []
        if not self._is_new(kind.st_dev, kind.st_ino):
            self._note(Path(place), Text("already seen by another path; skipped", "已经从另一条路径读过，跳过"))
            return files, inner
        try:
            with os.scandir(place) as found:
                entries = {entry.name: entry for entry in found}
        except OSError as error:
            self._unreadable(Path(place), error)
            return files, inner
        if "pyvenv.cfg" in entries and Path(place) != top:
            return files, inner
        for name, entry in sorted(entries.items()):
            if (name.startswith(".") and name != HYDRA) or name in SKIPPED:
                continue
            if (plain := BACKUP.sub("", name)) != name and plain in entries:
                self._note(Path(entry.path), Text(f"an older copy of {plain}; skipped", f"{plain} 的旧副本，跳过"))
                continue
            if entry.is_file(follow_symlinks=False):
                if self._is_new(kind.st_dev, entry.inode()):
                    files.append(entry)
                continue
            try:
                own = entry.stat()
            except OSError as error:
                self._unreadable(Path(entry.path), error)
                continue
            if entry.is_symlink() and _is_read_by_name(Path(entry.path), top):
                what = Text("a link to what is read by its own name; skipped", "链接，其目标已按本名读取，跳过")
                self._note(Path(entry.path), what)
            elif stat.S_ISDIR(own.st_mode):
                inner.append(entry)
            elif self._is_new_file(Path(entry.path), own):
                files.append(entry)
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
        why = refused(error)
        self._note(path, Text(f"cannot be read: {why.en}", f"无法读取：{why.zh}"))

    def _note(self, path: Path, what: Text) -> None:
        self.notes.append(Note(str(path), what))


def _is_read_by_name(link: Path, top: Path) -> bool:
    """Whether a link (W&B's ``latest-run``) leads to what the walk below ``top`` comes to anyway."""
    try:
        inside = link.resolve().relative_to(top.resolve())
    except (OSError, RuntimeError, ValueError):
        return False
    return not any(part.startswith(".") or part in SKIPPED for part in inside.parts)


def _serving(names: Sequence[str], inner: Sequence[Entry]) -> dict[str, Entry]:
    """Which folders, by name, hold part of the run of the folder that holds them and the files of these names."""
    serving = {one.name: one for one in inner if _serves(one.name)}
    if not names and not any(map(_always_serves, serving)):
        serving = {}  # with nothing to serve they are folders like any other
    serving |= {one.name: one for one in inner if tracked(one, (*names, *serving))}
    stamped = [one for one in inner if STAMPED.fullmatch(one.name)]
    if len(stamped) == 1 and any(name.endswith(".pth") for name in names):  # of several, no one knows whose they are
        serving[stamped[0].name] = stamped[0]
    if any(map(is_event_file, names)):  # SummaryWriter.add_scalars: a folder for every curve
        serving |= {one.name: one for one in inner if "_" in one.name}
    return serving


def is_event_file(name: str) -> bool:
    """Whether a file is named like TensorBoard's event files, and so needs no look inside to be known."""
    return "tfevents" in name


def _serves(name: str) -> bool:
    """Whether a folder of this name may hold part of the run of the folder it lies in."""
    return name.lower() in FOLDERS or name in BESIDE or SESSION.fullmatch(name) is not None or _always_serves(name)


def _always_serves(name: str) -> bool:
    """Whether it does even when nothing else lies beside it, as the ``train`` and ``validation`` of Keras."""
    return name.lower() in HALVES or name == "vis_data" or NUMBERED.fullmatch(name) is not None


def _missing(path: Path, error: OSError) -> Problem:
    """The complaint about a path that cannot be opened, with its nearest sibling."""
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        why = refused(error)
        return Problem(Text(f"cannot be read: {why.en}", f"无法读取：{why.zh}"), path=path)
    try:
        siblings = sorted(other.name for other in path.parent.iterdir())
    except OSError:
        siblings = []
    return Problem(
        Text("no such file or folder", "没有这个文件或文件夹"), path=path, hint=did_you_mean(path.name, siblings)
    )
