"""Cut, flipped, random and foreign files end in a trace with a note, never in an exception."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.readers import torch_checkpoint
from tests.pickled import read, said, view, zipped

torch = pytest.importorskip("torch")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "the file is empty"),
        (b"PK\x03\x04", "holds no data.pkl"),
        (bytes(1000), "makes no sense"),
        (b"#!/bin/sh\necho hello\n" * 50, "makes no sense"),
        (b"epoch,loss\n1,0.5\n", "makes no sense"),
        (b"\x80\x02", "cut short"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "makes no sense"),
    ],
)
def test_a_file_that_is_something_else_gets_a_note(tmp_path, raw, words):
    path = tmp_path / "thing.pt"
    path.write_bytes(raw)

    trace = read(path)

    assert words in said(trace)
    assert trace.checkpoints == ()


def test_an_ordinary_zip_gets_a_note(tmp_path):
    path = tmp_path / "thing.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")

    assert torch_checkpoint.sniff(path, path.read_bytes())
    assert "torch did not write it" in said(read(path))


@pytest.mark.parametrize(
    ("name", "head", "belongs"),
    [
        ("a.pt", b"", True),
        ("a.CKPT", b"garbage", True),
        ("a.pkl", b"\x80\x04", True),
        ("a.pkl", b"name,value", False),
        ("a.pkl", b"cos\nsystem\n", True),
        ("a.bin", b"cos\nsystem\n", False),
        ("a.bin", bytes(100), False),
        ("a.bin", b"PK\x03\x04", True),
        ("a.txt", b"PK\x03\x04" + bytes(26) + b"m/data.pkl", True),
        ("a.docx", b"PK\x03\x04" + bytes(26) + b"word/document.xml", False),
        ("a", b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02", True),
        ("a.pt", struct.pack("<Q", 90) + b'{"a":', False),
        ("a.csv", b"epoch,loss", False),
    ],
)
def test_files_are_claimed_by_content_first_and_name_second(tmp_path, name, head, belongs):
    assert torch_checkpoint.sniff(tmp_path / name, head) is belongs


def whole(old):
    torch.manual_seed(0)
    model = torch.nn.Linear(20, 30)
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.randn(2, 20)).sum().backward()
    optimizer.step()
    made = io.BytesIO()
    thing = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}
    torch.save(thing, made, _use_new_zipfile_serialization=not old)
    return made.getvalue()


WHOLE = {"zip": whole(False), "legacy": whole(True)}


@settings(max_examples=150, deadline=None)
@given(data=st.data(), kind=st.sampled_from(sorted(WHOLE)))
def test_a_file_cut_anywhere_gives_what_is_left_and_a_note(tmp_path_factory, data, kind):
    raw = WHOLE[kind]
    cut = data.draw(st.integers(0, len(raw) - 1))
    path = tmp_path_factory.mktemp("cut") / "cut.pt"
    path.write_bytes(raw[:cut])

    trace = read(path)

    # a zip that lost only its directory has lost nothing we need
    assert trace.notes or (kind == "zip" and len(trace.checkpoints[0].tensors) == 2)
    for one in trace.checkpoints:
        assert list(one.tensors) == ["weight", "bias"]


@pytest.mark.parametrize("kind", sorted(WHOLE))
def test_a_file_cut_in_its_storages_says_how_many_are_complete(tmp_path, kind):
    raw = WHOLE[kind]
    path = tmp_path / "cut.pt"
    path.write_bytes(raw[: len(raw) // 2])

    trace = read(path)

    assert "cut short: " in said(trace)
    assert "of 8 storages are complete" in said(trace)
    assert [one.shape for one in trace.checkpoints[0].tensors.values()] == [(30, 20), (30,)]


def test_the_tensors_of_complete_storages_survive_a_cut_unchanged(tmp_path):
    raw = WHOLE["zip"]
    path = tmp_path / "whole.pt"
    path.write_bytes(raw)
    good = read(path).checkpoints[0].tensors["weight"]
    path.write_bytes(raw[: raw.rindex(b"data/5")])

    found = read(path).checkpoints[0].tensors["weight"]

    assert found == good


@settings(max_examples=150, deadline=None)
@given(data=st.data(), kind=st.sampled_from(sorted(WHOLE)))
def test_flipped_bytes_never_raise(tmp_path_factory, data, kind):
    raw = bytearray(WHOLE[kind])
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), min_size=1, max_size=4)):
        raw[at] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("flip") / "flip.pt"
    path.write_bytes(raw)

    trace = read(path)

    assert trace.format == "torch_checkpoint"


PARTS = [bytes([code]) for code in (*b"(.012FIJKLMNPQRSTUVXabc}edghijl]opqrst)uG", *range(0x80, 0x99))]
PARTS += [
    b"cos\nsystem\n",
    b"K\x01",
    b"]",
    b"}",
    b")",
    b"(",
    b"q\x00",
    b"h\x00",
    b"ctorch._utils\n_rebuild_tensor_v2\n",
]
PARTS += [b"ccollections\nOrderedDict\n", b"X\x01\x00\x00\x00a", view()]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=60))
def test_any_sequence_of_opcodes_ends_in_a_trace(tmp_path_factory, parts):
    path = tmp_path_factory.mktemp("ops") / "ops.pt"
    zipped(path, b"".join(parts) + b".", [("0", bytes(12))])

    trace = read(path)

    assert trace.format == "torch_checkpoint"


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_never_raise(tmp_path_factory, raw):
    path = tmp_path_factory.mktemp("random") / "random.pt"
    path.write_bytes(raw)

    trace = read(path)

    assert trace.format == "torch_checkpoint"


def test_a_file_that_cannot_be_opened_gets_a_note(tmp_path):
    assert "cannot be read" in said(read(tmp_path / "missing.pt"))
