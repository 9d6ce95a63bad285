"""Reads TensorBoard event files: the scalars become series, whatever is damaged or left out becomes a note."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

import numpy as np

from diagnose.events import batch, crc32c
from diagnose.events.event_file import read_events
from diagnose.events.findings import Account, Events, Spans
from diagnose.events.framing import HEADER, WALL_TIME, header_length
from diagnose.run import Note, Series, Trace
from diagnose.serving import is_event_file
from kb.refused import unreadable
from kb.text import Text

FORMAT = "tensorboard"

_IN_FULL = 5  # damaged places of one kind that get a note each; more are counted together
_KINDS = {
    "histogram": ("histograms", "直方图"),
    "image": ("images", "图像"),
    "audio": ("sounds", "音频"),
    "text": ("texts", "文本"),
    "graph": ("graphs", "计算图"),
}


def sniff(path: Path, head: bytes) -> bool:
    """Whether the file is named like an event file, or begins with a record that proves itself and holds a time."""
    if is_event_file(path.name):
        return True
    return len(head) > HEADER and header_length(head[:HEADER]) is not None and head[HEADER] == WALL_TIME


def read(path: Path) -> list[Trace]:
    """The scalars of the file, and what was found wrong with it."""
    try:
        events = read_events(path)
    except OSError as error:
        return [_unreadable(path, error)]
    return [trace_of(str(path), events)]


def read_many(places: Iterable[str]) -> Iterator[Trace]:
    """The trace of the file at each place, many small ones read together."""
    asked, places = itertools.tee(places)
    for place, events in zip(asked, batch.read_many(places), strict=False):
        yield _unreadable(Path(place), events) if isinstance(events, OSError) else trace_of(place, events)


def read_on(path: Path, start: int) -> tuple[list[Trace], int]:
    """What was added behind byte ``start``, and where to go on: 0 at first, then what this returned before.

    A last record that is not yet written to its end is left for the next time; a file that has become shorter is
    read from its beginning. Raises OSError when the file cannot be read.
    """
    events = read_events(path, start=start)
    return [trace_of(str(path), events)], events.end


def trace_of(source: str, events: Events) -> Trace:
    """What was read from the file at ``source`` as a trace."""
    curves = events.columns.items()
    series = tuple([Series(tag, steps, values, walls, source) for tag, (steps, walls, values) in curves])
    account = events.account
    notes: tuple[Note, ...] = ()
    if not series or not account.spotless:
        notes = tuple([Note(source, what) for what in _remarks(account, len(series))])
    return Trace(cast("Path", source), FORMAT, series, settings=account.settings, notes=notes)


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Four steps of a loss, as torch.utils.tensorboard writes them."""
    path = folder / "events.out.tfevents.1700000000.host.1.0"
    steps, walls, values = (0, 1, 2, 3), (1.7e9, 1.7e9 + 1.5, 1.7e9 + 3, 1.7e9 + 4.5), (1.0, 0.5, 0.25, 0.125)
    payloads = [struct.pack("<Bd", 0x09, walls[0]) + b"\x1a\x0dbrain.Event:2"]
    for step, wall, value in zip(steps, walls, values, strict=True):
        number = b"\x0a\x0atrain/loss\x15" + struct.pack("<f", value)
        summary = b"\x0a" + bytes([len(number)]) + number
        counted = b"\x10" + bytes([step]) if step else b""  # protobuf leaves zeros out
        payloads.append(struct.pack("<Bd", 0x09, wall) + counted + b"\x2a" + bytes([len(summary)]) + summary)
    path.write_bytes(b"".join(_record(payload) for payload in payloads))
    loss = Series("train/loss", np.array(steps, np.int64), np.array(values), np.array(walls), source=str(path))
    return path, [Trace(path, FORMAT, series=(loss,))]


def _unreadable(path: Path, error: OSError) -> Trace:
    return Trace(path, FORMAT, notes=(Note(str(path), unreadable(error)),))


def _record(payload: bytes) -> bytes:
    header = struct.pack("<Q", len(payload))
    parts = (struct.pack("<I", crc32c.mask(crc32c.crc(part))) for part in (header, payload))
    return header + next(parts) + payload + next(parts)


def _remarks(account: Account, series: int) -> list[Text]:
    """What a user should know about the reading, the most important first."""
    if not account.size:
        return [Text("the file is empty (0 bytes)", "文件为空（0 字节）")]
    told = []
    records, damaged = account.records, account.damaged.count
    if not records and not damaged and account.cut_short is None:
        told.append(
            Text(
                f"not one TensorBoard record was found in its {account.size} bytes",
                f"{account.size} 个字节中没有找到任何 TensorBoard 记录",
            )
        )
    elif not series and not account.settings:
        others = _others(account)
        told.append(
            Text(
                f"holds no scalars{f', only {others.en}' if others else ''}",
                f"不含标量{f'，只有{others.zh}' if others else ''}",
            )
        )
    told += _places(account.gaps, "unreadable and skipped", "无法识别，已跳过", Text("stretches", "段数据"))
    told += _places(
        account.damaged, "a record whose checksum does not fit, left out", "记录校验和不符，已舍弃", _RECORDS
    )
    told += _places(account.undecodable, "a record that holds no event, left out", "记录内容无法解析，已舍弃", _RECORDS)
    told += _places(account.huge, "a very large record, not looked into", "记录过大，未解析其内容", _RECORDS)
    if account.cut_short is not None:
        told.append(
            Text(
                f"last record cut short; {records} read (the run may still be writing)",
                f"最后一条记录不完整，已读取 {records} 条（训练可能仍在写入）",
            )
        )
    return told


_RECORDS = Text("records", "条记录")


def _places(spans: Spans, en: str, zh: str, many: Text) -> list[Text]:
    """One remark a place, or one for all when there are many."""
    if not spans.count:
        return []
    if spans.count <= _IN_FULL:
        return [
            Text(
                f"bytes {span.offset} to {span.end} ({span.length} bytes): {en}",
                f"第 {span.offset} 至 {span.end} 字节（共 {span.length} 字节）：{zh}",
            )
            for span in spans.first
        ]
    assert spans.last is not None
    first, last = spans.first[0], spans.last
    return [
        Text(
            f"{spans.count} {many.en}, {spans.total} bytes in all, between byte {first.offset} and {last.end}: {en}",
            f"第 {first.offset} 至 {last.end} 字节之间共 {spans.count} {many.zh}（合计 {spans.total} 字节）：{zh}",
        )
    ]


def _others(account: Account) -> Text | None:
    """What the file holds besides scalars."""
    known = [(count, *_KINDS[kind]) for kind, count in account.skipped.items() if kind in _KINDS]
    rest = account.skipped.total() - sum(count for count, _, _ in known)
    if rest:
        known.append((rest, "other entries", "其他条目"))
    if not known:
        return None
    return Text(
        ", ".join(f"{count} {name if count > 1 else _one(name)}" for count, name, _ in known),
        "、".join(f"{count} 项{name}" for count, _, name in known),
    )


def _one(plural: str) -> str:
    return "other entry" if plural == "other entries" else plural.removesuffix("s")
