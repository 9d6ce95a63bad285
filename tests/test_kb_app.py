"""The `kb` command: its answers, their languages, its data for programs and its complaints."""

from __future__ import annotations

import json

import pytest

from cli import kb_app, trainoscope_app
from kb.collection import FOLDERS
from tests.shell import FOREIGN, PAGES


@pytest.fixture
def kb(capsys, monkeypatch, alone):
    """The command in this process: (exit code, stdout, stderr)."""
    for name in FOREIGN:
        monkeypatch.delenv(name, raising=False)

    def run(*arguments):
        code = kb_app.main([*arguments, "--kb", PAGES] if arguments[0] in ("lookup", "list", "verify") else arguments)
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


def test_a_page_is_shown_in_the_language_of_the_question(kb):
    english, chinese = kb("lookup", "button", "polyp"), kb("lookup", "纽扣息肉")

    assert english[0] == chinese[0] == 0
    assert "Endoscopic look" in english[1]
    assert "内镜下表现" in chinese[1]


def test_the_language_asked_for_wins(kb):
    assert "内镜下表现" in kb("lookup", "button polyp", "--lang", "zh")[1]
    assert "Endoscopic look" in kb("lookup", "纽扣息肉", "--lang=en")[1]


@pytest.mark.parametrize(
    ("variables", "heading"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "内镜下表现"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "Endoscopic look"),
        ({"LANG": "en_US.UTF-8", "TRAINOSCOPE_LANG": "zh"}, "内镜下表现"),
        ({"LC_MESSAGES": "zh_TW.UTF-8", "LANG": "de_DE.UTF-8"}, "内镜下表现"),
        ({"LANG": "C"}, "Endoscopic look"),
    ],
)
def test_else_the_environment_decides(kb, monkeypatch, variables, heading):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert heading in kb("lookup", "button-polyp")[1]


def test_json_holds_the_whole_page_in_both_languages(kb):
    code, out, _ = kb("lookup", "button polyp", "--json")

    data = json.loads(out)
    assert code == 0
    assert data["query"] == "button polyp"
    assert data["matches"] == [
        {"id": "button-polyp", "kind": "polyp", "score": 1.0, "title": {"en": "Button polyp", "zh": "纽扣息肉"}}
    ]
    assert data["entry"]["zh"]["risk"] == "没有风险，因为它是虚构的。"
    assert data["entry"]["claims"]["two-holes"]["standing"] == "cited"
    assert "medical advice" in data["entry"]["notice"]["en"]


def test_json_of_a_symptom_writes_with_as_the_file_does(kb):
    data = json.loads(kb("lookup", "loss-flat", "--json")[1])

    assert data["entry"]["check"]["with"] == {"window": 50.0, "least_gain": 0.01}


def test_json_without_an_answer_has_no_entry_and_exits_with_1(kb):
    code, out, _ = kb("lookup", "button", "--json")

    data = json.loads(out)
    assert code == 1
    assert data["entry"] is None
    assert [match["id"] for match in data["matches"]] == ["button-polyp"]


def test_a_choice_is_an_answer(kb):
    code, out, _ = kb("lookup", "BP")

    assert code == 0
    assert "kb lookup button-polyp" in out
    assert kb("lookup", "nothing")[0] == 1


def test_only_the_right_code_is_printed(kb):
    code, out, _ = kb("lookup", "int-of-text", "--code")

    assert code == 0
    assert out == 'steps = round(float("3.5"))\nassert steps == 4\n\nassert int(float("3.5")) == 3\n'


def test_a_choice_or_an_unknown_word_has_no_code(kb):
    code, out, _ = kb("lookup", "BP", "--code")

    assert code == 1
    assert "kb lookup button-polyp" in out
    assert kb("lookup", "nothing", "--code")[0] == 1


@pytest.mark.parametrize(
    ("value", "lang", "said"),
    [
        ("no", "en", "--limit takes a number, not 'no'"),
        ("no", "zh", "--limit 后面应是一个数，而不是 'no'"),
        ("0", "en", "--limit is at least 1, not 0"),
        ("0", "zh", "--limit 至少是 1，不能是 0"),
    ],
)
def test_an_option_that_takes_a_number_says_so_in_plain_words(kb, value, lang, said):
    code, _, err = kb("mcp", "--limit", value, "--lang", lang)

    assert code == 2
    assert said in err
    assert "valid float" not in err


def test_a_page_without_code_says_so(kb):
    code, out, err = kb("lookup", "button-polyp", "--code")

    assert (code, out) == (2, "")
    assert "button-polyp has no code" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["lookup", ""], "there is no word to look up"),
        (["lookup", "\x1b[2J"], "there is no word to look up"),
        (["lookup", "x" * 1_000_000], "1,000,000 characters are too long for a name"),
        (["lookup"], "TERM... is missing"),
        (["lookup", "x", "--lang", "fr"], "--lang cannot be 'fr'; it is one of 'auto', 'en', 'zh'"),
        (["lookup", "x", "--jsn"], "no such option: --jsn"),
        (["list", "--kind", "polip"], "--kind cannot be 'polip'"),
        (["lokup", "x"], "no such command: lokup\n  hint: did you mean lookup?"),
        (["check", "/no/such/place"], "/no/such/place: no such file or folder"),
        (["verify", "buton-polyp"], "no entry called 'buton-polyp'\n  hint: did you mean 'button-polyp'?"),
    ],
)
def test_a_mistake_is_one_line_with_a_hint_and_exits_with_2(kb, arguments, sentence):
    code, out, err = kb(*arguments)

    assert (code, out) == (2, "")
    assert sentence in err
    assert len(err.splitlines()) <= 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["lookup", "--lang", "zh"], "缺少参数 TERM..."),
        (["lookup", "息肉", "--bogus"], "没有选项 --bogus"),
        (["lookup", "", "--lang", "zh"], "没有可查的词"),
    ],
)
def test_mistakes_are_told_in_the_users_language(kb, arguments, sentence):
    code, _, err = kb(*arguments)

    assert code == 2
    assert sentence in err


def test_a_folder_that_is_none_or_holds_nothing_is_said_so(capsys, tmp_path):
    assert kb_app.main(["list", "--kb", str(tmp_path / "gone")]) == 2
    assert kb_app.main(["list", "--kb", str(tmp_path)]) == 2

    err = capsys.readouterr().err
    assert "no such folder" in err
    assert "holds no entries" in err


def test_a_bug_stays_a_traceback(kb, monkeypatch):
    monkeypatch.setattr("kb.search.lookup", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        kb("lookup", "x")


def test_an_interruption_exits_with_2_and_without_a_traceback(kb, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("kb.search.lookup", interrupt)

    code, out, err = kb("lookup", "x")
    assert (code, out, err) == (2, "", "interrupted\n")


@pytest.mark.parametrize("kind", FOLDERS.values())
def test_list_shows_the_ids_of_a_kind(kb, small, kind):
    code, out, _ = kb("list", "--kind", kind)

    assert code == 0
    for entry in small.values():
        assert (entry.id in out) == (entry.kind == kind)


def test_list_as_data(kb, small):
    data = json.loads(kb("list", "--json")[1])

    assert [entry["id"] for entry in data["entries"]] == list(small)
    assert all(entry["title"]["zh"] for entry in data["entries"])


def test_check_says_what_to_mend(kb, tmp_path):
    good, bad = kb("check", f"{PAGES}/concepts"), tmp_path / "concepts" / "x.yaml"
    bad.parent.mkdir()
    bad.write_text("title: X\nsumary: Y\n")

    code, out, _ = kb("check", str(tmp_path))

    assert good[0] == 0
    assert "nothing to mend" in good[1]
    assert code == 1
    assert "x.yaml:2:1: unknown field 'sumary'\n  hint: did you mean 'summary'?" in out


def test_verify_runs_foreign_code_only_when_trusted(kb):
    untrusted, trusted = kb("verify"), kb("verify", "--trust", "int-of-text", "--json")

    assert untrusted[0] == 2
    assert "--trust" in untrusted[1]
    assert trusted[0] == 0
    assert json.loads(trusted[1])["summary"] == {"held": 4, "failed": 0, "unchecked": 0}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("command", [[], ["lookup"], ["list"], ["check"], ["verify"]])
def test_help_is_in_the_users_language_and_fits(monkeypatch, capsys, golden, command, lang):
    monkeypatch.setenv("TRAINOSCOPE_LANG", lang)

    code = kb_app.main([*command, "--help"])

    out = capsys.readouterr().out
    assert code == 0
    golden(f"help-{'-'.join(['kb', *command])}.{lang}.txt", out)


def test_the_umbrella_hands_on_arguments_and_exit_code(capsys):
    assert trainoscope_app.main(["kb", "lookup", "--kb", PAGES, "button polyp", "--lang", "en"]) == 0
    assert "Button polyp" in capsys.readouterr().out
    assert trainoscope_app.main(["kb", "lookup", "--kb", PAGES, "--", "-banana"]) == 1
    assert trainoscope_app.main(["kb", "lokup"]) == 2
    assert trainoscope_app.main(["nonsense"]) == 2
    assert trainoscope_app.main(["--version"]) == 0
