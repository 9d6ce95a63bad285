"""Notes of questions and answers become drafts, and every line of them is in one or is reported."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli import kb_app
from kb import frozen, library, notes
from kb.check import check
from kb.problem import Problem

NOTES = """\
some words before

####池化层有什么用？

它缩小特征图。这样更快。

1. 最大池化
   - 保留最强的响应
####那么步长呢?
```python
#### not a question
x = 1 # "quoted": yes
```

#### What is mIoU (mean IoU)?
The mean over classes. It counts each class once.
#### What is mIoU (mean IoU)?

####
\tan answer without a question
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return library.user_folder()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "pooling notes.md"
    path.write_text(NOTES, encoding="utf-8")
    return path


def text_of(path: Path) -> tuple[str, str]:
    entry = library.read_entry(path)
    return entry.title, entry.body or entry.zh.body


def test_every_line_of_the_notes_is_in_a_draft_or_reported(file, folder):
    found = notes.import_(file, folder)

    lines = NOTES.split("\n")
    assert [lines[number - 1] for number in found.loose] == ["some words before"]
    covered = list(found.loose)
    for part, path in found.written:
        title, body = text_of(path)
        assert title in ("an answer without a question", lines[part.first - 1].removeprefix("####").strip())
        assert body == "\n".join(lines[part.first : part.last]).strip("\n").rstrip()
        covered += range(part.first, part.last + 1)
    assert sorted({*covered, 2}) == list(range(1, len(lines) + 1))


def test_ids_come_from_latin_words_or_are_numbered(file, folder):
    names = [path.stem for _, path in notes.import_(file, folder).written]

    assert names == ["pooling-notes-01", "pooling-notes-02", "what-is-miou-mean-iou", "what-is-miou-mean-iou-2",
                     "pooling-notes-05"]  # fmt: skip


def test_a_draft_can_be_read_at_once_and_is_marked_until_it_is_reviewed(file, folder, tmp_path, capsys):
    notes.import_(file, folder)

    codes = [kb_app.main(["lookup", "池化层有什么用", "--lang", lang]) for lang in ("zh", "en")]

    out = capsys.readouterr().out
    assert codes == [0, 0]
    assert "草稿，未经审阅" in out
    assert "draft, not reviewed" in out
    assert out.count("保留最强的响应") == 2
    assert any("still marked as a draft" in str(one) and one.line == 3 for one in check(folder))


def test_a_draft_takes_no_name_from_a_reviewed_page(folder, tmp_path):
    path = tmp_path / "notes.md"
    path.write_text("#### Hyperplastic polyp\nWhat I noted.\n", encoding="utf-8")

    ((_, written),) = notes.import_(path, folder).written
    names = list(frozen.load(cache=tmp_path / "cache").names())

    assert written.stem == "hyperplastic-polyp-2"
    assert next(found for name, found in names if name == "Hyperplastic polyp") == "hyperplastic-polyp"
    assert ("Hyperplastic polyp", "hyperplastic-polyp-2") in names


def test_importing_again_adds_only_what_is_new_and_changes_nothing(file, folder):
    first = notes.import_(file, folder)
    mended = first.written[0][1]
    mended.write_text(mended.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    file.write_text("#### 新的问题？\n新的回答。\n" + NOTES.removeprefix("some words before\n"), encoding="utf-8")

    second = notes.import_(file, folder)

    assert [part.heading for part, _ in second.written] == ["新的问题？"]
    assert {path for _, path in second.there} >= {path for _, path in first.written[:3]}
    assert mended.read_text(encoding="utf-8").endswith("# mine\n")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"no heading\n### three\n##### five\n", "has no heading of a question"),
        (b"", "has no heading of a question"),
        (b"\x00\x01\x02#### x", "holds no text"),
        (b"\xff\xff\xff", "holds no text"),
        (b"#### big\n" + b"x" * 1_900_000, "notes.md:1: this answer is too long"),
    ],
)
def test_notes_that_cannot_become_entries_are_refused_before_anything_is_written(tmp_path, folder, raw, said):
    (tmp_path / "notes.md").write_bytes(raw)

    with pytest.raises(Problem, match=said):
        notes.import_(tmp_path / "notes.md", folder)
    assert not folder.exists()


def test_notes_in_the_encoding_of_a_chinese_windows_are_read(tmp_path, folder):
    (tmp_path / "notes.md").write_bytes("####池化？\r\n缩小特征图。\r\n".encode("gb18030"))

    ((_, path),) = notes.import_(tmp_path / "notes.md", folder).written

    assert text_of(path) == ("池化？", "缩小特征图。")


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200))
def test_whatever_an_answer_holds_comes_back_as_it_was(tmp_path_factory, answer):
    answer = answer.replace("#", "+").replace("\r", "\n")
    folder = tmp_path_factory.mktemp("notes")
    (folder / "n.md").write_bytes(f'#### q: "it\'s" #1\n{answer}'.encode())

    ((_, path),) = notes.import_(folder / "n.md", folder / "out").written

    assert text_of(path) == ('q: "it\'s" #1', answer.strip("\n").rstrip())


def test_the_command_tells_where_every_part_went(file, folder, capsys):
    codes = [kb_app.main(["import", str(file), "--lang", lang]) for lang in ("en", "zh")]

    out = capsys.readouterr().out
    assert codes == [0, 0]
    assert len(library.files(folder)) == 5
    assert "5 drafts" in out
    assert "what-is-miou-mean-iou" in out
    assert "line 1 stands before the first heading" in out
    assert "0 篇草稿" in out
    assert "已有 5 篇" in out
