"""Summarises the tensors it is told of in messages, and answers with what it found: run by `partner`.

A message is its length as four bytes, and JSON.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from contextlib import suppress
from dataclasses import replace
from typing import IO, Any

import numpy as np

from diagnose.run import Tensor
from diagnose.tensors.records import Block, Damaged, Dense, Storage
from diagnose.tensors.summary import Allowance, Scanner

FIGURES = ("minimum", "maximum", "mean", "std", "zeros", "nonfinite")
PARTS = ("sample", "rows")  # float32


def send(pipe: int, what: object) -> None:
    """Write a message to a descriptor. Raises `OSError` when nobody listens any more."""
    said = json.dumps(what).encode()
    left = memoryview(struct.pack("<I", len(said)) + said)
    while left:
        left = left[os.write(pipe, left) :]


def receive(pipe: int) -> Any:
    """Wait for a message from a descriptor. Raises `EOFError` when there will be none."""
    (size,) = struct.unpack("<I", _exactly(pipe, 4))
    return json.loads(_exactly(pipe, size))


def _exactly(pipe: int, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = os.read(pipe, size - len(found))
        if not more:
            raise EOFError
        found += more
    return found


def serve(asked: int, answers: int, file: IO[bytes]) -> None:
    """Answer what comes from the one descriptor to the other. Raises `EOFError` or `OSError` when nobody asks more."""
    scanner = Scanner(Allowance(1 << 62))  # who asks has an allowance for both
    while True:
        name, dtype, shape, stride, offset, start, size, closely = receive(asked)
        storage = Storage("", dtype, size, Block(file, start, size))
        record = Dense(dtype, tuple(shape), tuple(stride), offset, storage)
        try:
            found = told(scanner.summary(name, record, closely=closely))
        except (Damaged, OSError):
            found = None
        scanner.seen.clear()
        send(answers, found)


def told(tensor: Tensor) -> dict[str, Any]:
    """The summary of a large tensor as it is sent."""
    parts = {part: getattr(tensor, part).astype("<f4").tobytes().hex() for part in PARTS}
    return {figure: getattr(tensor, figure) for figure in FIGURES} | parts


def understood(name: str, record: Dense, said: dict[str, Any]) -> Tensor:
    """The summary of ``record`` that `told` was given."""
    figures = [said[figure] for figure in FIGURES]
    sample, rows = (np.frombuffer(bytes.fromhex(said[part]), "<f4").astype(np.float32) for part in PARTS)
    return replace(Tensor(name, record.dtype, record.shape, *figures), sample=sample, rows=rows)


if __name__ == "__main__":
    with suppress(EOFError, OSError, KeyboardInterrupt), open(int(sys.argv[1]), "rb", closefd=False) as opened:
        serve(sys.stdin.fileno(), sys.stdout.fileno(), opened)
