"""Damages an event file in the ways that disks and killed runs do, and shows what each reader still finds in it."""

from __future__ import annotations

import contextlib
import io
import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.events.generate import records, scalars

TAGS = ["loss/train", "loss/val", "acc", "lr"]
STEPS = 500


def _page(data: bytes, at: int) -> bytes:
    start = -(-at // 4096) * 4096
    return data[:start] + bytes(4096) + data[start + 4096 :]


CASES: dict[str, Callable[[bytes, int], bytes]] = {
    "whole": lambda data, _: data,
    "one byte flipped in a record": lambda data, at: data[: at + 30] + bytes([data[at + 30] ^ 0x10]) + data[at + 31 :],
    "one byte flipped in a length": lambda data, at: data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1 :],
    "a header zeroed": lambda data, at: data[:at] + bytes(12) + data[at + 12 :],
    "20 bytes lost": lambda data, at: data[: at + 10] + data[at + 30 :],
    "a page of 4 KiB zeroed": _page,
    "cut in the middle of a record": lambda data, at: data[: at + 10],
    "64 KiB of zeros behind the end": lambda data, _: data + bytes(65536),
}


def table(folder: Path) -> str:
    """A Markdown table: scalars found and what was said, for each case."""
    payloads = [payload for payload, _ in scalars(TAGS, STEPS, np.random.default_rng(3))]
    data = records(payloads)
    at = len(records(payloads[: len(payloads) // 4]))  # where the record begins that is damaged
    lines = [
        "| case | EventAccumulator | it says | trainoscope | it says |",
        "|---|---|---|---|---|",
    ]
    for name, damage in CASES.items():
        path = folder / name.replace(" ", "_") / "events.out.tfevents.1.host"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(damage(data, at))
        theirs, said = _event_accumulator(path)
        ours, told = _trainoscope(path)
        lines.append(f"| {name} | {theirs} | {said} | {ours} | {told} |")
    return "\n".join(lines)


def _event_accumulator(path: Path) -> tuple[int, str]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    heard = io.StringIO()
    listening = logging.StreamHandler(heard)
    logging.getLogger().addHandler(listening)
    try:
        with contextlib.redirect_stderr(heard), contextlib.redirect_stdout(heard):
            board = EventAccumulator(str(path), size_guidance={"scalars": 0, "tensors": 0}).Reload()
            found = sum(len(board.Scalars(tag)) for tag in board.Tags()["scalars"])
    finally:
        logging.getLogger().removeHandler(listening)
    return found, " ".join(heard.getvalue().split()).replace("|", "/")[:100] or "nothing"


def _trainoscope(path: Path) -> tuple[int, str]:
    from diagnose.readers import tensorboard

    (trace,) = tensorboard.read(path)
    return sum(map(len, trace.series)), "; ".join(note.what.en for note in trace.notes) or "nothing"
