"""Writes the event files that the reader is measured on: seeded, byte by byte, without any TensorBoard code.

    python -m benchmarks.events.generate FOLDER [WORKLOAD...]

The checksums are computed in the textbook way (one byte after the other), not in the reader's.
"""

from __future__ import annotations

import argparse
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

_NAME = "events.out.tfevents.1700000000.bench.1.0"
_BEGIN = 1.7e9  # seconds since 1970


def single(folder: Path) -> int:
    """One file: 20 tags x 50,000 steps of a random walk, 1,000,000 scalar events."""
    tags = [f"train/loss_{i}" if i % 2 else f"eval/long/metric_name_{i}" for i in range(20)]
    return write(folder, scalars(tags, 50_000, np.random.default_rng(0)))


def many(folder: Path) -> int:
    """500 runs, each with 4 tags x 500 steps: 1,000,000 scalar events."""
    tags = ["loss/train", "loss/val", "acc", "lr"]
    random = np.random.default_rng(1)
    return sum(write(folder / f"exp{run // 50}" / f"run_{run:04d}", scalars(tags, 500, random)) for run in range(500))


def mixed(folder: Path) -> int:
    """One file: 60,000 scalars, and between them 3,200 histograms, 200 images and 200 texts."""
    random = np.random.default_rng(2)
    return write(folder, _with_pictures(random))


WORKLOADS: dict[str, Callable[[Path], int]] = {"single": single, "many": many, "mixed": mixed}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("workloads", nargs="*", default=list(WORKLOADS))
    asked = parser.parse_args()
    for name in asked.workloads:
        print(f"{name}: {WORKLOADS[name](asked.folder / name):,} scalars")


def scalars(tags: list[str], steps: int, random: np.random.Generator) -> Iterator[tuple[bytes, int]]:
    """Payloads in writing order, each with the number of scalars in it."""
    walk = random.standard_normal((steps, len(tags))).cumsum(0).astype("<f4")
    walls = (_BEGIN + random.exponential(4e-5, (steps, len(tags))).cumsum().reshape(steps, -1)).tolist()
    heads = [b"\x0a" + bytes([len(tag)]) + tag.encode() + b"\x15" for tag in tags]
    for step in range(steps):
        for head, wall, value in zip(heads, walls[step], walk[step], strict=True):
            yield event(wall, step, head + value.tobytes()), 1


def _with_pictures(random: np.random.Generator) -> Iterator[tuple[bytes, int]]:
    wall = _BEGIN
    plain = scalars(["train/loss", "train/lr", "train/grad_norm"], 20_000, random)
    limits = np.linspace(-4, 4, 65)[1:]
    for step in range(20_000):
        for _ in range(3):
            yield next(plain)
        wall += 0.01
        if step % 50 == 0:
            for layer in range(8):
                sample = random.standard_normal(500)
                counts = np.histogram(sample, 64, (-4, 4))[0].astype("<f8")
                numbers = (sample.min(), sample.max(), 500.0, sample.sum(), (sample**2).sum())
                histogram = b"".join(struct.pack("<Bd", 9 + 8 * i, number) for i, number in enumerate(numbers))
                histogram += field(6, limits.astype("<f8").tobytes()) + field(7, counts.tobytes())
                yield event(wall, step, field(1, b"w/%d" % layer) + field(5, histogram)), 0
        if step % 100 == 0:
            image = b"\x08\x80\x01\x10\x80\x01\x18\x03" + field(4, random.bytes(49_000))
            yield event(wall, step, field(1, b"img") + field(4, image)), 0
            text = b"\x08\x07\x12\x04\x12\x02\x08\x01" + field(8, b"hello **world** %d" % step)
            plugin = field(1, field(1, b"text"))
            yield event(wall, step, field(1, b"txt/text_summary") + field(9, plugin) + field(8, text)), 0


def event(wall: float, step: int, value: bytes) -> bytes:
    """The payload of an Event with one Summary.Value."""
    when = b"\x09" + struct.pack("<d", wall) + (b"\x10" + _varint(step) if step else b"")
    return when + field(5, field(1, value))


def records(payloads: list[bytes]) -> bytes:
    """Payloads as records, with their checksums."""
    framed = []
    headers = [struct.pack("<Q", len(payload)) for payload in payloads]
    for header, first, payload, second in zip(headers, _crcs(headers), payloads, _crcs(payloads), strict=True):
        framed += [header, first, payload, second]
    return b"".join(framed)


def write(folder: Path, payloads: Iterator[tuple[bytes, int]]) -> int:
    """Write an event file into a folder of its own; how many scalars are in it."""
    folder.mkdir(parents=True, exist_ok=True)
    found = 0
    waiting = [b"\x09" + struct.pack("<d", _BEGIN) + field(3, b"brain.Event:2")]
    with (folder / _NAME).open("wb") as file:
        for payload, count in payloads:
            waiting.append(payload)
            found += count
            if len(waiting) == 50_000:
                file.write(records(waiting))
                waiting = []
        file.write(records(waiting))
    return found


def field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _table() -> np.ndarray:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(0x82F63B78), table >> 1).astype(np.uint32)
    return table


_TABLE = _table()


def _crcs(messages: list[bytes]) -> list[bytes]:
    """The masked CRC-32C of every message; messages of one length go side by side."""
    answers = [b""] * len(messages)
    by_length: dict[int, list[int]] = {}
    for which, message in enumerate(messages):
        by_length.setdefault(len(message), []).append(which)
    for length, members in by_length.items():
        columns = (
            np.frombuffer(b"".join(messages[which] for which in members), np.uint8)
            .reshape(len(members), length)
            .T.copy()
        )
        state = np.full(len(members), 0xFFFFFFFF, np.uint32)
        for column in columns:
            state = _TABLE[(state ^ column) & 255] ^ (state >> 8)
        state ^= np.uint32(0xFFFFFFFF)
        masked = ((state >> np.uint32(15)) | (state << np.uint32(17))) + np.uint32(0xA282EAD8)
        for which, crc in zip(members, masked.astype("<u4"), strict=True):
            answers[which] = crc.tobytes()
    return answers


if __name__ == "__main__":
    main()
