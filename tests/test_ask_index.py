"""The index of questions is kept between calls, and never an old or a broken one."""

from __future__ import annotations

import os
import shutil

import pytest

from kb import frozen, library
from kb.ask import index as index_module
from kb.ask import reply, rows, stored


@pytest.fixture
def folder(pages, tmp_path):
    copy = tmp_path / "entries"
    shutil.copytree(pages, copy)
    return copy


def answers(index, pages):
    questions = ("what is a button polyp", "纽扣息肉", "lerning curve", "buton")
    return [(one.state, one.entry, one.confidence) for one in (reply.reply(pages, index, q) for q in questions)]


def test_the_kept_index_answers_as_the_one_just_built_and_is_not_built_again(alone, folder, tmp_path, monkeypatch):
    pages = frozen.load(folder, tmp_path / "cache")
    first = answers(stored.load(pages, folder, tmp_path / "cache"), pages)
    monkeypatch.setattr(index_module, "build", lambda _: pytest.fail("built again"))

    kept = stored.load(pages, folder, tmp_path / "cache")

    assert answers(kept, pages) == first
    assert any(state == "answer" for state, _, _ in first)


def test_a_changed_page_is_noticed(alone, folder, tmp_path):
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


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_file_that_was_cut_short_is_made_anew(folder, tmp_path, share):
    pages = library.load(folder)
    expected = answers(stored.load(pages, folder, tmp_path / "cache"), pages)
    (file,) = (tmp_path / "cache").glob("index-*")
    whole = file.read_bytes()
    file.write_bytes(whole[: int(share * len(whole))])

    assert answers(stored.load(pages, folder, tmp_path / "cache"), pages) == expected
    assert file.read_bytes() == whole


def test_every_row_is_found_by_its_key_and_no_other(tmp_path):
    file = tmp_path / "rows"
    words = {f"{n}息肉": n for n in range(1000)}
    with file.open("wb") as put:
        rows.write(put, {"signature": "x"}, {"words": (words, lambda n: b"%d" % n), "none": ({}, bytes)})

    data, about = rows.opened(file)
    found, none = (rows.Rows(data, about["tables"][name], int) for name in ("words", "none"))

    assert {word: found[word] for word in words} == words
    assert "1000息肉" not in found
    assert found.get("") is None
    assert "0息肉" not in none
    with pytest.raises(KeyError):
        found["1000息肉"]


def test_a_cache_that_cannot_be_written_costs_no_answer(folder, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    pages = library.load(folder)

    assert answers(stored.load(pages, folder, blocked / "cache"), pages)
