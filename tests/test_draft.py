"""A new entry is a file a person can fill in: bilingual, commented, never over another."""

from __future__ import annotations

import pytest

from cli import kb_app
from kb import draft, library
from kb.check import check
from kb.collection import FOLDERS
from kb.library import read_entry
from kb.problem import Problem


def filled(text: str) -> str:
    """What a person makes of it: every field used, every empty one filled."""
    lines = [
        line[1:] if line.startswith("#") and not (line.startswith("# ") and line[2:3] != " ") else line
        for line in text.splitlines()
    ]
    lines = [line + " 内容" if line.strip() in ("title:", "summary:") else line for line in lines]
    return "\n".join(lines)


@pytest.mark.parametrize("kind", FOLDERS.values())
def test_the_check_accepts_a_draft_once_it_is_filled_and_not_before(kind, tmp_path):
    path = draft.new(kind, "brass-button", tmp_path)

    empty = check(path)
    path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")

    assert [(one.line, one.column) for one in empty] == [(4, 1)]
    assert "'title' is empty; it should be text" in str(empty[0])
    assert check(path) == []
    entry = read_entry(path)
    assert (entry.id, entry.kind) == ("brass-button", kind)
    assert entry.claims
    assert entry.zh.claims


@pytest.mark.parametrize("kind", FOLDERS.values())
def test_a_draft_needs_no_more_than_titles_and_summaries(kind, tmp_path):
    path = draft.new(kind, "brass-button", tmp_path)
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("title:\n", "title: Button\n").replace("summary:\n", "summary: 纽扣\n"), encoding="utf-8"
    )

    assert check(path) == []


def test_a_file_that_is_there_is_left_as_it_is(tmp_path):
    path = draft.new("concept", "brass-button", tmp_path)
    path.write_text("mine", encoding="utf-8")

    with pytest.raises(Problem, match="already"):
        draft.new("concept", "brass-button", tmp_path)
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["", "../up", "A", "a_b", "a--b", "-a", "纽扣", "a/b", "a" * 81, "a\n"])
def test_a_name_that_cannot_be_an_id_is_refused_before_anything_is_written(name, tmp_path):
    with pytest.raises(Problem, match="cannot be an id"):
        draft.new("concept", name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(Problem, match=r"concepts.*cannot be written"):
        draft.new("concept", "brass-button", tmp_path / "file")


def test_the_command_writes_into_the_users_own_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(library, "user_folder", lambda: tmp_path / "entries")

    code = kb_app.main(["new", "pitfall", "lost-button", "--lang", "zh"])

    path = tmp_path / "entries" / "pitfalls" / "lost-button.yaml"
    assert code == 0
    assert path.is_file()
    assert f"kb check {path}" in capsys.readouterr().out


def test_the_command_refuses_with_one_line_and_a_hint(tmp_path, capsys):
    arguments = ["new", "concept", "lost-button", "--kb", str(tmp_path), "--lang", "en"]

    codes = kb_app.main(arguments), kb_app.main(arguments)

    assert codes == (0, 2)
    assert capsys.readouterr().err.splitlines()[1] == "  hint: choose another id"
