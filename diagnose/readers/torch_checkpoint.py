"""Checkpoints of ``torch.save`` (zip or pickle), and pickles that look like them; read without torch, run never."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

from diagnose.run import Checkpoint, Note, Tensor, Trace
from diagnose.tensors.checkpoint import trace_of
from diagnose.tensors.legacy import MAGIC
from diagnose.tensors.load import opened
from diagnose.tensors.shards import read_together
from diagnose.trackers.numpy_files import measures
from diagnose.trackers.pickled_arguments import arguments
from kb.refused import unreadable

FORMAT = "torch_checkpoint"
OURS = frozenset((".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".bin", ".tar", ".pyt", ".mdl", ".th"))
CERTAIN = frozenset((".pt", ".pth", ".ckpt"))
PICKLES = frozenset((".pkl", ".pickle"))
BARE = frozenset(("", ".p", ".pk", ".pckl", ".pickled", ".history", ".hist"))
PROTOCOLS = frozenset((b"\2", b"\3", b"\4", b"\5"))
ZIP = b"PK\x03\x04"


def sniff(path: Path, head: bytes) -> bool:
    """Whether it is torch's zip, a pickle under a name checkpoints have, or has the name of a checkpoint."""
    extension = path.suffix.lower()
    if extension == ".distcp":
        return False  # a distributed checkpoint: several such files end to end
    if head[:4] == ZIP:
        return extension in OURS or b"data.pkl" in head[:512] or b"/data/0" in head[:512]
    if head.startswith(MAGIC):
        return True
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 100_000_000:
        return False  # safetensors under another name
    if head[:1] == b"\x80" and head[1:2] in PROTOCOLS and extension in BARE and measures(path.stem):
        return True  # history.history, dumped as in many a notebook
    old = extension in PICKLES and head[:1] in (b"(", b"c", b"]", b"}")  # protocols 0 and 1 have no magic
    return extension in CERTAIN or (extension in OURS and head[:1] == b"\x80") or old


def read(path: Path) -> list[Trace]:
    """One trace with one checkpoint; or with a series, for a saved list of numbers; or with settings alone."""
    return read_together(path, _read)


def _read(path: Path) -> list[Trace]:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            found = opened(file, size)
            settings = arguments(found.root)
            if settings is not None and settings.values and not found.ledger.unsafe:
                said = [*(Note(str(path), what) for what in found.notes), *settings.notes(str(path))]
                return [Trace(path, FORMAT, settings=settings.values, notes=tuple(said))]
            return [trace_of(path, FORMAT, found)]
    except OSError as error:
        return [Trace(path, FORMAT, notes=(Note(str(path), unreadable(error)),))]


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """A state_dict with one zero gate of three elements, saved at step 400."""
    path = folder / "gate_step_400.pt"
    pickled = (
        b"\x80\x02}X\x0a\x00\x00\x00attn.gammactorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storage"
        b"ctorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x03tQK\x00K\x03\x85K\x01\x85\x89"
        b"ccollections\nOrderedDict\n)RtRs."
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("gate/data.pkl", pickled)
        archive.writestr("gate/byteorder", "little")
        archive.writestr("gate/data/0", struct.pack("<3f", 0, 0, 0))
        archive.writestr("gate/version", "3\n")
    gate = Tensor("attn.gamma", "float32", (3,), 0.0, 0.0, 0.0, 0.0, 3, 0, (0.0, 0.0, 0.0))
    return path, [Trace(path, FORMAT, checkpoints=(Checkpoint(path, {"attn.gamma": gate}, 400),))]
