"""Reads one TensorBoard event file into curves, in bounded memory, and accounts for what was damaged.

The file goes through one buffer. Records that repeat are read by `locked`, all others by `general`; a record
that is larger than the buffer is read by itself. Behind damage, reading goes on at the next header that proves itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import Literal

import numpy as np

from diagnose.events import crc32c, general
from diagnose.events.columns import Curves
from diagnose.events.findings import Account, Events
from diagnose.events.framing import FRAME, HEADER, Frames, Scan, header_length
from diagnose.events.general import Learned, Stretch
from diagnose.events.locked import Cycle, find_cycle
from diagnose.freed_memory import keep_memory

Way = Literal["locked", "general", "slow"]

BUFFER = 1 << 22  # bytes read at a time
LARGEST = 24 << 20  # bytes of the arrays that come and go
SMALL = 1 << 13  # bytes read before looking for a repetition
HUGE = 32 << 20  # bytes of payload; a larger record is checked piece by piece and not looked into
_MARGIN = 64  # bytes behind the buffer that column views may touch; what lies there is never used
_WORTH_LOCKING = 64 << 10  # bytes that a repetition should have lasted for, to be looked for again at once
_PATIENCE = 4  # how often, all in all, damage may make us read the file's bytes again


def read_events(
    path: str | Path, *, start: int = 0, buffer: int = BUFFER, learned: Learned | None = None, way: Way = "locked"
) -> Events:
    """The curves and the account of ``path`` from byte ``start`` on: 0, or the `Events.end` of an earlier reading.

    A file that ends before ``start`` has been replaced and is read from its beginning; `Events.start` tells.
    ``learned`` carries over what record layouts other files taught. ``way`` is the fastest way of reading that may
    be used; all give the same answer. Raises OSError when the file cannot be opened or read.
    """
    keep_memory(LARGEST)
    with FileIO(path) as file:
        reading = _Reading(file, start, buffer, Learned() if learned is None else learned, way)
        reading.run()
        return Events(reading.curves.join(), reading.account, reading.end, reading.start)


class _Reading:
    """One pass over a file. ``block[at:fill]`` was read and waits; the file's byte ``base`` is ``block[0]``."""

    def __init__(self, file: FileIO, start: int, buffer: int, learned: Learned, way: Way) -> None:
        self.file, self.learned, self.way = file, learned, way
        self.size = file.seek(0, 2)
        self.start = start if start <= self.size else 0
        self.account, self.curves = Account(size=self.size), Curves()
        self.capacity = max(4 * FRAME, min(buffer, self.size - self.start + FRAME))
        self.block = np.empty(self.capacity + _MARGIN, np.uint8)
        self.scan: Scan | None = None
        self.cycle: Cycle | None = None
        self.window = SMALL
        self.gap: int | None = None  # where the damage begins that we are in
        self.cut = False  # that damage may be nothing but a record not yet written to its end
        self.patience = _PATIENCE * self.size
        self.lasted = 0  # bytes read as a repetition since it was found
        self.base, self.at, self.fill = self.start, 0, 0
        file.seek(self.start)

    @property
    def here(self) -> int:
        """The place in the file of the next byte to deal with."""
        return self.base + self.at

    @property
    def end(self) -> int:
        """The place in the file behind the last whole record: where to read on when the file has grown."""
        return self.here if self.gap is None else self.gap

    def run(self) -> None:
        """Read to the end of the file."""
        while self._refill():
            while self._step():
                pass
        if self.end == self.size:
            return
        if self.cut or self.gap is None:
            self.account.cut_short = self.end
        else:
            self.account.gaps.add(self.gap, self.size - self.gap)

    def _step(self) -> bool:
        """Deal with some of the buffer; False when that takes more bytes."""
        if self.gap is not None:
            return self._leave_damage()
        if self.cycle is not None:
            self._read_cycles(self.cycle)
            if self.cycle is not None:
                return False
        return self._read_frames() or self._pass_obstacle()

    def _read_cycles(self, cycle: Cycle) -> None:
        """Read the repetition on, and give it up when the log goes on differently."""
        count = cycle.count(self.block, self.at, self.fill)
        if count:
            damaged = cycle.take(self.block, self.at, count, self.curves, (self.size - self.here) // cycle.size - count)
            for at, size in damaged:
                self.account.damaged.add(self.base + at, size)
            self.account.records += count * len(cycle.templates) - len(damaged)
            self.at += count * cycle.size
        self.lasted += count * cycle.size
        if self.fill - self.at >= cycle.size or self.base + self.fill == self.size:
            self.cycle = None
            if self.scan is not None and self.scan.end <= self.at:
                self.scan = None
            self.window = SMALL if self.lasted >= _WORTH_LOCKING else min(self.window * 8, BUFFER)

    def _read_frames(self) -> bool:
        """Read the records that lie one behind the other from here; False when there is no whole one."""
        while True:
            if self.scan is None:
                self.scan = Scan(self.block, self.at, min(self.fill, self.at + self.window))
            frames = self.scan.frames(self.at)
            if len(frames.offsets):
                break
            if self.scan.end == self.fill:
                return False
            self.window *= 4 if self.scan.start == self.at else 1
            self.scan = None
        stretch = self._general(frames)
        for number in sorted(stretch.doubtful):
            place, length = self.base + int(frames.offsets[number]), int(frames.lengths[number])
            if self._holds_headers(place, length + FRAME):  # all from there on was read wrongly
                self.patience -= frames.end - self.at
                before = Frames(frames.offsets[:number], frames.lengths[:number], 0)
                if number:
                    self._book(self._general(before), before)
                self.gap, self.at = place, place - self.base + 1
                return True
        self._book(stretch, frames)
        self.at = frames.end
        if self.way == "locked":
            self.cycle = find_cycle(stretch.fitted, stretch.templates, self.capacity // 4)
        if self.cycle is None:
            self.window = max(self.window, min(self.window * 8, BUFFER))
        self.lasted = 0
        return True

    def _general(self, frames: Frames) -> Stretch:
        return general.read(self.block, frames, self.learned, slow=self.way == "slow")

    def _book(self, stretch: Stretch, frames: Frames) -> None:
        """Enter what a stretch of records held into the curves and the account."""
        for tag, (_, column) in stretch.gathered.columns().items():
            self.curves.add(tag, column)
        self.account.records += len(frames.offsets) - len(stretch.damaged) - len(stretch.undecodable)
        self.account.skipped.update(kind for _, kind in stretch.skipped)
        for _, settings in stretch.settings:
            self.account.settings.update(settings)
        for numbers, spans in (
            (stretch.damaged, self.account.damaged),
            (stretch.undecodable, self.account.undecodable),
        ):
            for number in sorted(numbers):
                spans.add(self.base + int(frames.offsets[number]), int(frames.lengths[number]) + FRAME)

    def _pass_obstacle(self) -> bool:
        """No whole record lies here: wait for more of it, read it by itself, or begin to look behind the damage."""
        if self.fill - self.at < HEADER:
            return self.base + self.fill == self.size and self.at < self.fill and self._distrust_last()
        length = header_length(self.block[self.at : self.at + HEADER].tobytes())
        if length is None:
            if not self._distrust_last():
                self.gap = self.here
                self.at += 1
            return True
        if self.here + FRAME + length > self.size:
            self.gap, self.cut = self.here, True
            self.at += HEADER
            return True
        if FRAME + length > self.capacity:
            self._read_large(length)
        return False

    def _distrust_last(self) -> bool:
        """When the record before this place is damaged, bytes may be missing in it: look for headers inside it."""
        last = self.account.damaged.last
        if last is None or last.end != self.here or self.patience < last.length:
            return False
        self.patience -= last.length
        self.account.damaged.take_back()
        self.gap = last.offset
        self._jump(last.offset + 1)
        return True

    def _leave_damage(self) -> bool:
        """Look for the next header; False when it is not among the bytes at hand."""
        if self.scan is None:
            self.scan = Scan(self.block, self.at, min(self.fill, self.at + self.window))
        found = self.scan.next_header(self.at, self.size - self.base)
        if found is None:
            self.at = max(self.at, self.scan.end - HEADER + 1)  # a header may have begun
            if self.scan.end == self.fill:
                return False
            self.scan, self.window = None, max(self.window, min(self.window * 8, BUFFER))
            return True
        assert self.gap is not None
        self.account.gaps.add(self.gap, self.base + found - self.gap)
        self.gap, self.cut, self.at = None, False, found
        return True

    def _holds_headers(self, place: int, size: int) -> bool:
        """Whether another record begins inside a damaged one: then bytes are missing, and its length misleads."""
        inside, end, found = place + 1, place + size, False
        while inside < end and not found and self.patience > 0:
            self.file.seek(inside)
            piece = np.frombuffer(self.file.read(min(BUFFER, end - inside + HEADER - 1)), np.uint8)
            header = Scan(piece, 0, len(piece)).next_header(0, self.size - inside)
            found = header is not None and inside + header < end
            inside += max(1, len(piece) - HEADER + 1)
        self.file.seek(self.base + self.fill)
        return found

    def _read_large(self, length: int) -> None:
        """Read a record by itself that is larger than the buffer."""
        frames = Frames(np.array([self.at]), np.array([length]), 0)
        stretch = Stretch(1)
        self.file.seek(self.here + HEADER)
        pieces = self._pieces(length)
        payload = b"".join(pieces) if length <= HUGE else b""
        crc = crc32c.crc_of_stream([payload] if length <= HUGE else pieces)
        if crc32c.mask(crc) != int.from_bytes(self.file.read(4), "little"):
            if self._holds_headers(self.here, length + FRAME):
                self.gap = self.here
                self._jump(self.here + 1)
                return
            stretch.damaged.append(0)
        elif length <= HUGE:
            general.read_one(payload, 0, stretch)
        else:
            self.account.huge.add(self.here, length + FRAME)
        self._book(stretch, frames)
        self._jump(self.here + FRAME + length)

    def _pieces(self, length: int) -> Iterator[bytes]:
        while length > 0 and (piece := self.file.read(min(length, BUFFER))):
            length -= len(piece)
            yield piece

    def _jump(self, place: int) -> None:
        """Go on reading at another place of the file."""
        if self.base <= place <= self.base + self.fill:
            self.at = place - self.base
            if self.scan is not None and not self.scan.start <= self.at < self.scan.end:
                self.scan = None
            return
        self.file.seek(place)
        self.base, self.at, self.fill, self.scan = place, 0, 0, None

    def _refill(self) -> bool:
        """Move what waits to the front of the buffer and fill it up; False when there is nothing more."""
        rest = self.fill - self.at
        self.block[:rest] = self.block[self.at : self.fill]
        self.base, self.at, self.fill, self.scan = self.here, 0, rest, None
        want = min(self.capacity, self.size - self.base) - rest
        got = self.file.readinto(self.block.data[rest : rest + want]) if want > 0 else 0
        self.fill += got or 0
        if want > 0 and not got:  # the file has become shorter meanwhile
            self.size = self.base + self.fill
        return bool(got)
