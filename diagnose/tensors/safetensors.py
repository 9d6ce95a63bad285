"""Opens safetensors files: eight bytes of length, a JSON header, then the bytes of the tensors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import IO, Any

from diagnose.tensors import dtypes
from diagnose.tensors.inert import printable
from diagnose.tensors.opened import remedy
from diagnose.tensors.records import Block, Damaged, Dense, Record, Storage, Unread, contiguous, extents
from kb.text import Text

LONGEST = 100_000_000  # bytes of header; the format's own limit


@dataclass
class Header:
    """The tensors a file announces, in the order of the header, and what it says of itself."""

    tensors: dict[str, Record] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    notes: list[Text] = field(default_factory=list)


def read_header(file: IO[bytes], size: int) -> Header:
    """What the header of an open binary file of ``size`` bytes announces; damage is told in its notes."""
    found = Header()
    try:
        raw, start = _raw(file, size)
        entries = _entries(raw, found.notes)
    except Damaged as damage:
        found.notes.append(remedy(damage.what))
        return found
    metadata = entries.pop("__metadata__", None)
    if isinstance(metadata, dict):
        found.metadata = {key: value for key, value in metadata.items() if isinstance(value, str)}
    short = wrong = 0
    for name, entry in entries.items():
        try:
            found.tensors[name], whole = _tensor(entry, file, start, size)
        except Damaged:
            wrong += 1
        else:
            short += not whole
    found.notes += _layout(list(found.tensors.values()), start, size)
    if wrong:
        en, zh = (
            f"tensors left out because the header describes them wrongly: {wrong}",
            f"头部对 {wrong} 个张量的描述有误，已略去",
        )
        found.notes.append(Text(en, zh))
    if short:
        total = len(found.tensors)
        en = f"cut short: {total - short} of {total} tensors are complete; the others have no statistics"
        zh = f"文件不完整：{total} 个张量中有 {total - short} 个完整；其余的没有统计量"
        found.notes.append(remedy(Text(en, zh)))
    return found


def _layout(tensors: list[Record], start: int, size: int) -> list[Text]:
    """Bytes that belong to several tensors, and bytes after the last: the format allows neither."""
    rows = [one.storage for one in tensors if isinstance(one, Dense)]
    spans = sorted((row.block.start, row.size) for row in rows if row.block is not None)
    said: list[Text] = []
    shared = sum(at < before + length for (before, length), (at, more) in pairwise(spans) if length and more)
    if shared:
        said.append(Text(f"tensors that share bytes with another: {shared}", f"有 {shared} 个张量与别的张量共用字节"))
    end = max((at + length for at, length in spans), default=start)
    if spans and end < size and len(spans) == len(tensors):
        said.append(Text(f"{size - end} bytes after its last tensor", f"最后一个张量之后还有 {size - end} 字节"))
    return said


def _raw(file: IO[bytes], size: int) -> tuple[bytes, int]:
    file.seek(0)
    length = int.from_bytes(file.read(8), "little")
    if size < 8:
        raise Damaged(Text("the file is too short for a safetensors header", "文件太短，容不下 safetensors 头部"))
    if not 2 <= length <= LONGEST:
        raise Damaged(Text("this is no safetensors header", "这不是 safetensors 头部"))
    if length > size - 8:
        raise Damaged(Text("the safetensors header is cut short", "safetensors 头部被截断"))
    return file.read(length), 8 + length


def _entries(raw: bytes, notes: list[Text]) -> dict[str, Any]:
    repeated: list[str] = []

    def whole(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            seen: set[str] = set()
            repeated.extend(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        return made

    try:
        entries = json.loads(raw, object_pairs_hook=whole)
    except (ValueError, RecursionError) as error:
        raise Damaged(Text("the safetensors header is no JSON", "safetensors 头部不是合法的 JSON")) from error
    if not isinstance(entries, dict):
        raise Damaged(Text("the safetensors header is no JSON object", "safetensors 头部不是 JSON 对象"))
    if repeated:
        shown = ", ".join(printable(name) for name in repeated[:3])
        en = f"its header has names more than once ({shown}); the last of each counts here, elsewhere perhaps the first"
        notes.append(Text(en, f"头部有重复的名称（{shown}）；这里以最后一个为准，其他程序可能以第一个为准"))
    return entries


def _tensor(entry: Any, file: IO[bytes], start: int, size: int) -> tuple[Record, bool]:
    """The record of one entry and whether all its bytes are there. Raises `Damaged` for entries that make no sense."""
    if not isinstance(entry, dict) or not isinstance(entry.get("dtype"), str):
        raise Damaged(Text("no entry", "不是条目"))
    shape, ends = extents(entry.get("shape")), extents(entry.get("data_offsets"))
    if len(ends) != 2 or ends[0] > ends[1] or not isinstance(entry["shape"], list):
        raise Damaged(Text("no offsets", "没有偏移"))
    whole = start + ends[1] <= size
    dtype = dtypes.SAFETENSORS.get(entry["dtype"])
    if dtype is None:
        name = entry["dtype"][:40]
        return Unread(
            name, shape, Text(f"elements of type {name} are not understood", f"不认识 {name} 类型的元素")
        ), whole
    block = Block(file, start + ends[0], max(0, min(ends[1], size - start) - ends[0]))
    storage = Storage("", dtype, ends[1] - ends[0], block)
    record = Dense(dtype, shape, contiguous(shape), 0, storage)
    if record.extent != storage.size:
        raise Damaged(Text("shape and offsets do not fit", "形状与偏移不符"))
    return record, whole
