"""A large text that is decoded part by part reads as if it had been decoded at once, and takes little memory."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import example as for_example
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.tables.generate import log
from diagnose.readers import readers
from diagnose.tables import decode, harvest, longtext, taken
from diagnose.tables.decode import decoded, encoding_of
from diagnose.tables.longtext import LongText
from tests.test_readers import example, opened
from tests.test_text_encodings import SAVED, TEXT, shown

ENCODINGS = ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"]
lines = st.lists(st.sampled_from(["loss: 0.5", "损失: 0.5", "█▏| 3/9\r", "Ċ\r", "", "\0", "\u0a0a上\u0a00", "é"]))

HEAD = "2024/05/06 07:08:09 - mmengine - INFO - "
LOOK_ALIKES = {
    "openmmlab_log": (
        "20240506_070809.log",
        "".join(
            f"{HEAD}Iter(train) [  {step}/1000]  lr: 9.9e-03  eta: 0:10:00  time: 0.5000  loss: {100 / step:.4f}\n"
            f"{HEAD}Iter(val) [10/10]    time: 0.0250  mDice: {40 + step / 100:.4f}\n"
            for step in (100, 200, 300)
        ),
        ["train/lr", "train/time", "val/time", "train/loss", "val/mDice"],
    ),
    "cod_log": (
        "log.txt",
        "".join(
            f"[2024-05-06-train.py-INFO: lr: {0.001 / epoch:.6f}]\n"
            f"[2024-05-06-train.py-INFO:[Train Info]:Epoch [{epoch}/3], Step [1/9], Total_loss: {3 / epoch:.4f}]\n"
            for epoch in (1, 2, 3)
        ),
        ["epoch", "lr", "train/Total_loss"],
    ),
}


@pytest.mark.parametrize("saved", ["as it is", *SAVED])
@pytest.mark.parametrize("name", TEXT)
def test_every_example_reads_alike_in_parts(name, saved, monkeypatch):
    file_name, data = example(name)
    data = SAVED[saved](data) if saved in SAVED else data
    monkeypatch.setattr(taken, "LARGE", 0)
    at_once = opened(name, file_name, data)[1]
    monkeypatch.setattr(longtext, "LARGE", 0)
    monkeypatch.setattr(decode, "BLOCK", 100)

    in_parts = opened(name, file_name, data)[1]

    assert shown(in_parts) == shown(at_once)
    assert [(one.settings, [note.what for note in one.notes]) for one in in_parts] == [
        (one.settings, [note.what for note in one.notes]) for one in at_once
    ]


@pytest.mark.parametrize("name", TEXT)
def test_every_example_reads_alike_however_large_it_is(name, monkeypatch):
    file_name, data = example(name)
    small = opened(name, file_name, data)[1]
    monkeypatch.setattr(taken, "LARGE", 0)

    large = opened(name, file_name, data)[1]

    assert shown(large) == shown(small)
    assert [(one.settings, [(note.line, note.what) for note in one.notes]) for one in large] == [
        (one.settings, [(note.line, note.what) for note in one.notes]) for one in small
    ]


@pytest.mark.parametrize("reader", LOOK_ALIKES)
def test_a_large_log_names_its_curves_in_the_order_of_the_file(reader, monkeypatch):
    name, text, names = LOOK_ALIKES[reader]
    small = opened(reader, name, text.encode())[1]
    monkeypatch.setattr(taken, "LARGE", 0)

    large = opened(reader, name, text.encode())[1]

    assert [one.name for one in small[0].series] == names
    assert shown(large) == shown(small)


@for_example(["é", "损失"], "latin-1", b"", 1, 1)
@given(lines, st.sampled_from(ENCODINGS), st.binary(max_size=2), st.integers(0, 4), st.integers(1, 30))
def test_parts_make_the_text_that_decoding_at_once_gives(said, codec, odd, cut, size):
    data = "\n".join(said).encode(codec, "replace") + odd
    data = data[: len(data) - cut]
    before = decode.BLOCK
    decode.BLOCK = size
    try:
        encoding = encoding_of(data)
        text = LongText(data, encoding)

        assert "".join(text) == str(text) == decoded(data)[0]
        assert all(part.endswith("\n") for part in list(text)[:-1])
    finally:
        decode.BLOCK = before


def test_what_lies_behind_the_last_line_end_is_kept_apart(monkeypatch):
    monkeypatch.setattr(decode, "BLOCK", 4)
    data = b"loss 1\nloss 2\nloss 3\rlo"
    text = LongText(data, encoding_of(data))

    fed, behind = text.to_the_last("\n")
    either, rest = text.to_the_last("\r\n")

    assert [part[:end] for part, end in fed] == ["loss 1\n", "loss 2\n", ""]
    assert behind == "loss 3\rlo"
    assert "".join(part[:end] for part, end in either) == "loss 1\nloss 2\nloss 3\r"
    assert rest == "lo"


def test_what_is_cleaned_is_cleaned_in_every_part_and_in_order(monkeypatch):
    monkeypatch.setattr(decode, "BLOCK", 4)
    data = b"a\nab\nabc\n"

    text = LongText(data, encoding_of(data)).cleaned(lambda part: part.replace("a", "b")).cleaned(str.upper)

    assert str(text) == "".join(text) == "B\nBB\nBBC\n"
    assert text.count("B") == 5
    assert "BBC" in text
    assert "a" not in text


@pytest.mark.parametrize(("form", "codec"), [("yolo_stdout_log", "gbk"), ("hf_bars", "utf-8"), ("general_log", "gbk")])
def test_a_chinese_line_does_not_make_a_large_log_take_twice_the_memory(form, codec, tmp_path: Path, monkeypatch):
    made = log(tmp_path / "made", form, 1_500_000)
    path = tmp_path / made.name
    path.write_bytes(("开始训练 ███\n" + made.read_bytes().decode().replace("\n", "\r\n")).encode(codec))
    for module, name, size in ((longtext, "LARGE", 500_000), (decode, "BLOCK", 50_000), (harvest, "PIECE", 50_000)):
        monkeypatch.setattr(module, name, size)
    head = path.read_bytes()[:65536]
    reader = next(one for one in readers().values() if one.sniff(path, head))
    tracemalloc.start()

    reader.read(path)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * path.stat().st_size
