"""Gives the records of a log framed as LevelDB does it, past damage and up to where the file was cut.

The file is a row of 32 KiB blocks, each a row of fragments: checksum, size, kind, payload. A record is one whole
fragment or a first, middle ones and a last. W&B and SwanLab use zlib's CRC-32, unmasked, over kind and payload,
where LevelDB itself has CRC-32C; and they put seven bytes of their own in front, inside the first block.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

BLOCK = 32768
HEADER = 7  # bytes of the file's own header, and of every fragment's
_WHOLE, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4


class LevelDBLog:
    """The records of a file that is open behind its own header, and what was wrong on the way.

    Once they have been gone through, ``damaged`` counts places that could not be read and ``cut`` says
    whether the file ends inside a record.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.damaged = 0
        self.cut = False
        self._file = file
        self._pieces: list[bytes] | None = None

    def __iter__(self) -> Iterator[bytes]:
        """Every record that is whole, in order. Raises OSError when the file cannot be read."""
        block = self._file.read(BLOCK - HEADER)
        while block:
            following = self._file.read(BLOCK)
            yield from self._records(block, last=not following)
            block = following
        self.cut = self.cut or self._pieces is not None

    def _records(self, block: bytes, *, last: bool) -> Iterator[bytes]:
        at = 0
        while len(block) - at >= HEADER:
            checksum, size, kind = struct.unpack_from("<IHB", block, at)
            end = at + HEADER + size
            if not any(block[at:]):  # space that was set aside and never written
                self.cut = self.cut or last
                self.damaged += not last
                return
            if end > len(block):
                if last:
                    self.cut = True
                else:
                    self._lose()
                return
            if zlib.crc32(block[at + 6 : end]) != checksum:
                self._lose()  # its size may still be right: what follows has a checksum of its own
            elif (record := self._joined(kind, block[at + HEADER : end])) is not None:
                yield record
            at = end
        if any(block[at:]):
            self.cut = self.cut or last

    def _joined(self, kind: int, payload: bytes) -> bytes | None:
        """The record that this fragment completes, if it does."""
        if kind in (_WHOLE, _FIRST):
            if self._pieces is not None:
                self._lose()
            if kind == _WHOLE:
                return payload
            self._pieces = [payload]
        elif self._pieces is not None:
            self._pieces.append(payload)
            if kind == _LAST:
                record = b"".join(self._pieces)
                self._pieces = None
                return record
        return None  # the rest of a record whose beginning is lost, and counted already

    def _lose(self) -> None:
        self.damaged += 1
        self._pieces = None
