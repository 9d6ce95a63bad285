"""Reads growing files again and again, each time only what is new of them, and gives the runs as they now are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from diagnose.assemble import Found, Survey
from diagnose.files import read_file
from diagnose.folder import Unit
from diagnose.growing_lines import WINDOW, Lines
from diagnose.readers import tensorboard
from diagnose.run import Trace
from diagnose.serving import is_event_file
from diagnose.stitch import lengthened

TAIL = 64  # bytes by which an event file is known again
Traces = list[Trace] | None


class _Stamp(NamedTuple):
    """What tells whether a file is the one it was, and as it was."""

    device: int
    inode: int
    size: int
    changed: int


@dataclass
class _Seen:
    """A file as it was at the last look; ``end`` is the byte to go on from, ``tail`` the bytes before it."""

    stamp: _Stamp
    traces: Traces
    end: int = 0
    tail: bytes = b""
    lines: Lines | None = None


class Follower:
    """Follows what lies under ``paths``: every `look` gives what a reading of everything would give.

    Event files are read from the byte where the last look ended, logs of lines from the last whole line, all else
    again from the start when it has changed. A file that became shorter or was replaced is read anew; ``window``
    bytes of a log before the new ones are looked at again to see that its reader still takes them for the same.
    """

    def __init__(self, paths: Sequence[Path], window: int = WINDOW) -> None:
        self._paths = list(paths)
        self._window = window
        self._seen: dict[Path, _Seen] = {}
        self.bytes_read = 0

    def look(self) -> Found:
        """The runs now, and what was passed by. Raises `Problem` for a path that does not exist."""
        self._met: set[Path] = set()
        going = Survey(self._paths, reading=self._read_units)
        runs = tuple(going.runs())
        self._seen = {path: seen for path, seen in self._seen.items() if path in self._met}
        return Found(runs, tuple(going.unread), going.strangers)

    def _read_units(self, units: Iterable[Unit]) -> Iterator[tuple[Unit, list[Traces]]]:
        for unit in units:
            yield unit, [self._read(path) for path in unit.files]

    def _read(self, path: Path) -> Traces:
        self._met.add(path)
        try:
            stamp = _stamp(path)
        except OSError:
            self._seen.pop(path, None)
            return read_file(path)  # which says why it cannot be read
        seen = self._seen.get(path)
        if seen is None or seen.stamp[:2] != stamp[:2] or stamp.size < seen.stamp.size:
            seen = self._anew(path, stamp)
        elif seen.stamp != stamp:
            seen = self._further(path, stamp, seen)
        self._seen[path] = seen
        return seen.traces

    def _anew(self, path: Path, stamp: _Stamp) -> _Seen:
        if is_event_file(path.name):
            return self._events(path, stamp, None)
        self.bytes_read += stamp.size
        traces = read_file(path)
        if traces is None or stamp.size < 4 * self._window or _stamp(path) != stamp:
            return _Seen(stamp, traces)
        return _Seen(stamp, traces, lines=Lines.begin(path, traces, stamp.size, self._window))

    def _further(self, path: Path, stamp: _Stamp, seen: _Seen) -> _Seen:
        if is_event_file(path.name):
            return self._events(path, stamp, seen)
        if seen.lines is not None and stamp.size > seen.stamp.size:
            more = seen.lines.further(stamp.size)
            self.bytes_read += seen.lines.bytes_read
            if more is not None:
                return _Seen(stamp, more, lines=seen.lines)
        return self._anew(path, stamp)

    def _events(self, path: Path, stamp: _Stamp, seen: _Seen | None) -> _Seen:
        if seen is not None and (not seen.traces or _before(path, seen.end) != seen.tail):  # written over
            seen = None
        start = seen.end if seen is not None else 0
        try:
            found, end = tensorboard.read_on(path, start)
            tail = _before(path, end)
        except OSError:
            return _Seen(stamp, read_file(path))
        self.bytes_read += stamp.size - start
        if seen is None or not seen.traces:
            return _Seen(stamp, found, end, tail)
        return _Seen(stamp, [lengthened(seen.traces[0], found[0])], end, tail)


def _before(path: Path, end: int) -> bytes:
    """The bytes just before byte ``end``."""
    start = max(0, end - TAIL)
    with path.open("rb") as file:
        file.seek(start)
        return file.read(end - start)


def _stamp(path: Path) -> _Stamp:
    kind = path.stat()
    return _Stamp(kind.st_dev, kind.st_ino, kind.st_size, kind.st_mtime_ns)
