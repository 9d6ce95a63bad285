"""Where the members of a zip lie: by its directory, or by walking the local headers when that was cut off."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

LOCAL = struct.Struct("<4sHHHHHIIIHH")
DESCRIPTOR = b"PK\x07\x08"
NEXT = (b"PK\x03\x04", b"PK\x01\x02", b"PK\x06\x06", b"PK\x05\x06")
WINDOW = 1 << 20


@dataclass(frozen=True)
class Member:
    """One file of the zip: ``packed`` bytes at ``start`` that mean ``size`` bytes; ``crc`` their checksum, if known."""

    start: int
    packed: int
    size: int
    compressed: bool
    crc: int | None = None


@dataclass(frozen=True)
class Listing:
    """The members by name, and those another member of the same name hides: programs differ in which they read."""

    members: dict[str, Member]
    hidden: tuple[tuple[str, Member], ...] = ()


def listed(file: IO[bytes], size: int) -> Listing:
    """The members by the zip's own directory; nothing when there is none that can be trusted."""
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
        found = [(info.filename, one) for info in infos if (one := _member(file, info, size)) is not None]
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, struct.error, RuntimeError):
        return Listing({})
    members = dict(found)
    hidden = [(name, one) for name, one in found if members[name] is not one]
    return Listing(members, tuple(hidden))


def _member(file: IO[bytes], info: zipfile.ZipInfo, size: int) -> Member | None:
    file.seek(info.header_offset)
    header = file.read(LOCAL.size)
    if (
        len(header) < LOCAL.size
        or header[:4] != b"PK\x03\x04"
        or info.compress_type not in (0, 8)
        or info.flag_bits & 1
    ):
        return None
    name, extra = LOCAL.unpack(header)[-2:]
    start = info.header_offset + LOCAL.size + name + extra
    if start > size:
        return None
    return Member(start, info.compress_size, info.file_size, info.compress_type == 8, info.CRC)


def walked(file: IO[bytes], size: int) -> dict[str, Member]:
    """The members found one after another from the start; the last one may be cut short."""
    found: dict[str, Member] = {}
    at = 0
    while at + LOCAL.size <= size:
        file.seek(at)
        header = file.read(LOCAL.size)
        magic, _, flags, method, _, _, _, packed, whole, name_size, extra = LOCAL.unpack(header)
        if magic != b"PK\x03\x04" or method not in (0, 8):
            break
        name = file.read(name_size).decode("utf-8", "replace")
        start = at + LOCAL.size + name_size + extra
        if start > size:
            break
        unknown = (flags & 8 and packed == 0) or packed == 0xFFFFFFFF
        end = _descriptor(file, start, size) if unknown else start + packed
        found.setdefault(name, Member(start, end - start, end - start if unknown else whole, method == 8))
        at = _after(file, end) if flags & 8 else end
    return found


def _descriptor(file: IO[bytes], start: int, size: int) -> int:
    """Where the data before the next data descriptor ends; the file's end when there is none."""
    for at in _places(file, start, size):
        file.seek(at)
        tail = file.read(28)
        narrow = len(tail) >= 20 and tail[16:20] in NEXT and int.from_bytes(tail[8:12], "little") == at - start
        wide = len(tail) >= 28 and tail[24:28] in NEXT and int.from_bytes(tail[8:16], "little") == at - start
        if narrow or wide or (16 <= len(tail) < 28 and int.from_bytes(tail[8:12], "little") == at - start):
            return at
    return size


def _places(file: IO[bytes], start: int, size: int) -> Iterator[int]:
    at = start
    while at < size:
        file.seek(at)
        window = file.read(WINDOW)
        here = window.find(DESCRIPTOR)
        while here >= 0:
            yield at + here
            here = window.find(DESCRIPTOR, here + 1)
        if len(window) < WINDOW:
            return
        at += WINDOW - len(DESCRIPTOR) + 1


def _after(file: IO[bytes], end: int) -> int:
    file.seek(end)
    tail = file.read(28)
    if not tail.startswith(DESCRIPTOR):
        return end
    return end + (24 if tail[24:28] in NEXT or len(tail) < 20 or tail[16:20] not in NEXT else 16)
