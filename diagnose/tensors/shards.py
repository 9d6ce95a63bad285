"""Models saved in several files (``model-00002-of-00003.safetensors``): the first file speaks for all of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from diagnose.run import Checkpoint, Note, Trace
from diagnose.tensors.inert import printable
from kb.text import Text

NAME = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<extension>\.[A-Za-z]+)")
INDEX = ".index.json"
LARGEST = 1 << 26  # bytes of an index that are read

Read = Callable[[Path], list[Trace]]


@dataclass(frozen=True)
class Shards:
    """The files of one model that are there, in order, of ``count`` there should be, and their index."""

    files: tuple[Path, ...]
    count: int
    index: Path


def shards_of(path: Path) -> Shards | None:
    """The files ``path`` (one of them, or their index) belongs to; None when it is no such file."""
    pattern = _pattern(path)
    if pattern is None:
        return None
    try:
        siblings = sorted(one for one in path.parent.iterdir() if pattern.fullmatch(one.name))
    except OSError:
        return None
    parts = [part for one in siblings if (part := NAME.fullmatch(one.name))]
    counts = {part["count"] for part in parts}
    if len(counts) != 1:
        return None  # none there, or of two different models: each file stands for itself
    first = parts[0]
    index = path.with_name(first["stem"] + first["extension"] + INDEX)
    return Shards(tuple(siblings), int(first["count"]), index)


def _pattern(path: Path) -> re.Pattern[str] | None:
    part = NAME.fullmatch(path.name)
    if part is not None:
        return re.compile(rf"{re.escape(part['stem'])}-\d{{5}}-of-{part['count']}{re.escape(part['extension'])}")
    if path.name.endswith(INDEX):
        stem, _, extension = path.name.removesuffix(INDEX).rpartition(".")
        return re.compile(rf"{re.escape(stem)}-\d{{5}}-of-\d{{5}}\.{re.escape(extension)}")
    return None


def speaker(path: Path) -> Path:
    """The file that is read in place of ``path``: the first of its shards, or of a distributed checkpoint."""
    if path.suffix == ".distcp" or path.name == ".metadata":
        return min(path.parent.glob("*.distcp"), default=path)
    shards = shards_of(path)
    return shards.files[0] if shards is not None else path


def read_together(path: Path, read_one: Read) -> list[Trace]:
    """What ``read_one`` makes of a file; of shards one checkpoint by the first, and nothing by the others."""
    shards = shards_of(path)
    if shards is None or shards.count == 1:
        return read_one(path)
    if path != shards.files[0]:
        return [Trace(path, "")]
    traces = [trace for one in shards.files for trace in read_one(one)]
    checkpoints = [one for trace in traces for one in trace.checkpoints]
    tensors = {name: tensor for one in checkpoints for name, tensor in one.tensors.items()}
    notes = [note for trace in traces for note in trace.notes]
    notes += [Note(str(path), what) for what in _said(shards, tensors)]
    whole = replace(_whole(checkpoints), path=path, tensors=tensors) if checkpoints else None
    return [replace(traces[0], checkpoints=(whole,) if whole else (), notes=tuple(notes))]


def _whole(checkpoints: list[Checkpoint]) -> Checkpoint:
    unsafe = tuple(dict.fromkeys(name for one in checkpoints for name in one.unsafe))
    return replace(checkpoints[0], unsafe=unsafe)


def _said(shards: Shards, names: Collection[str]) -> list[Text]:
    said: list[Text] = []
    missing = shards.count - len(shards.files)
    if missing > 0:
        en = f"{missing} of the {shards.count} files of this model are missing; the tensors in them are unknown"
        zh = f"该模型分存为 {shards.count} 个文件，其中缺少 {missing} 个；缺失文件中的张量未知"
        said.append(Text(en, zh))
    else:
        said.append(Text(f"read as one model from {shards.count} files", f"{shards.count} 个分片合为一个模型读取"))
    absent = [name for name in listed(shards.index) if name not in names]
    if absent and missing <= 0:
        shown = ", ".join(printable(one) for one in absent[:3]) + (", …" if len(absent) > 3 else "")
        en = f"{len(absent)} tensors of {shards.index.name} are in no file: {shown}"
        said.append(Text(en, f"{shards.index.name} 列出的 {len(absent)} 个张量不在任何文件中：{shown}"))
    return said


def listed(index: Path) -> list[str]:
    """The names of the tensors an index lists; nothing when there is no good index."""
    try:
        if index.stat().st_size > LARGEST:
            return []
        found = json.loads(index.read_bytes())
    except (OSError, ValueError, RecursionError):
        return []
    names = found.get("weight_map") if isinstance(found, dict) else None
    return list(names) if isinstance(names, dict) else []
