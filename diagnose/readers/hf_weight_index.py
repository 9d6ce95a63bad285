"""The index beside a model saved in several files; the files themselves are read by their own readers."""

from __future__ import annotations

import json
import re
from pathlib import Path

from diagnose.run import Note, Trace
from diagnose.tensors.shards import INDEX, shards_of
from kb.text import Text

FORMAT = "hf_weight_index"
MAP = re.compile(rb'"weight_map"\s*:\s*\{')


def sniff(path: Path, head: bytes) -> bool:
    """Whether it is named as such an index and maps names to files."""
    return path.name.endswith(INDEX) and MAP.search(head) is not None


def read(path: Path) -> list[Trace]:
    """Nothing of its own; a note when none of the files it tells of lies beside it."""
    if shards_of(path) is not None:
        return [Trace(path, FORMAT)]
    what = Text("an index of model files that are not here", "这是模型分片的索引，但分片文件不在这里")
    return [Trace(path, FORMAT, notes=(Note(str(path), what),))]


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """An index whose file is missing."""
    path = folder / "model.safetensors.index.json"
    files = {"attn.gamma": "model-00001-of-00001.safetensors"}
    path.write_text(json.dumps({"metadata": {"total_size": 12}, "weight_map": files}), encoding="utf-8")
    what = Text("an index of model files that are not here", "这是模型分片的索引，但分片文件不在这里")
    return path, [Trace(path, FORMAT, notes=(Note(str(path), what),))]
