"""A person's own entries lie over the built-in ones, and a broken one costs only itself."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli import kb_app
from kb import frozen, library

ROOT = Path(__file__).parent.parent
PAGE = "title: {0}\nsummary: {0}.\naliases: [{1}]\nzh: {{title: 我的{0}, summary: 自己写的}}\n"


def write(folder: Path, name: str, title: str, alias: str = "one of mine") -> Path:
    path = folder / "concepts" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PAGE.format(title, alias), encoding="utf-8")
    return path


@pytest.fixture
def own(monkeypatch, tmp_path):
    """The user's own folder, over the small library as the built-in one."""
    shutil.copytree(ROOT / "tests" / "pages", tmp_path / "built-in")
    monkeypatch.setattr(library, "BUILT_IN", tmp_path / "built-in")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    folder = library.user_folder()
    folder.mkdir(parents=True)
    return folder


def loaded(*folder: Path, cache: Path):
    """The library made anew and the library from what was kept; both must say the same."""
    first, second = (frozen.load(*(folder or (library.BUILT_IN,)), cache) for _ in range(2))
    assert {name: first[name] for name in first} == {name: second[name] for name in second}
    assert list(first.names()) == list(second.names())
    return second


def test_own_entries_stand_beside_the_built_in_ones_and_those_of_a_named_folder_over_both(own, tmp_path):
    write(own, "mine", "Mine")
    write(own, "loss-curve", "My loss curve")
    write(tmp_path / "team", "mine", "Ours")

    without = loaded(cache=tmp_path / "cache")
    within = loaded(tmp_path / "team", cache=tmp_path / "cache")

    assert without["mine"].title == "Mine"
    assert within["mine"].title == "Ours"
    assert within["loss-curve"].title == without["loss-curve"].title == "My loss curve"
    assert within["button-polyp"].title == "Button polyp"
    assert len(within) == len(library.load(library.BUILT_IN)) + 1


def test_a_name_that_two_pages_have_leads_to_the_later_one(own, tmp_path):
    write(own, "mine", "Mine", alias="button polyp")

    names = list(loaded(cache=tmp_path / "cache").names())

    assert next(found for name, found in names if name.casefold() == "button polyp") == "mine"


def test_own_ambiguous_words_replace_the_built_in_ones_word_by_word(own, tmp_path):
    (own / "ambiguous.yaml").write_text("BP:\n  - {en: back-propagation, zh: 反向传播}\n", encoding="utf-8")
    before = library.load(library.BUILT_IN).ambiguous

    words = loaded(cache=tmp_path / "cache").ambiguous

    assert [one.en for one in words["bp"]] == ["back-propagation"]
    assert {word: words[word] for word in before if word != "bp"} == {
        word: before[word] for word in before if word != "bp"
    }


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("concepts/loss-curve.yaml", b"title: X\nsumary: Y\n", "loss-curve.yaml:2:1: unknown field 'sumary'"),
        ("concepts/bad.yaml", b"title: [\n", "bad.yaml:2:1: not valid YAML"),
        ("concepts/bad.yaml", b"\xff\xfe\x00", "bad.yaml:1: not UTF-8 text"),
        ("concepts/bad.yaml", b"", "bad.yaml: the file is empty"),
        ("concepts/bad.yml", b"title: X\n", "bad.yml: an entry's file name ends in .yaml"),
        ("bad.yaml", b"title: X\n", "bad.yaml: lies in no folder of a kind"),
        ("ambiguous.yaml", b"- 1\n", "ambiguous.yaml:1: expected words"),
    ],
)
def test_a_broken_own_file_is_named_and_left_out_while_the_rest_works(own, tmp_path, capsys, name, text, said):
    write(own, "mine", "Mine")
    (own / name).write_bytes(text)

    for _ in range(2):
        code = kb_app.main(["lookup", "Mine", "--lang", "en"])

        out = capsys.readouterr()
        assert code == 0
        assert out.out.startswith("Mine")
        assert said in out.err
        assert "(left out)" in out.err
    pages = loaded(cache=tmp_path / "cache")
    assert pages["loss-curve"].title == library.load(library.BUILT_IN)["loss-curve"].title


def test_two_own_files_with_one_id_are_named(own, tmp_path):
    write(own, "mine", "Mine")
    (own / "polyps").mkdir()
    shutil.copy(own / "concepts" / "mine.yaml", own / "polyps")

    assert ["has the same id" in str(one) for one in loaded(cache=tmp_path / "cache").problems] == [True]


def test_the_answer_to_a_question_knows_own_entries_and_forgets_them_when_they_go(own, capsys):
    path = write(own, "zanzibar-schedule", "Zanzibar schedule", "zanzibar")
    with_it = kb_app.main(["ask", "what is the zanzibar schedule", "--json"]), capsys.readouterr().out
    path.unlink()
    without = kb_app.main(["ask", "what is the zanzibar schedule", "--json"]), capsys.readouterr().out

    assert json.loads(with_it[1])["entry"] == "zanzibar-schedule"
    assert json.loads(without[1])["entry"] is None
    assert (with_it[0], without[0]) == (0, 1)


def test_an_answer_that_was_kept_is_not_given_once_an_own_entry_says_otherwise(tmp_path):
    start = "import sys; from cli.start import main; sys.exit(main())"
    folders = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_DATA_HOME": str(tmp_path / "data")}

    def lookup() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", start, "lookup", "hyperplastic-polyp"],
            cwd=ROOT,
            env={**os.environ, **folders, "TRAINOSCOPE_LANG": "en", "PYTHONUTF8": "1"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    built_in = lookup(), lookup()
    path = write(tmp_path / "data" / "trainoscope" / "entries", "hyperplastic-polyp", "My page")
    own = lookup(), lookup()
    path.write_text("title: [\n", encoding="utf-8")
    broken = lookup(), lookup()

    assert built_in[0].stdout.startswith("Hyperplastic polyp")
    assert [one.stdout[:7] for one in own] == ["My page"] * 2
    assert [one.stdout for one in broken] == [one.stdout for one in built_in]
    assert ["hyperplastic-polyp.yaml:2:1" in one.stderr for one in broken] == [True, True]


def test_what_an_editor_leaves_beside_an_entry_is_none(own, capsys):
    write(own, "mine", "Mine")
    (own / "concepts" / ".#mine.yaml").symlink_to("somebody@host.1234")  # the lock of Emacs leads nowhere
    (own / "concepts" / ".mine.yaml.swp.yaml").write_bytes(b"\0\1")

    assert kb_app.main(["lookup", "mine", "--lang", "en"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("kind", ["link", "loop", "pipe"])
def test_an_own_file_that_is_none_is_named_and_left_out(own, capsys, kind):
    write(own, "mine", "Mine")
    bad = own / "concepts" / "bad.yaml"
    if kind == "pipe":
        os.mkfifo(bad)
    else:
        bad.symlink_to("nowhere" if kind == "link" else "bad.yaml")

    for command in (["lookup", "mine"], ["ask", "mine"], ["list"]):
        assert kb_app.main([*command, "--lang", "zh"]) == 0
        assert capsys.readouterr().err.startswith(f"{bad}: ")


def test_a_folder_of_own_entries_that_cannot_be_opened_is_named(own, monkeypatch):
    write(own, "mine", "Mine")
    scandir = os.scandir

    def closed(path="."):
        if Path(path).name == "concepts" and Path(path).parent == own:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)

    pages = frozen.load()
    assert [str(one) for one in pages.problems] == [f"{own / 'concepts'}: cannot be read (Permission denied)"]
    assert pages.problems[0].what.zh == "无法读取（没有权限）"
