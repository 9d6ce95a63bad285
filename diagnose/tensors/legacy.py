"""Opens files that are pickles from their first byte: ``torch.save`` before 1.6, and plain ``pickle.dump``."""

from __future__ import annotations

from typing import IO, Any

from diagnose.tensors import dtypes
from diagnose.tensors.opcodes import read_pickle
from diagnose.tensors.opened import Opened
from diagnose.tensors.persistent import persistent
from diagnose.tensors.rebuild import Context
from diagnose.tensors.records import Block, Damaged

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
MAGIC = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."


def read_pickles(file: IO[bytes], opened: Opened, nested: Any) -> None:
    """Fill ``opened`` from the pickles of a file. Raises `Damaged` when the first of weight cannot be read."""
    context = Context(lambda pid: persistent(pid, opened.storages), nested)

    def following() -> Any:
        return read_pickle(file, opened.size, opened.ledger, context)

    file.seek(0)
    opened.root = following()
    if type(opened.root) is not int or opened.root != MAGIC_NUMBER:
        return
    opened.root = None
    following()  # protocol version
    following()  # byte order and type sizes of the writer
    opened.root = following()
    try:
        keys = following()
    except Damaged:
        return  # cut before the storages: none of them is placed, which is noted
    if isinstance(keys, list):
        _place(file, opened, keys)


def _place(file: IO[bytes], opened: Opened, keys: list[Any]) -> None:
    """Find the storages one after another: a count of elements, then the elements, always little-endian."""
    at = file.tell()
    for key in keys:
        file.seek(at)
        head = file.read(8)
        storage = opened.storages.get(key) if isinstance(key, str) else None
        if storage is None or len(head) < 8:
            return
        size = int.from_bytes(head, "little", signed=True) * dtypes.ITEMSIZE.get(storage.dtype, 1)
        if size < 0:
            return
        at += 8
        storage.block = Block(file, at, max(0, min(size, opened.size - at)))
        at += size
