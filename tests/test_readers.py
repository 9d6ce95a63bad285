"""What every reader promises: its example reads back, no one else claims it, and no damage raises."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.readers import HEAD, readers
from diagnose.run import Trace

every_reader = pytest.mark.parametrize("name", sorted(readers()))


def plain(thing: object) -> object:
    """Arrays and dataclasses as values that compare, with NaN equal to itself."""
    if isinstance(thing, np.ndarray):
        return thing.dtype.str, [repr(one) for one in thing.tolist()]
    if hasattr(thing, "__dataclass_fields__"):
        named = [(field.name, plain(getattr(thing, field.name))) for field in fields(thing) if field.compare]
        return type(thing).__name__, named
    if isinstance(thing, dict):
        return {key: plain(one) for key, one in thing.items()}
    if isinstance(thing, list | tuple):
        return [plain(one) for one in thing]
    return repr(thing) if isinstance(thing, float) else thing


@cache
def example(name: str) -> tuple[str, bytes]:
    """The file name and the bytes of a reader's example."""
    folder = Path(tempfile.mkdtemp())
    path, _ = readers()[name].example(folder)
    data = path.read_bytes()
    shutil.rmtree(folder)
    return path.name, data


def opened(name: str, file_name: str, data: bytes) -> tuple[bool, list[Trace]]:
    """What a reader says of these bytes, and makes of them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, file_name)
        path.write_bytes(data)
        return readers()[name].sniff(path, data[:HEAD]), readers()[name].read(path)


@every_reader
def test_a_file_that_is_gone_is_told_in_both_languages(name, tmp_path):
    path = readers()[name].example(tmp_path)[0]
    path.unlink()

    (found,) = readers()[name].read(path)

    assert found.notes  # of an index of parts others speak
    for note in found.notes:
        assert ("No such file" in note.what.en) == ("没有这个文件" in note.what.zh)
        assert "No such file" not in note.what.zh


@every_reader
def test_an_example_reads_back_exactly(name, tmp_path):
    path, expected = readers()[name].example(tmp_path)

    found = readers()[name].read(path)

    assert plain([replace(trace, notes=()) for trace in found]) == plain([replace(one, notes=()) for one in expected])


@every_reader
def test_an_example_is_claimed_by_its_own_reader_and_no_other(name):
    file_name, data = example(name)

    claims = [
        other
        for other, reader in readers().items()
        if reader.sniff(Path(file_name), data[:HEAD]) and (other == name or not getattr(reader, "FALLBACK", False))
    ]

    assert claims == [name]


@every_reader
def test_a_file_cut_at_any_byte_is_read_as_far_as_it_goes(name):
    file_name, data = example(name)

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, len(data)))
    def check(end):
        _, found = opened(name, file_name, data[:end])

        assert found
        assert end == len(data) or any(trace.notes or trace.series or trace.checkpoints for trace in found)

    check()


@every_reader
def test_damaged_bytes_never_raise(name):
    file_name, data = example(name)

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, len(data) - 1), st.binary(min_size=1, max_size=8))
    def check(at, junk):
        _, found = opened(name, file_name, data[:at] + junk + data[at + len(junk) :])

        assert all(isinstance(trace, Trace) for trace in found)

    check()


@every_reader
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=300))
def test_random_bytes_never_raise(name, data):
    _, found = opened(name, example(name)[0], data)

    assert all(isinstance(trace, Trace) for trace in found)


@every_reader
def test_an_empty_file_gives_a_trace_that_says_so(name):
    _, found = opened(name, example(name)[0], b"")

    assert not any(trace.series or trace.checkpoints for trace in found)
    assert any(trace.notes for trace in found)


@every_reader
@pytest.mark.parametrize("wrong", ["picture.png", "notes.md", "script.py"])
def test_a_file_of_another_kind_is_not_claimed(name, wrong):
    text = {
        "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        "notes.md": b"# Notes\n\nloss, and what it means\n",
        "script.py": b"import csv\n\nrows = [1, 2, 3]\nprint(rows, sep=', ')\n",
    }[wrong]

    assert not readers()[name].sniff(Path(wrong), text)


@every_reader
def test_a_file_that_went_away_gives_a_note(name, tmp_path):
    found = readers()[name].read(tmp_path / example(name)[0])

    assert [bool(trace.notes) for trace in found] == [True]
