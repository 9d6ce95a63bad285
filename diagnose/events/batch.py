"""Reads many small event files at once: file behind file in one buffer, as if they were one.

A run of a few thousand events is over before the machinery for long files pays; hundreds of runs together do pay.
Whatever is not plain and whole is left to `event_file`.
"""

from __future__ import annotations

import functools
import itertools
import operator
import os
from collections.abc import Iterable, Iterator
from io import FileIO
from pathlib import Path

import numpy as np

from diagnose.events import general
from diagnose.events.alike import Known
from diagnose.events.columns import Column, name_of
from diagnose.events.crc32c import Bytes
from diagnose.events.event_file import LARGEST, read_events
from diagnose.events.findings import Account, Events
from diagnose.events.framing import FRAME, Frames, Scan
from diagnose.events.general import Learned, Stretch
from diagnose.freed_memory import keep_memory

BUFFER = 1 << 22  # bytes of files read together
FIRST = 1 << 17  # bytes of the first of them, so that the first answer does not wait for a hundred files
_IS_OTHER = functools.partial(operator.is_, None)  # a file that is not like many others
_MARGIN = 64  # bytes behind the buffer that column views may touch; what lies there is never used


def read_many(paths: Iterable[str | Path], *, buffer: int = BUFFER) -> Iterator[Events | OSError]:
    """What `read_events` gives for each of ``paths``, in their order, or the error that opening one raised."""
    keep_memory(LARGEST)
    learned, known = Learned(), Known()
    block = np.empty(buffer + _MARGIN, np.uint8)
    waiting, bounds = list[str | Path](), [0]  # what was read into the block, and where it begins and ends there
    view, room = block.data, min(buffer, FIRST)
    for path in paths:
        size = _read_into(path, view[bounds[-1] : room])
        while size is None and (waiting or room < buffer):  # once more, from the front, with more room
            yield from _read_waiting(block, waiting, bounds, learned, known)
            waiting, bounds, room = [], [0], min(buffer, 4 * room)
            size = _read_into(path, view[:room])
        if size is None:
            yield _alone(path, learned)
        else:
            waiting.append(path)
            bounds.append(bounds[-1] + size)
    yield from _read_waiting(block, waiting, bounds, learned, known)


def _read_into(path: str | Path, room: memoryview) -> int | None:
    """Read a whole file; its size, or None when it does not fit (or cannot be read, which `_alone` finds out)."""
    try:
        got = _filled(path, room)
    except OSError:
        return None
    return got if got < len(room) else None


if hasattr(os, "readv"):  # which takes a sixth off the time that opening, reading and closing a small file takes

    def _filled(path: str | Path, room: memoryview) -> int:
        file = os.open(path, os.O_RDONLY)
        try:
            return os.readv(file, (room,))
        finally:
            os.close(file)

else:  # Windows

    def _filled(path: str | Path, room: memoryview) -> int:
        with FileIO(path) as file:
            return file.readinto(room) or 0


def _alone(path: str | Path, learned: Learned) -> Events | OSError:
    try:
        return read_events(path, learned=learned)
    except OSError as error:
        return error


def _read_waiting(
    block: Bytes, waiting: list[str | Path], bounds: list[int], learned: Learned, known: Known
) -> Iterator[Events | OSError]:
    """Read the files in the buffer: those that are alike together, then those between them."""
    found = known.read(block, bounds)
    at = 0
    for other, group in itertools.groupby(found, key=_IS_OTHER):
        some = list(group)
        if not other:
            yield from some  # type: ignore[misc] # none of them is None
        else:
            yield from _read_others(block, waiting[at : at + len(some)], bounds[at : at + len(some) + 1], learned)
        at += len(some)


def _read_others(
    block: Bytes, waiting: list[str | Path], bounds: list[int], learned: Learned
) -> Iterator[Events | OSError]:
    """Read files that lie one behind the other: as many as follow each other without a fault together."""
    ends = np.array(bounds[1:])
    scan = Scan(block, bounds[0], bounds[-1])
    done = 0
    while done < len(waiting):
        frames = scan.frames(bounds[done])
        after = frames.offsets + frames.lengths + FRAME
        cuts = np.searchsorted(after, ends[done:]) + 1  # records up to and with the last of each file
        whole = cuts <= len(after)
        whole[whole] = after[cuts[whole] - 1] == ends[done:][whole]
        count = len(whole) if whole.all() else int(np.flatnonzero(~whole)[0])
        if not count:
            yield _alone(waiting[done], learned)
            done += 1
            continue
        records = int(cuts[count - 1])
        stretch = general.read(block, Frames(frames.offsets[:records], frames.lengths[:records], 0), learned)
        starts = bounds[done : done + count + 1]
        for events, path in zip(_split(stretch, cuts[:count].tolist(), starts), waiting[done:], strict=False):
            yield _alone(path, learned) if events is None else events
        done += count


def _split(stretch: Stretch, cuts: list[int], starts: list[int]) -> Iterator[Events | None]:
    """Share out what a stretch holds to files whose records end before ``cuts``; None for a file with damage."""
    wrong = np.array([*stretch.damaged, *stretch.undecodable], np.int64)
    faulty = set(np.searchsorted(cuts, wrong, side="right").tolist())
    accounts = [
        Account(size=stop - start, records=last - first)
        for start, stop, first, last in zip(starts, starts[1:], [0, *cuts], cuts, strict=False)
    ]
    shares: list[dict[str, Column]] = [{} for _ in cuts]
    for number, kind in stretch.skipped:
        accounts[int(np.searchsorted(cuts, number, side="right"))].skipped[kind] += 1
    for number, settings in stretch.settings:
        accounts[int(np.searchsorted(cuts, number, side="right"))].settings.update(settings)
    for tag, (numbers, column) in stretch.gathered.columns().items():
        name = name_of(tag)
        places = [0, *np.searchsorted(numbers, cuts).tolist()]
        for share, first, last in zip(shares, places, places[1:], strict=False):
            if first < last:
                share[name] = Column(column.steps[first:last], column.walls[first:last], column.values[first:last])
    for which, (share, account) in enumerate(zip(shares, accounts, strict=True)):
        yield None if which in faulty else Events(share, account, account.size)
