"""Reads the ``run-ID.wandb`` of Weights & Biases and the ``.swanlab`` backup of SwanLab, without their packages."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from diagnose.run import Note, Series, Trace
from diagnose.trackers.leveldb_log import HEADER, LevelDBLog
from diagnose.trackers.swanlab_record import SwanLab
from diagnose.trackers.wandb_record import WandB
from kb.refused import unreadable
from kb.text import Text

FORMAT = "wandb_offline"
WANDB, SWANLAB = b":W&B", b":SWL"
MAGIC = {WANDB: 0xBEE1, SWANLAB: 0xE1D6}


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001 - the content alone decides
    """Whether it opens as either of the two does."""
    return head[:4] in MAGIC


def read(path: Path) -> list[Trace]:
    """The history of the run, and its settings; what is damaged or cut off is said."""
    try:
        with path.open("rb") as file:
            return _read(path, file.read(HEADER), LevelDBLog(file))
    except OSError as error:
        return [_nothing(path, unreadable(error))]


def _read(path: Path, header: bytes, log: LevelDBLog) -> list[Trace]:
    if not header:
        return [_nothing(path, Text("the file is empty", "文件是空的"))]
    if header[:4] not in MAGIC:
        return [_nothing(path, Text("not a W&B or SwanLab file", "不是 W&B 或 SwanLab 文件"))]
    kind = header[:4]
    found: WandB | SwanLab = WandB() if kind == WANDB else SwanLab()
    unclear = _each(log, found.take)
    said: list[Text] = []
    if len(header) < HEADER or struct.unpack_from("<H", header, 4)[0] != MAGIC[kind]:
        said.append(Text("the header of the file is damaged", "文件头已损坏"))
    if log.damaged:
        count = log.damaged
        said.append(Text(f"damaged places: {count}; what lies between is read", f"有 {count} 处损坏；已读取其余内容"))
    if unclear:
        said.append(Text(f"records that make no sense: {unclear}; skipped", f"有 {unclear} 条记录无法理解，已跳过"))
    if log.cut:
        said.append(Text("the file ends inside a record: it is cut short", "文件在一条记录中间结束：不完整"))
    elif not found.ended:
        said.append(
            Text(
                "the end of the run is not in the file: still running, stopped hard or cut short",
                "文件中没有运行结束的记录：仍在运行、被强行中止或文件不完整",
            )
        )
    notes = [Note(str(path), what) for what in (*said, *found.remarks())]
    runs = [points.series(str(path)) for points in found.segments if points]
    if len(runs) == 1:
        runs[0] += found.measured().series(str(path))
    if not runs:
        notes.append(Note(str(path), Text("no training signal in it", "其中没有训练数据")))
    settings = found.settings.values
    notes += found.settings.notes(str(path))
    return [
        Trace(path, FORMAT, series, settings=settings, notes=tuple(notes) if at == 0 else ())
        for at, series in enumerate(runs or [()])
    ]


def _each(records: Iterable[bytes], take: Callable[[bytes], None]) -> int:
    """Hand over every record; return how many were not what they should be."""
    unclear = 0
    for record in records:
        try:
            take(record)
        except ValueError:
            unclear += 1
    return unclear


def _nothing(path: Path, why: Text) -> Trace:
    return Trace(path, FORMAT, notes=(Note(str(path), why),))


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Two rows of history and a settings record, then a record that the end of the file cuts."""
    path = folder / "run-abc123.wandb"
    rows = (
        {"_step": "0", "_timestamp": "1.7e9", "loss": "0.5", "val/dice": "NaN"},
        {"_step": "10", "_timestamp": "1.70000001e9", "loss": "0.25"},
    )
    settings = _field(17, _field(4, _field(1, _field(1, b"lr") + _field(16, b"0.01"))))
    records = [settings, *(_field(2, b"".join(_item(*pair) for pair in row.items())) for row in rows)]
    whole = b"".join(_fragment(record) for record in records)
    path.write_bytes(WANDB + struct.pack("<HB", MAGIC[WANDB], 0) + whole + _fragment(records[-1])[:-9])
    wall = np.array([1.7e9, 1.70000001e9])
    series = (
        Series("loss", np.array([0, 10], np.int64), np.array([0.5, 0.25]), wall, str(path)),
        Series("val/dice", np.array([0], np.int64), np.array([math.nan]), wall[:1], str(path)),
    )
    return path, [Trace(path, FORMAT, series, settings={"lr": 0.01})]


def _item(name: str, value: str) -> bytes:
    key = b"".join(_field(2, part.encode()) for part in name.split("/"))
    return _field(1, key + _field(16, value.encode()))


def _field(number: int, content: bytes) -> bytes:
    """A protobuf field of fewer than 16,384 bytes."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    return bytes((value,)) if value < 128 else bytes((value & 127 | 128, value >> 7))


def _fragment(record: bytes) -> bytes:
    """A record that fits into what is left of its block."""
    return struct.pack("<IHB", zlib.crc32(b"\1" + record), len(record), 1) + record
