"""Folders of ``torch.distributed.checkpoint`` (FSDP, DTensor): their first data file speaks for the whole folder."""

from __future__ import annotations

import struct
import zipfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from diagnose.run import Checkpoint, Note, Tensor, Trace
from diagnose.tensors.checkpoint import trace_of
from diagnose.tensors.distributed import EXTENSION, METADATA, read_folder
from diagnose.tensors.shards import speaker
from kb.refused import unreadable
from kb.text import Text

FORMAT = "distributed_checkpoint"


def sniff(path: Path, head: bytes) -> bool:
    """Whether it is one of the data files, or what says where things lie in them."""
    return path.suffix == EXTENSION or (path.name == METADATA and head[:1] == b"\x80")


def read(path: Path) -> list[Trace]:
    """One trace with one checkpoint by the first file of the folder, nothing by the others."""
    folder = path.parent
    if path.name != METADATA and speaker(path) != path:
        return [Trace(path, FORMAT)]
    if not (folder / METADATA).is_file():
        en = "the .metadata beside it is missing, which says what lies where; copy the whole folder"
        what = Text(en, "旁边缺少说明数据位置的 .metadata；请复制整个文件夹")
        return [Trace(path, FORMAT, notes=(Note(str(path), what),))]
    try:
        with ExitStack() as stack:
            return [replace(trace_of(folder, FORMAT, read_folder(folder, stack)), path=path)]
    except OSError as error:
        return [Trace(path, FORMAT, notes=(Note(str(path), unreadable(error)),))]


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """One zero gate of three elements, saved at step 400."""
    inside = folder / "step_400"
    inside.mkdir()
    path = inside / "__0_0.distcp"
    piece = (
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n"
        b"X\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x03tQK\x00K\x03\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR."
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("archive/data.pkl", piece)
        archive.writestr("archive/data/0", struct.pack("<3f", 0, 0, 0))
    start, name = b"K\x00\x85", _text("attn.gamma")
    chunk = _made("ChunkStorageMetadata", offsets=start, sizes=b"K\x03\x85")
    tensor = _made("TensorStorageMetadata", size=b"K\x03\x85", chunks=b"](" + chunk + b"e")
    index = _made("MetadataIndex", fqn=name, offset=start)
    length = b"J" + struct.pack("<i", path.stat().st_size)
    place = _made("_StorageInfo", relative_path=_text(path.name), offset=b"K\x00", length=length)
    listed, stored = b"}(" + name + tensor + b"u", b"}(" + index + place + b"u"
    whole = _made("Metadata", state_dict_metadata=listed, storage_data=stored)
    (inside / METADATA).write_bytes(b"\x80\x02" + whole + b".")
    gate = Tensor("attn.gamma", "float32", (3,), 0.0, 0.0, 0.0, 0.0, 3, 0, (0.0, 0.0, 0.0))
    return path, [Trace(path, FORMAT, checkpoints=(Checkpoint(inside, {"attn.gamma": gate}, 400),))]


def _made(kind: str, **fields: bytes) -> bytes:
    """The opcodes of an object of torch's with these attributes."""
    pairs = b"".join(_text(name) + value for name, value in fields.items())
    return b"ctorch.distributed.checkpoint.metadata\n" + kind.encode() + b"\n)\x81}(" + pairs + b"ub"


def _text(text: str) -> bytes:
    return b"X" + struct.pack("<I", len(text)) + text.encode()
