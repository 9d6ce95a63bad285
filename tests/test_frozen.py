"""Names are kept between calls, and never an old or a broken one."""

from __future__ import annotations

import os
import shutil

import pytest

from kb import frozen, library
from kb.problem import Problem


@pytest.fixture
def folder(pages, tmp_path, alone):
    copy = tmp_path / "entries"
    shutil.copytree(pages, copy)
    return copy


@pytest.fixture
def counted(monkeypatch):
    """The pages read since the test began."""
    read = []
    whole = library.read_entry
    monkeypatch.setattr(library, "read_entry", lambda path: read.append(path.stem) or whole(path))
    return read


def test_the_second_call_reads_only_the_page_that_is_asked_for(folder, tmp_path, counted):
    first = frozen.load(folder, tmp_path / "cache")
    ids = list(first)
    counted.clear()

    second = frozen.load(folder, tmp_path / "cache")

    assert (list(second), list(second.names()), second.ambiguous) == (ids, list(first.names()), first.ambiguous)
    assert counted == []
    assert second[ids[0]] == first[ids[0]]
    assert counted == [ids[0]]


def test_a_changed_page_is_noticed(folder, tmp_path):
    frozen.load(folder, tmp_path / "cache")
    path = library.files(folder)[0]
    path.write_text(path.read_text(encoding="utf-8").replace("title: ", "title: New ", 1), encoding="utf-8")
    os.utime(path, ns=(1, 1))

    names = [name for name, _ in frozen.load(folder, tmp_path / "cache").names()]

    assert any(name.startswith("New ") for name in names)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"signature": 1}', b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_cache_is_made_anew(folder, tmp_path, damage):
    cache = tmp_path / "cache"
    expected = list(frozen.load(folder, cache).names())
    (file,) = cache.iterdir()
    file.write_bytes(damage)

    assert list(frozen.load(folder, cache).names()) == expected
    assert file.read_bytes() != damage


def test_a_cache_that_cannot_be_written_costs_no_answer(folder, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")

    assert list(frozen.load(folder, blocked / "cache"))


def test_a_broken_page_is_named_again_from_what_was_kept(folder, tmp_path):
    library.files(folder)[0].write_text("title: [", encoding="utf-8")

    first, second = (frozen.load(folder, tmp_path / "cache") for _ in range(2))

    assert [one.of("zh") for one in first.problems] == [one.of("zh") for one in second.problems]
    assert len(first.problems) == 1
    assert list(first) == list(second)


def test_a_broken_built_in_page_is_our_own_mistake_and_raised(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(library, "BUILT_IN", folder)
    library.files(folder)[0].write_text("title: [", encoding="utf-8")

    for _ in range(2):
        with pytest.raises(Problem):
            frozen.load(folder, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()
