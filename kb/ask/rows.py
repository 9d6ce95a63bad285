"""Tables in one file, of which a question reads no more than the rows it asks for.

Each is a hash table as it lies there: its rows by slot, then where each slot begins. What is known of all of them
stands behind as JSON, and the place of that last. Numbers are as the machine has them, which the JSON says.
"""

from __future__ import annotations

import json
import mmap
import sys
from array import array
from binascii import crc32
from collections.abc import Callable, Mapping
from struct import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO, Protocol, TypeAlias, TypeVar

    _Packed: TypeAlias = Callable[[Any], bytes]
    _Value_co = TypeVar("_Value_co", covariant=True)
    _Key_contra = TypeVar("_Key_contra", contravariant=True)

    class Table(Protocol[_Key_contra, _Value_co]):
        """What is asked of a table, be it `Rows` or a dictionary."""

        def get(self, key: _Key_contra, /) -> _Value_co | None:
            """What stands under ``key``, if anything does."""

        def __getitem__(self, key: _Key_contra, /) -> _Value_co: ...

        def __contains__(self, key: object, /) -> bool: ...


_SIZES = Struct("=HI")  # of a key and its value, before each row
_LAST = Struct("=Q")
_UNSEEN: Any = object()  # stands for a row nobody has asked for yet
_MACHINE = [sys.byteorder, array("I").itemsize]


class Rows:
    """One table of a file; ``read`` makes of its bytes what a row says, when it is first asked for."""

    def __init__(self, data: mmap.mmap, place: tuple[int, int], read: Callable[[bytes], Any]) -> None:
        start, stop = place
        self._data, self._read = data, read
        self._slots = memoryview(data)[start:stop].cast("I")
        self._count = len(self._slots) - 1
        self._seen: dict[str | int, Any] = {}

    def get(self, key: str | int) -> Any:
        """What stands under ``key``, if anything does."""
        found = self._seen.get(key, _UNSEEN)
        if found is _UNSEEN:
            found = self._seen[key] = self._sought(str(key).encode())
        return found

    def __getitem__(self, key: str | int) -> Any:
        if (found := self.get(key)) is None:
            raise KeyError(key)
        return found

    def __contains__(self, key: object) -> bool:
        return self.get(key) is not None  # type: ignore[arg-type] # whatever it is, it is looked for

    def _sought(self, key: bytes) -> Any:
        slot, size, data = crc32(key) % self._count, len(key), self._data
        at, behind = self._slots[slot], self._slots[slot + 1]
        while at < behind:
            of_key, of_value = _SIZES.unpack_from(data, at)
            value = at + _SIZES.size + of_key
            at = value + of_value
            if of_key == size and data[value - size : value] == key:
                return self._read(data[value:at])
        return None


def opened(file: str) -> tuple[mmap.mmap, dict[str, Any]]:
    """The file and what is said of it; raises `OSError` or `ValueError` when there is none, or another was written."""
    with open(file, "rb") as source:
        data = mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ)
    about = json.loads(data[int.from_bytes(data[-_LAST.size :], sys.byteorder) : -_LAST.size])
    if about["machine"] != _MACHINE:
        raise ValueError(file)
    return data, about


def write(file: BinaryIO, about: Mapping[str, Any], tables: Mapping[str, tuple[Mapping[Any, Any], _Packed]]) -> None:
    """Write tables, each with what makes bytes of a value, and behind them ``about`` with the place of each table."""
    places = {}
    for name, (rows, packed) in tables.items():
        slots: list[list[tuple[bytes, Any]]] = [[] for _ in range(max(1, len(rows)))]
        for key in rows:
            raw = str(key).encode()
            slots[crc32(raw) % len(slots)].append((raw, key))
        begins = array("I")
        for slot in slots:
            begins.append(file.tell())
            for raw, key in slot:
                value = packed(rows[key])
                file.write(_SIZES.pack(len(raw), len(value)) + raw + value)
        begins.append(file.tell())
        file.write(begins.tobytes())
        places[name] = (begins[-1], file.tell())
    last = file.tell()
    file.write(json.dumps({**about, "machine": _MACHINE, "tables": places}).encode() + _LAST.pack(last))
