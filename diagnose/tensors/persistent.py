"""What torch's persistent ids stand for: storages, by key, and the classes of whole pickled modules."""

from __future__ import annotations

from typing import Any

from diagnose.tensors import dtypes
from diagnose.tensors.inert import Named, Thing
from diagnose.tensors.records import LARGEST, Storage


def persistent(pid: Any, storages: dict[str, Storage]) -> Any:
    """The storage (remembered in ``storages``) or class a persistent id names."""
    if isinstance(pid, tuple) and pid and pid[0] == "module":
        return pid[1] if len(pid) > 1 and isinstance(pid[1], Named) else Thing("module")
    if not isinstance(pid, tuple) or len(pid) < 5 or pid[0] != "storage" or not isinstance(pid[2], str):
        return Thing("persistent id")
    key, count = pid[2], pid[4]
    if not isinstance(count, int) or not 0 <= count <= LARGEST:
        return Thing("storage of an impossible size")
    kind = pid[1]
    name = kind.name if isinstance(kind, Named) else ""
    dtype = dtypes.STORAGES.get(name, name.removesuffix("Storage").lower() if name else "")
    whole = storages.setdefault(key, Storage(key, dtype, count * dtypes.ITEMSIZE.get(dtype, 1)))
    view = pid[5] if len(pid) > 5 else None
    if (
        isinstance(view, tuple)
        and len(view) == 3
        and all(isinstance(one, int) and 0 <= one <= LARGEST for one in view[1:])
    ):
        width = dtypes.ITEMSIZE.get(dtype, 1)
        return Storage(key, dtype, view[2] * width, window_of=whole, window_at=view[1] * width)
    return whole
