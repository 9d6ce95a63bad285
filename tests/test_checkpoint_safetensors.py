"""safetensors files read as their own library reads them, and every damaged header ends in a note."""

from __future__ import annotations

import json
import math
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.readers import safetensors_checkpoint
from diagnose.tensors.dtypes import ITEMSIZE, SAFETENSORS

KINDS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1"}
KINDS |= {"U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?"}


def written(path, header, body=b""):
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(raw)) + raw + body)
    return path


def read(path):
    (trace,) = safetensors_checkpoint.read(path)
    return trace


def said(trace):
    return " | ".join(note.what.en for note in trace.notes)


def entry(dtype="F32", shape=(3,), start=0, end=12):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [start, end]}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_numpy_type_has_the_right_figures(tmp_path, kind):
    values = (np.arange(-50, 50) if not kind.startswith("U") else np.arange(100)).astype(KINDS[kind])
    path = written(tmp_path / "a.safetensors", {"w": entry(kind, (10, 10), 0, values.nbytes)}, values.tobytes())

    found = read(path).checkpoints[0].tensors["w"]

    real = values.astype(float)
    assert (found.dtype, found.shape, found.minimum, found.maximum) == (
        SAFETENSORS[kind],
        (10, 10),
        real.min(),
        real.max(),
    )
    assert (found.mean, found.std) == pytest.approx((real.mean(), real.std()))
    assert found.zeros == (real == 0).sum()


def test_the_same_tensors_saved_by_both_libraries_have_the_same_figures(tmp_path):
    torch = pytest.importorskip("torch")
    library = pytest.importorskip("safetensors.torch")
    from diagnose.readers import torch_checkpoint

    torch.manual_seed(0)
    kinds = (
        torch.float64,
        torch.float32,
        torch.float16,
        torch.bfloat16,
        torch.float8_e4m3fn,
        torch.float8_e5m2,
        torch.int8,
    )
    tensors = {str(kind): (torch.randn(100, 7) * 10).to(kind) for kind in kinds} | {"scalar": torch.tensor(2.5)}
    library.save_file(tensors, tmp_path / "a.safetensors", metadata={"format": "pt", "global_step": "500"})
    torch.save(tensors, tmp_path / "a.pt")

    mine, theirs = read(tmp_path / "a.safetensors"), torch_checkpoint.read(tmp_path / "a.pt")[0]

    assert mine.checkpoints[0].tensors == theirs.checkpoints[0].tensors
    assert mine.checkpoints[0].step == 500
    assert mine.notes == ()


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (b"", "no safetensors header"),
        (b"{", "no safetensors header"),
        (b"{]", "no JSON"),
        (b"[1]", "no JSON object"),
        (b"\xff\xfe{}", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        ({}, "lists none"),
        ({"__metadata__": {"format": "pt"}}, "lists none"),
        ({"__metadata__": 3}, "lists none"),
        ({"w": 3}, "describes them wrongly"),
        ({"w": {}}, "describes them wrongly"),
        ({"w": {**entry(), "shape": "3"}}, "describes them wrongly"),
        ({"w": {**entry(), "shape": 3}}, "describes them wrongly"),
        ({"w": {**entry(), "shape": [-3]}}, "describes them wrongly"),
        ({"w": {**entry(), "shape": [1 << 40, 1 << 40]}}, "describes them wrongly"),
        ({"w": {**entry(), "shape": [3.0]}}, "describes them wrongly"),
        ({"w": {**entry(), "data_offsets": [12, 0]}}, "describes them wrongly"),
        ({"w": {**entry(), "data_offsets": [0, 13]}}, "describes them wrongly"),
        ({"w": {**entry(), "data_offsets": [0]}}, "describes them wrongly"),
        ({"w": {**entry(), "data_offsets": None}}, "describes them wrongly"),
        ({"w": {**entry(), "dtype": 3}}, "describes them wrongly"),
        ({"w": entry("F4", (3,), 0, 12)}, "type F4 are not understood"),
        ({"w": entry(shape=(1 << 40,), end=1 << 42)}, "0 of 1 tensors are complete"),
        ({"w": entry(), "v": entry(start=8, end=20)}, "1 of 2 tensors are complete"),
    ],
)
def test_a_malformed_header_gets_a_note(tmp_path, header, words):
    path = written(tmp_path / "a.safetensors", header, bytes(12))

    trace = read(path)

    assert words in said(trace)


def test_good_entries_are_read_beside_bad_ones(tmp_path):
    body = struct.pack("<3f", 1, 2, 3)
    path = written(
        tmp_path / "a.safetensors", {"good": entry(), "bad": entry(end=11), "far": entry(start=90, end=102)}, body
    )

    trace = read(path)

    assert trace.checkpoints[0].tensors["good"].values == (1.0, 2.0, 3.0)
    assert math.isnan(trace.checkpoints[0].tensors["far"].mean)
    assert "bad" not in trace.checkpoints[0].tensors


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "too short"),
        (b"\x05\x00", "too short"),
        (struct.pack("<Q", 1 << 60) + b"{}", "no safetensors header"),
        (struct.pack("<Q", 500) + b'{"w"', "header is cut short"),
    ],
)
def test_a_file_without_a_whole_header_gets_a_note(tmp_path, raw, words):
    path = tmp_path / "a.safetensors"
    path.write_bytes(raw)

    trace = read(path)

    assert (words in said(trace), trace.checkpoints) == (True, ())


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_cuts_and_flipped_bytes_never_raise(tmp_path_factory, data):
    path = written(
        tmp_path_factory.mktemp("st") / "a.safetensors", {"w": entry(), "v": entry("BF16", (2, 3), 12, 24)}, bytes(24)
    )
    raw = bytearray(path.read_bytes())
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=3)):
        raw[at] = data.draw(st.integers(0, 255))
    path.write_bytes(raw[: data.draw(st.integers(0, len(raw)))])

    trace = read(path)

    assert trace.checkpoints or trace.notes


@pytest.mark.parametrize(
    ("name", "head", "belongs"),
    [
        ("a.safetensors", b"", True),
        ("a.safetensors", b"garbage", True),
        ("a.bin", struct.pack("<Q", 60) + b'{"w":', True),
        ("a.json", b'{"w": {"a": 1}}', False),
        ("a.safetensors", b"PK\x03\x04" + bytes(30), False),
        ("a.pt", b"PK\x03\x04" + bytes(30), False),
    ],
)
def test_files_are_claimed_by_header_or_name(tmp_path, name, head, belongs):
    assert safetensors_checkpoint.sniff(tmp_path / name, head) is belongs


def test_every_type_of_the_format_is_one_we_can_decode():
    assert set(SAFETENSORS.values()) <= set(ITEMSIZE)


def test_the_readers_example_reads_as_promised(tmp_path):
    path, wanted = safetensors_checkpoint.example(tmp_path)

    assert safetensors_checkpoint.read(path) == wanted
