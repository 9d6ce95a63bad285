"""Writes the files of experiment trackers by the letter of their formats, for the tests of what reads them."""

from __future__ import annotations

import json
import sqlite3
import struct
import zlib
from contextlib import closing

BLOCK = 32768
WANDB = b":W&B" + struct.pack("<HB", 0xBEE1, 0)
SWANLAB = b":SWL" + struct.pack("<HB", 0xE1D6, 2)


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes((*out, value))


def field(number, content):
    """A field: an int as a varint, a float as a double, anything else by its length."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    if isinstance(content, float):
        return varint(number << 3 | 1) + struct.pack("<d", content)
    content = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def framed(header, records):
    """The records behind a header, in fragments that keep to the blocks."""
    out = bytearray(header)
    for record in records:
        at, begun = 0, False
        while not begun or at < len(record):
            room = BLOCK - len(out) % BLOCK
            if room < 7:
                out += bytes(room)
                continue
            piece = record[at : at + room - 7]
            last = at + len(piece) == len(record)
            kind = bytes(((4 if last else 3) if begun else (1 if last else 2),))
            out += struct.pack("<IH", zlib.crc32(kind + piece), len(piece)) + kind + piece
            at, begun = at + len(piece), True
    return bytes(out)


def item(name, value):
    """A HistoryItem or ConfigItem; a name with slashes is a nested one."""
    parts = name.split("/")
    key = field(1, name) if len(parts) == 1 else b"".join(field(2, part) for part in parts)
    return field(1, key + field(16, value if isinstance(value, bytes) else json.dumps(value)))


def history(**values):
    return field(2, b"".join(item(name, value) for name, value in values.items()))


def config(**values):
    return field(17, field(4, b"".join(item(name, value) for name, value in values.items())))


EXIT = field(18, b"")


def wandb(*records):
    return framed(WANDB, records)


def scalar(key, step, value, seconds=1_700_000_000):
    """A SwanLab record; what is zero is not written."""
    number = field(1, value) if value else b""
    inside = field(1, key) + (field(2, step) if step else b"") + field(4, field(1, seconds)) + field(5, number)
    return field(1, 7) + field(13, inside)


def database(path, *statements):
    """A SQLite file; each statement is SQL, or SQL with its rows."""
    with closing(sqlite3.connect(path)) as opened:
        for statement in statements:
            if isinstance(statement, str):
                opened.execute(statement)
            else:
                opened.executemany(*statement)
        opened.commit()
    return path


MLFLOW = (
    "CREATE TABLE runs (run_uuid TEXT, name TEXT, lifecycle_stage TEXT)",
    "CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT)",
    "CREATE TABLE metrics (key TEXT, value FLOAT, timestamp BIGINT, run_uuid TEXT, step BIGINT, is_nan BOOLEAN)",
)
TRACKIO = (
    "CREATE TABLE metrics (id INTEGER PRIMARY KEY, run_id TEXT, timestamp TEXT, run_name TEXT, step INT, metrics TEXT)",
    "CREATE TABLE configs (id INTEGER PRIMARY KEY, run_id TEXT, run_name TEXT, config TEXT)",
)


def points(trace):
    """Name -> (step, value) pairs of a trace; values as text, so that NaN equals itself."""
    return {
        one.name: [(step, repr(value)) for step, value in zip(one.steps.tolist(), one.values.tolist(), strict=True)]
        for one in trace.series
    }


def said(traces):
    return "\n".join(note.what.en for trace in traces for note in trace.notes)
