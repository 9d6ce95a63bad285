"""The index of questions is kept between calls, and never an old or a broken one."""

from __future__ import annotations

import os
import shutil

import pytest

from kb import frozen, library
from kb.ask import index as index_module
from kb.ask import reply, stored


@pytest.fixture
def folder(pages, tmp_path):
    copy = tmp_path / "entries"
    shutil.copytree(pages, copy)
    return copy


def answers(index, pages):
    questions = ("what is a button polyp", "纽扣息肉", "lerning curve", "buton")
    return [(one.state, one.entry, one.confidence) for one in (reply.reply(pages, index, q) for q in questions)]


def test_the_kept_index_answers_as_the_one_just_built_and_is_not_built_again(folder, tmp_path, monkeypatch):
    pages = frozen.load(folder, tmp_path / "cache")
    first = answers(stored.load(pages, folder, tmp_path / "cache"), pages)
    monkeypatch.setattr(index_module, "build", lambda _: pytest.fail("built again"))

    kept = stored.load(pages, folder, tmp_path / "cache")

    assert answers(kept, pages) == first
    assert any(state == "answer" for state, _, _ in first)


def test_a_changed_page_is_noticed(folder, tmp_path):
    pages = frozen.load(folder, tmp_path / "cache")
    stored.load(pages, folder, tmp_path / "cache")
    path = library.files(folder)[0]
    path.write_text(path.read_text(encoding="utf-8").replace("title: ", "title: Zanzibar ", 1), encoding="utf-8")
    os.utime(path, ns=(1, 1))

    assert "zanzibar" in stored.load(library.load(folder), folder, tmp_path / "cache").table


@pytest.mark.parametrize("damage", [b"", b"SQLite format 3\x00", b"nonsense" * 1000])
def test_a_damaged_file_is_made_anew(folder, tmp_path, damage):
    pages = library.load(folder)
    expected = answers(stored.load(pages, folder, tmp_path / "cache"), pages)
    (file,) = (tmp_path / "cache").glob("index-*")
    file.write_bytes(damage)

    assert answers(stored.load(pages, folder, tmp_path / "cache"), pages) == expected
    assert file.read_bytes() != damage


def test_a_cache_that_cannot_be_written_costs_no_answer(folder, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    pages = library.load(folder)

    assert answers(stored.load(pages, folder, blocked / "cache"), pages)
