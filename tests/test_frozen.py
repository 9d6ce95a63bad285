"""The library is printed once and read back the same, never from an old or a broken file."""

from __future__ import annotations

import os
import shutil

import pytest

from kb import frozen, layers, library, printed, printing
from kb.ask import index, stored
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


def test_what_was_printed_is_the_library_to_the_last_field(tmp_path, built_in):
    whole = layers.load()
    frozen.load(cache=tmp_path)
    again = frozen.load(cache=tmp_path)

    assert dict(again) == dict(whole)
    assert (list(again), list(again.names()), again.ambiguous) == (list(whole), list(whole.names()), whole.ambiguous)
    assert dict(frozen.built_in(("symptom",), tmp_path)) == {
        name: page for name, page in built_in.items() if page.kind == "symptom"
    }


def test_every_page_is_laid_out_as_it_would_be_now(tmp_path, built_in):
    pages = frozen.open_(cache=tmp_path)
    assert isinstance(pages, printed.Printed)

    for card in pages.cards():
        for lang in ("en", "zh"):
            assert pages.blocks(card, lang) == built_in.blocks(built_in[card.id], lang)


def test_the_second_call_reads_no_page_again(folder, tmp_path, counted):
    first = frozen.load(folder, tmp_path / "cache")
    assert len(counted) == len(first)
    counted.clear()

    second = frozen.load(folder, tmp_path / "cache")

    assert dict(second) == dict(first)
    assert counted == []


@pytest.mark.parametrize("change", ["written", "added", "removed", "renamed"])
def test_a_changed_page_is_noticed(folder, tmp_path, change):
    before = set(frozen.load(folder, tmp_path / "cache").names())
    path = library.files(folder)[0]
    if change == "written":
        path.write_text(path.read_text(encoding="utf-8").replace("title: ", "title: New ", 1), encoding="utf-8")
        os.utime(path, ns=(1, 1))
    elif change == "added":
        shutil.copy2(path, path.with_stem("copied"))
    elif change == "removed":
        path.unlink()
    else:
        path.rename(path.with_stem("renamed"))

    assert set(frozen.load(folder, tmp_path / "cache").names()) != before


@pytest.mark.parametrize("kept", [slice(0), slice(20), slice(100), slice(3000), slice(-1)], ids=str)
def test_a_file_that_was_cut_short_is_made_anew(folder, tmp_path, kept):
    cache = tmp_path / "cache"
    expected = dict(frozen.load(folder, cache))
    (file,) = cache.iterdir()
    file.write_bytes(file.read_bytes()[kept])

    assert dict(frozen.load(folder, cache)) == expected
    assert dict(frozen.load(folder, cache)) == expected


def test_a_byte_that_changed_is_never_believed(folder, tmp_path):
    cache = tmp_path / "cache"
    frozen.load(folder, cache)
    (file,) = cache.iterdir()
    sound = file.read_bytes()
    for at in range(0, len(sound), 97):
        file.write_bytes(sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :])
        pages = printed.kept([*map(str, library.layers(folder))], str(cache))
        if pages is not None:
            with pytest.raises(ValueError, match=r"\d"):
                pages.check()


def test_a_cache_that_cannot_be_written_costs_no_answer(folder, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")

    assert list(frozen.load(folder, blocked / "cache"))
    assert frozen.open_(folder, blocked / "cache").exact("buttonpolyp")


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


def test_two_that_print_at_once_leave_one_whole_file(folder, tmp_path):
    cache = tmp_path / "cache"
    frozen.load(folder, cache)
    (file,) = cache.iterdir()
    sound = file.read_bytes()

    reader = file.open("rb")
    assert printing.keep(str(file), sound)  # another process, while this one has the file open

    assert reader.read() == sound
    assert [one.name for one in cache.iterdir()] == [file.name]
    reader.close()


def test_what_a_wheel_brings_along_is_used_as_it_is_and_nothing_is_kept(
    tmp_path, monkeypatch, built_in, whole, counted
):
    def built(entries):  # the index of these very entries takes seconds, and other tests have it already
        assert [*entries] == [*built_in.values()]
        return whole

    monkeypatch.setattr(index, "build", built)
    shipped, cache = tmp_path / "printed.txt", tmp_path / "cache"
    frozen.ship(shipped)
    stored.ship(tmp_path / "index.bin")
    counted.clear()
    monkeypatch.setattr(printed, "SHIPPED", str(shipped))
    monkeypatch.setattr(stored, "SHIPPED", tmp_path / "index.bin")

    pages = frozen.load(cache=cache)

    assert dict(pages) == dict(built_in)
    assert stored.load(pages, cache=cache).ids == tuple(pages)
    assert counted == []
    assert not cache.exists()


def test_names_cost_no_page_and_are_ids_until_something_is_printed(tmp_path, monkeypatch, counted):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    ids = {found for _, found in printed.names()}
    frozen.load()
    counted.clear()

    names = dict(printed.names())

    assert {"sessile", "batch-norm"} <= ids == set(names.values())
    assert names["无蒂息肉"] == "sessile"
    assert counted == []
