import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli import kb_app, trainoscope_app
from kb.library import FOLDERS

ROOT = Path(__file__).parent.parent
PAGES = str(ROOT / "tests" / "pages")
FOREIGN = {"NO_COLOR", "TRAINOSCOPE_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "PYTHONIOENCODING", "PYTHONUTF8"}


def clean_environment(**more):
    return {name: value for name, value in os.environ.items() if name not in FOREIGN} | {"PYTHONPATH": str(ROOT)} | more


def process(*arguments, encoding="utf-8", **environment):
    """The command as a user's shell starts it."""
    environment.setdefault("PYTHONIOENCODING", encoding)
    return subprocess.run(
        [sys.executable, "-m", "cli.kb_app", *arguments],
        capture_output=True,
        env=clean_environment(**environment),
        encoding=encoding,
        check=False,
        timeout=120,
    )


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


def test_it_runs_as_a_program():
    done = process("lookup", "button polyp", "--kb", PAGES)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Button polyp · 纽扣息肉\n")
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("encoding", ["cp936", "gb18030", "big5", "ascii", "latin-1", "utf-16"])
def test_every_encoding_can_be_written_to(encoding):
    done = process("lookup", "int-of-text", "--lang", "en", "--kb", PAGES, encoding=encoding)

    assert done.returncode == 0
    assert done.stderr.lstrip("\ufeff") == ""
    assert "What you see" in done.stdout


def test_on_a_chinese_console_marks_become_their_nearest():
    done = process("lookup", "int-of-text", "--lang", "zh", "--kb", PAGES, encoding="cp936")

    assert "√ 明确地四舍五入。" in done.stdout
    assert "× 把所有异常都吞掉。" in done.stdout
    assert "→ 先转成浮点数" in done.stdout


def test_on_an_ascii_console_marks_become_ascii():
    done = process("lookup", "int-of-text", "--lang", "en", "--kb", PAGES, encoding="ascii")

    assert "v Round on purpose." in done.stdout
    assert "x Catch everything." in done.stdout
    assert "-> Go through a float" in done.stdout


def test_json_loses_nothing_on_an_ascii_console():
    done = process("lookup", "button polyp", "--json", "--kb", PAGES, encoding="ascii")

    assert json.loads(done.stdout)["matches"][0]["title"]["zh"] == "纽扣息肉"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX arguments are bytes")
@pytest.mark.parametrize("option", [[], ["--json"]])
def test_bytes_that_are_no_text_are_answered(option):
    done = subprocess.run(
        [sys.executable, "-m", "cli.kb_app", "lookup", b"banana\xff\xfe", *option, "--kb", PAGES],
        capture_output=True,
        env=clean_environment(),
        check=False,
    )

    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="shells there close pipes differently")
def test_a_closed_pipe_is_silence():
    command = f"'{sys.executable}' -m cli.kb_app lookup int-of-text --kb '{PAGES}' | true; exit ${{PIPESTATUS[0]}}"

    done = subprocess.run(["bash", "-c", command], capture_output=True, env=clean_environment(), check=False)

    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminal")
@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
@pytest.mark.parametrize("columns", [40, 60, 97, 200])
def test_a_terminal_gets_colour_unless_it_says_no_and_no_character_is_lost(columns, variables, coloured):
    shown = on_a_terminal(columns, {"TERM": "xterm-256color", **variables}, "lookup", "纽扣息肉", "--kb", PAGES)

    plain = process("lookup", "纽扣息肉", "--kb", PAGES).stdout
    bare = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert ("\x1b[" in shown) == coloured
    assert "".join(bare.split()) == "".join(plain.split())


def on_a_terminal(columns, variables, *arguments):
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {
        name: value for name, value in clean_environment(NO_PAGER="1", **variables).items() if name != "COLUMNS"
    }
    with subprocess.Popen(
        [sys.executable, "-m", "cli.kb_app", *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ):
        os.close(theirs)
        read = b""
        while chunk := _read(ours):
            read += chunk
    os.close(ours)
    return read.decode()


def _read(descriptor):
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
def test_a_full_disk_is_told():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cli.kb_app", "list", "--kb", PAGES],
            stdout=full, stderr=subprocess.PIPE, env=clean_environment(), text=True, check=False,
        )  # fmt: skip

    assert done.returncode == 2
    assert done.stderr.startswith("the output cannot be written (")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="shells there cannot close a stream")
def test_a_closed_output_is_nobodys_problem():
    command = f"'{sys.executable}' -m cli.kb_app list --kb '{PAGES}' >&-"

    done = subprocess.run(["bash", "-c", command], capture_output=True, env=clean_environment(), check=False)

    assert (done.returncode, done.stderr) == (0, b"")


def test_the_shell_completes_ids_without_reading_a_page(built_in):
    name = next(iter(built_in))

    done = process(_KB_COMPLETE="complete_bash", COMP_WORDS=f"kb lookup {name[:-1]}", COMP_CWORD="2")

    assert name in done.stdout.split()


@pytest.mark.parametrize(
    "arguments", [["lookup", "evil"], ["lookup", "evil", "--lang", "zh"], ["lookup", "evil", "--json"], ["list"]]
)
def test_escape_sequences_in_a_foreign_page_do_not_reach_the_terminal(capsys, tmp_path, arguments):
    folder = tmp_path / "concepts"
    folder.mkdir()
    (folder / "evil.yaml").write_text(
        'title: "evil\\e[2J\\x9b"\nsummary: "a\\u202eb"\nzh: {title: 恶意, summary: "c\\e]0;x\\a"}\n', encoding="utf-8"
    )

    code = kb_app.main([*arguments, "--kb", str(tmp_path)])

    out = capsys.readouterr().out
    assert code == 0
    assert "evil" in out
    assert out.replace("\n", "").isprintable()


def test_looking_up_imports_nothing_heavy():
    script = (
        "import sys; from cli import kb_app; kb_app.main(['lookup', 'button polyp', '--kb', sys.argv[1]]);"
        "print(*sys.modules, file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, PAGES], capture_output=True, text=True, env=clean_environment(), check=True
    )

    loaded = set(done.stderr.split())
    assert not loaded & {"numpy", "torch", "tensorboard", "rich", "rapidfuzz", "diagnose"}
