"""safetensors files: tensors only, no code, no optimizer."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from diagnose.run import Checkpoint, Note, Tensor, Trace
from diagnose.tensors.ahead import scan_ahead
from diagnose.tensors.checkpoint import OVERLAP, Summaries
from diagnose.tensors.inert import printable
from diagnose.tensors.safetensors import LONGEST, read_header
from diagnose.tensors.shards import read_together
from diagnose.tensors.steps import step_of
from diagnose.tensors.summary import Allowance, Scanner
from kb.refused import unreadable
from kb.text import Text

FORMAT = "safetensors_checkpoint"


def sniff(path: Path, head: bytes) -> bool:
    """Whether a JSON header of plausible length comes first, or the name says so and no zip does."""
    if head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") <= LONGEST and not head.startswith(b"PK\x03\x04"):
        return True
    return path.suffix.lower() == ".safetensors" and head[:1] != b"\x80" and not head.startswith(b"PK\x03\x04")


def read(path: Path) -> list[Trace]:
    """One trace with one checkpoint."""
    return read_together(path, _read)


def _read(path: Path) -> list[Trace]:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            header = read_header(file, size)
            summaries = Summaries(Scanner(Allowance(OVERLAP * size + (1 << 20))))
            named = {printable(name): record for name, record in header.tensors.items()}
            scan_ahead(summaries.scanner, ((*one, True) for one in named.items()), path)
            tensors = {name: summaries.of(name, record, closely=True) for name, record in named.items()}
    except OSError as error:
        return [Trace(path, FORMAT, notes=(Note(str(path), unreadable(error)),))]
    said = [*header.notes, *summaries.notes()]
    if not tensors and not said:
        said.append(Text("no tensors found: the header lists none", "没有找到张量：头部没有列出任何张量"))
    numbers = {printable(key): one for key, value in header.metadata.items() if (one := _number(value)) is not None}
    checkpoint = Checkpoint(path, tensors, step_of(path, numbers, None), numbers=numbers)
    notes = tuple(Note(str(path), one) for one in said)
    return [Trace(path, FORMAT, checkpoints=(checkpoint,) if tensors else (), notes=notes)]


def _number(text: str) -> float | None:
    try:
        return float(text) if len(text) < 40 else None
    except ValueError:
        return None


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """One zero gate of three elements, saved at step 400."""
    path = folder / "gate_step_400.safetensors"
    header = json.dumps({"attn.gamma": {"dtype": "F32", "shape": [3], "data_offsets": [0, 12]}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + struct.pack("<3f", 0, 0, 0))
    gate = Tensor("attn.gamma", "float32", (3,), 0.0, 0.0, 0.0, 0.0, 3, 0, (0.0, 0.0, 0.0))
    return path, [Trace(path, FORMAT, checkpoints=(Checkpoint(path, {"attn.gamma": gate}, 400),))]
