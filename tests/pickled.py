"""Hand-made checkpoints: zips around pickles written opcode by opcode, and what reading them says."""

from __future__ import annotations

import struct
import zipfile

from diagnose.readers import torch_checkpoint


def zipped(path, pickled, members=(), method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("archive/data.pkl", pickled)
        for name, raw in members:
            archive.writestr(f"archive/data/{name}", raw)
    return path


def read(path):
    (trace,) = torch_checkpoint.read(path)
    return trace


def unsafe(trace):
    return trace.checkpoints[0].unsafe if trace.checkpoints else ()


def said(trace):
    return " | ".join(note.what.en for note in trace.notes)


def view(key=b"0", count=3, offset=0, shape=(3,), stride=(1,)):
    """The opcodes of one float32 tensor."""
    numbers = lambda values: b"(" + b"".join(b"\x8b" + struct.pack("<iq", 8, value) for value in values) + b"t"
    storage = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX" + struct.pack("<I", len(key)) + key
    storage += b"X\x03\x00\x00\x00cpu\x8b" + struct.pack("<iq", 8, count) + b"tQ"
    start = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"\x8b" + struct.pack("<iq", 8, offset)
    return start + numbers(shape) + numbers(stride) + b"\x89}tR"


def state(*views):
    """The pickle of a state_dict of tensors t0, t1, ..."""
    entries = (b"X" + struct.pack("<I", len(f"t{at}")) + f"t{at}".encode() + one for at, one in enumerate(views))
    return b"\x80\x02}(" + b"".join(entries) + b"u."
