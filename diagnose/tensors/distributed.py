"""Opens what ``torch.distributed.checkpoint`` writes: ``.metadata``, and files of little torch files laid end to end.

The metadata is a pickle that names, for every tensor, its pieces, and for every piece a file, an offset and a length.
Only files that lie beside it are opened, whatever it names.
"""

from __future__ import annotations

import io
import math
import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from diagnose.tensors.inert import Named, OddKey, Thing
from diagnose.tensors.load import opened
from diagnose.tensors.named_tensors import mapping_of, tensor_of
from diagnose.tensors.opened import Opened, remedy
from diagnose.tensors.records import Block, Damaged, Dense, Pieces, Record, Unread, counts, extents
from diagnose.tensors.summary import read_at
from kb.text import Text

METADATA = ".metadata"
EXTENSION = ".distcp"
MOST_FILES = 400  # open at once
SMALLEST = 256  # bytes of the smallest torch file: more entries than the data has room for are not looked at
OVERLAP = 2  # times their own size the entries may cover the data
DEEPEST = 32

MISSING = Text("its piece is in none of the files", "所有文件中都没有它的数据")


def read_folder(folder: Path, stack: ExitStack) -> Opened:
    """What a folder with ``.metadata`` holds; its files stay open as long as ``stack``. Raises OSError."""
    path = folder / METADATA
    found = opened(stack.enter_context(path.open("rb")), path.stat().st_size)
    parts = mapping_of(found.root)
    if parts is None or not isinstance(parts.get("state_dict_metadata"), dict):
        found.root = None
        what = Text("its .metadata is not that of a distributed checkpoint", "其 .metadata 不是分布式检查点的元数据")
        found.notes.append(remedy(what))
        return found
    names = {one.name for one in os.scandir(folder) if one.is_file(follow_symlinks=False) and one.name != METADATA}
    data = _Data(folder, names, _places(parts.get("storage_data")), found, stack)
    found.size = sum((folder / name).stat().st_size for name in names)
    data.left = OVERLAP * found.size
    data.entries = found.size // SMALLEST + 16
    root: dict[Any, Any] = {}
    paths = mapping_of(parts.get("planner_data")) or {}
    for name, item in parts["state_dict_metadata"].items():
        if isinstance(name, str):
            _put(root, _path_of(paths.get(name), name), data.value(name, mapping_of(item) or {}))
    found.root = _with_lists(root, 0)
    found.count_complete()
    data.say()
    return found


@dataclass
class _Data:
    folder: Path
    names: set[str]
    places: Mapping[Any, tuple[str, int, int]]
    found: Opened
    stack: ExitStack
    left: int = 0
    entries: int = 0
    absent: dict[str, None] = field(default_factory=dict)  # files that are named and not there
    files: dict[str, IO[bytes]] = field(default_factory=dict)
    roots: dict[tuple[str, int, int], Any] = field(default_factory=dict)

    def value(self, name: str, item: Mapping[Any, Any]) -> Any:
        """The tensor or object an entry stands for."""
        if not isinstance(item.get("chunks"), list):
            place = self.places.get((name, None), self.places.get((name, ())))
            return self.root(place) if place else None
        try:
            shape = extents(item.get("size"))
            return self.tensor(name, _dtype(item.get("properties")), shape, item["chunks"])
        except Damaged as damage:
            return Unread("", (), damage.what)

    def tensor(self, name: str, dtype: str, shape: tuple[int, ...], chunks: list[Any]) -> Record:
        parts: list[tuple[tuple[int, ...], Dense]] = []
        for chunk in chunks:
            sides = mapping_of(chunk) or {}
            start, sizes = counts(sides.get("offsets")), extents(sides.get("sizes"))
            place = self.places.get((name, start))
            if place is None and len(chunks) == 1:
                place = self.places.get((name, None))
            piece = tensor_of(self.root(place)) if place is not None else None
            inside = len(start) == len(sizes) == len(shape) and all(
                at + size <= whole for at, size, whole in zip(start, sizes, shape, strict=True)
            )
            if not isinstance(piece, Dense) or piece.shape != sizes or not inside:
                return Unread(dtype, shape, MISSING)
            parts.append((start, piece))
        if len(parts) == 1 and parts[0][1].shape == shape:
            return parts[0][1]
        if sum(math.prod(piece.shape) for _, piece in parts) != math.prod(shape) or not parts:
            return Unread(dtype, shape, Text("its pieces do not make a whole", "其各个分块拼不成完整的张量"))
        if len({piece.dtype for _, piece in parts}) > 1:
            return Unread(dtype, shape, Text("its pieces are of several types", "其各个分块的类型不一致"))
        return Pieces(parts[0][1].dtype, shape, tuple(parts))

    def root(self, place: tuple[str, int, int]) -> Any:
        """The object of the little torch file at a place; None when there is no such place."""
        if place in self.roots:
            return self.roots[place]
        self.roots[place] = None
        name, start, length = place
        file = self.file(name)
        self.left -= length
        self.entries -= 1
        if file is None or self.left < 0 or self.entries < 0:
            return None
        region = io.BufferedReader(_Region(file, start, length))
        inner = opened(region, length, ledger=self.found.ledger, depth=1)
        self.found.notes += [what for what in inner.notes if what not in self.found.notes]
        for key, storage in inner.storages.items():
            if storage.block is not None and storage.block.file is region:
                storage.block = Block(file, start + storage.block.start, storage.block.size)
            self.found.storages[f"{name}:{start}:{key}"] = storage
        self.roots[place] = inner.root
        return inner.root

    def file(self, name: str) -> IO[bytes] | None:
        """A file beside the metadata, by a name that is nothing but a name."""
        if name not in self.names or (name not in self.files and len(self.files) >= MOST_FILES):
            self.absent[name] = None
            return None
        if name not in self.files:
            self.files[name] = self.stack.enter_context((self.folder / name).open("rb"))
        return self.files[name]

    def say(self) -> None:
        """Note which files are missing, and whether the metadata asked for too much."""
        if self.absent:
            count = len(self.absent)
            en = f"files named in .metadata and not beside it: {count}; what they hold is unknown"
            self.found.notes.append(remedy(Text(en, f".metadata 提到的文件中有 {count} 个不在旁边，其内容未知")))
        if self.left < 0 or self.entries < 0:
            what = Text("its entries overlap too much to read all of them", "其条目重叠过多，无法全部读取")
            self.found.notes.append(what)


class _Region(io.RawIOBase):
    """Some bytes of a file, as a file."""

    def __init__(self, file: IO[bytes], start: int, size: int) -> None:
        super().__init__()
        self._file, self._start, self._size, self._at = file, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = max(0, offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)[: max(0, self._size - self._at)]
        got = read_at(self._file, view, self._start + self._at) if len(view) else 0
        self._at += got
        return got


def _places(saved: Any) -> dict[Any, tuple[str, int, int]]:
    """File, offset and length of every piece, by name and offsets."""
    found: dict[Any, tuple[str, int, int]] = {}
    for key, info in (mapping_of(saved) or {}).items():
        index = mapping_of(key.value) if isinstance(key, OddKey) else None
        where = mapping_of(info)
        if index is None or where is None:
            continue
        name, place = index.get("fqn"), (where.get("relative_path"), where.get("offset"), where.get("length"))
        offsets = index.get("offset")
        plain = offsets is None or (isinstance(offsets, tuple) and all(isinstance(one, int) for one in offsets))
        if isinstance(name, str) and plain and _is_place(place):
            found[name, offsets] = place  # type: ignore[assignment]
    return found


def _is_place(place: tuple[Any, Any, Any]) -> bool:
    name, *numbers = place
    return isinstance(name, str) and all(type(one) is int and 0 <= one < 1 << 60 for one in numbers)


def _dtype(properties: Any) -> str:
    """The type, by the name torch has for it; "" when it is not told."""
    state = properties.state if isinstance(properties, Thing) else None
    kind = state[0] if isinstance(state, tuple) and state else (mapping_of(properties) or {}).get("dtype")
    return kind.name if isinstance(kind, Named) and kind.module == "torch" else ""


def _path_of(saved: Any, name: str) -> tuple[Any, ...]:
    good = isinstance(saved, tuple) and 0 < len(saved) <= DEEPEST and all(type(one) in (str, int) for one in saved)
    return saved if good else (name,)


def _put(root: dict[Any, Any], path: tuple[Any, ...], value: Any) -> None:
    for key in path[:-1]:
        inner = root.setdefault(key, {})
        if not isinstance(inner, dict):
            return
        root = inner
    root.setdefault(path[-1], value)


def _with_lists(value: Any, depth: int) -> Any:
    """Mappings whose keys count from 0 as the lists they were, all the way down."""
    if not isinstance(value, dict) or depth > DEEPEST:
        return value
    inner = {key: _with_lists(one, depth + 1) for key, one in value.items()}
    counted = bool(inner) and all(type(key) is int for key in inner) and sorted(inner) == list(range(len(inner)))
    return [inner[at] for at in range(len(inner))] if counted else inner
