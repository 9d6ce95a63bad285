"""Whatever comes in at the door of ``kb`` - nothing, too much, no text, a broken page, no cache - is met in words."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli import kb_app
from kb import places

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "tests" / "pages"
BINARY = bytes(range(256)) * 400
ALONE = (
    "import sys; from pathlib import Path; from kb import library; library.BUILT_IN = Path(sys.argv[1]);"
    "from cli.kb_app import main; sys.exit(main(sys.argv[2:]))"
)
OWN = """title: Zorb
summary: What only this person knows.
zh: {title: 佐布, summary: 只有这个人知道的东西。}
"""


@pytest.fixture
def kb(capsys, monkeypatch, alone):
    """The command in this process with ``given`` on standard input: (exit code, stdout, stderr)."""

    def run(*arguments, given=b""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        code = kb_app.main([*arguments, "--kb", str(PAGES)])
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


@pytest.mark.parametrize(
    ("question", "given", "sentence"),
    [
        ("", b"", "there is no question"),
        (" \n\t ", b"", "there is no question"),
        ("???", b"", "there is no question"),
        ("\x00", b"", "that is not text"),
        ("-", b"", "there is no question"),
        ("-", BINARY, "standard input holds no text"),
        ("-", b"why " * 250_000, "1,000,000 characters are too long for a question"),
        ("x" * 1_000_000, b"", "1,000,000 characters are too long for a question"),
    ],
)
def test_what_is_no_question_is_told_in_one_line_with_a_hint(kb, question, given, sentence):
    code, out, err = kb("ask", question, given=given)

    assert (code, out) == (2, "")
    assert err.startswith(sentence)
    assert len(err.splitlines()) <= 2


@pytest.mark.parametrize(
    "text", ["问" * 5_000, "\u202e\u2066" + "什么是纽扣息肉" + "\u2069", "\ufffd纽扣息肉\ufffd?", "e\u0301" * 700]
)
def test_odd_text_is_answered_or_refused_but_never_breaks(kb, text):
    code, out, err = kb("ask", text)

    assert code in (0, 1, 2)
    assert out or err
    assert "\u202e" not in out + err


def test_a_name_that_is_too_long_says_where_a_whole_message_goes(kb):
    code, _, err = kb("lookup", "-", given=b"z " * 5_000)

    assert code == 2
    assert "kb ask -" in err


def test_a_long_message_that_no_page_explains_is_not_found_in_a_line(kb):
    code, out, _ = kb("lookup", "-", given=b"no such template Error: " + b"z " * 5_000)

    assert code == 1
    assert len(out) < 300


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "bad.yaml:2:1: not valid YAML"), ("zh", "bad.yaml:2:1: YAML 写法有误")]
)
@pytest.mark.parametrize("arguments", [["lookup", "佐布"], ["ask", "什么是佐布"], ["list"]])
def test_a_broken_page_of_the_users_is_named_in_their_language_and_the_good_one_serves(
    kb, monkeypatch, tmp_path, arguments, lang, said
):
    folder = tmp_path / "trainoscope" / "entries" / "concepts"
    folder.mkdir(parents=True)
    (folder / "zorb.yaml").write_text(OWN, encoding="utf-8")
    (folder / "bad.yaml").write_text("title: [\n")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    code, out, err = kb(*arguments, "--lang", lang)

    assert code == 0
    assert "佐布" in out
    assert said in err
    assert "Traceback" not in err


def started(tmp_path, *arguments, cache):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(cache), "TRAINOSCOPE_LANG": "en"}
    return subprocess.Popen(
        [sys.executable, "-c", ALONE, str(tmp_path / "none"), *arguments, "--kb", str(PAGES)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=environment,
    )  # fmt: skip


def test_two_that_make_the_cache_at_once_get_the_same_answer_and_leave_a_good_one(tmp_path):
    both = [started(tmp_path, "ask", "what is a button polyp?", cache=tmp_path / "cache") for _ in range(2)]
    said = [one.communicate(timeout=60) for one in both]
    later = started(tmp_path, "ask", "what is a button polyp?", cache=tmp_path / "cache")

    assert [one.returncode for one in both] == [0, 0]
    assert said[0] == said[1] == later.communicate(timeout=60)
    assert b"invented polyp" in said[0][0]
    assert said[0][1] == b""
    assert [path.name for path in (tmp_path / "cache").rglob("*") if path.name.count(".") > 1] == []


def test_a_cache_folder_that_cannot_be_made_costs_no_answer(tmp_path):
    (tmp_path / "cache").write_text("in the way")

    asked = started(tmp_path, "ask", "what is a button polyp?", cache=tmp_path / "cache")
    out, err = asked.communicate(timeout=60)

    assert (asked.returncode, err) == (0, b"")
    assert b"invented polyp" in out


@pytest.mark.skipif(sys.platform != "linux", reason="XDG variables count on Linux")
@pytest.mark.parametrize("said", ["", " ", "here", "./here"])
def test_a_cache_folder_that_is_not_absolute_is_passed_by(monkeypatch, said):
    monkeypatch.setenv("XDG_CACHE_HOME", said)
    monkeypatch.setenv("HOME", "/home/anna")

    assert places.cache() == "/home/anna/.cache/trainoscope"
