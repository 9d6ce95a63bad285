"""The straight way to a page gives what the command gives, byte for byte, and loads next to nothing."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from cli import kb_app, language, start
from kb import frozen, printed

ROOT = Path(__file__).parent.parent
STRAIGHT = "import sys; from cli.start import main; sys.exit(main())"
COMMAND = "import sys; from cli.kb_app import main; sys.exit(main())"
WORDS = ["sessile", "无蒂息肉", "SSL", "sesile polip", "无带息肉", "dice", "qqqqqq", "非腺瘤", "Batch-Norm", "loss"]


@pytest.fixture(scope="module", autouse=True)
def printed_once(own_cache):
    frozen.open_()


def run(code: str, *words: str, **environment: str) -> tuple[bytes, bytes, int]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    told = {**clean, "TRAINOSCOPE_LANG": "en", "PYTHONUTF8": "1", **environment}
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, env=told, capture_output=True, check=False)
    return done.stdout, done.stderr, done.returncode


class Screen:
    """A terminal, or a pipe, that what is said in this process goes to."""

    def __init__(self, monkeypatch, capsys, *, columns: int = 0) -> None:
        self.capsys = capsys
        if columns:
            monkeypatch.setattr("sys.stdout.isatty", lambda: True)
            monkeypatch.setenv("COLUMNS", str(columns))
            monkeypatch.setenv("TERM", "xterm")

    def shows(self, code: int | None) -> tuple[int | None, str, str]:
        return (code, *self.capsys.readouterr())


@pytest.mark.parametrize("columns", [0, 40, 77, 200])
@pytest.mark.parametrize("lang", ["en", "zh", "auto"])
def test_both_ways_show_the_same(monkeypatch, capsys, columns, lang):
    screen = Screen(monkeypatch, capsys, columns=columns)
    for word in WORDS:
        straight = screen.shows(start._straight(["lookup", word, "--lang", lang]))
        command = screen.shows(kb_app.main(["lookup", word, "--lang", lang]))

        assert straight == command
        assert ("\x1b[" in straight[1]) == bool(columns)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_is_shown_as_the_library_lays_it_out(built_in, lang):
    from kb import answering, search

    pages = printed.kept(printed.layers())
    assert pages is not None
    for at, name in enumerate(list(built_in)[::7]):
        width = (40, 66, 80, 100, 120)[at % 5]
        said = answering.answer(search.lookup(built_in, name), built_in, lang, width)

        assert answering.answer(search.lookup(pages, name), pages, lang, width) == said


@pytest.mark.parametrize(
    "environment",
    [{}, {"PYTHONIOENCODING": "cp936", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}, {"NO_COLOR": "1"}],
    ids=str,
)
def test_the_two_processes_write_the_same_bytes(environment):
    for words in (("sessile",), ("无蒂息肉",), ("sesile", "polip", "--lang=zh"), ("qqqqqq",)):
        straight = run(STRAIGHT, "lookup", *words, **environment)

        assert straight == run(COMMAND, "lookup", *words, **environment)
        assert straight[0]
        assert straight[2] == (1 if words == ("qqqqqq",) else 0)


@pytest.mark.parametrize("environment", [{"TERM": "xterm"}, {"TERM": "xterm", "NO_COLOR": "1"}], ids=str)
def test_the_two_processes_write_the_same_on_a_terminal(environment):
    def on_a_terminal(code: str) -> bytes:
        ours, theirs = pty.openpty()
        told = {name: os.environ[name] for name in ("PATH", "XDG_CACHE_HOME", "XDG_DATA_HOME")} | environment
        told |= {"COLUMNS": "61", "NO_PAGER": "1", "TRAINOSCOPE_LANG": "zh", "PYTHONUTF8": "1"}
        words = [sys.executable, "-c", code, "lookup", "sessile"]
        started = subprocess.Popen(words, cwd=ROOT, env=told, stdout=theirs, stdin=subprocess.DEVNULL)
        os.close(theirs)
        said = b""
        while piece := _read(ours):
            said += piece
        os.close(ours)
        assert started.wait() == 0
        return said

    straight = on_a_terminal(STRAIGHT)

    assert straight == on_a_terminal(COMMAND)
    assert (b"\x1b[" in straight) == (environment == {"TERM": "xterm"})


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other end is closed
        return b""


def test_a_page_loads_nothing_of_the_command():
    heavy = "typer rich yaml json re enum typing dataclasses collections pathlib rapidfuzz kb.library cli.kb_app"
    told = f"print(*[name for name in '{heavy}'.split() if name in sys.modules], file=sys.stderr)"
    before = run(f"import sys; {told}")[1]  # an editable installation loads some of them for every program
    for word in ("sessile", "sesile polip"):
        out, loaded, _ = run(
            f"import sys; from cli import start; start._straight(sys.argv[1:]); {told}", "lookup", word
        )

        assert out
        assert loaded == before


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["lookup"], ["list"], ["lookup", "--help"], ["lookup", "x", "--json"], ["lookup", "x", "--lang", "fr"],
        ["lookup", "x", "--lang"], ["lookup", "-"], ["lookup", "--", "x"], ["lookup", "x", "--code"],
        ["lookup", "ValueError: x"], ["lookup", "x" * 301], ["lookup", ""], ["lookup", "!!!"],
    ],
)  # fmt: skip
def test_everything_but_a_plain_look_up_is_left_to_the_command(arguments, capsys):
    assert start._straight(arguments) is None
    assert capsys.readouterr() == ("", "")


def test_before_anything_is_printed_the_command_answers_and_prints(tmp_path):
    first = run(STRAIGHT, "lookup", "sessile", XDG_CACHE_HOME=str(tmp_path))
    (file,) = (tmp_path / "trainoscope").glob("pages-*")
    file.write_bytes(file.read_bytes()[:-1000])  # and where a page was damaged
    again = run(STRAIGHT, "lookup", "sessile", XDG_CACHE_HOME=str(tmp_path))

    assert first == again
    assert first[0]


def test_a_page_of_ones_own_is_found_the_straight_way_as_soon_as_it_is_written(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    page = tmp_path / "trainoscope" / "entries" / "concepts" / "brass-button.yaml"
    page.parent.mkdir(parents=True)
    page.write_text("title: Brass button\nsummary: Mine.\nzh: {title: 铜扣, summary: 我的。}\n", encoding="utf-8")
    frozen.open_()

    assert start._straight(["lookup", "brass button"]) == 0
    assert "Mine." in capsys.readouterr().out
    page.write_text("title: [\n", encoding="utf-8")
    assert start._straight(["lookup", "sessile"]) is None  # the command prints anew and names what it left out
    frozen.open_()
    assert start._straight(["lookup", "sessile"]) is None


def test_a_closed_pipe_and_a_full_disk_end_as_they_do_for_the_command():
    script = f"exec {sys.executable} -c '{STRAIGHT}' lookup sessile"
    full = subprocess.run(["sh", "-c", f"{script} > /dev/full"], cwd=ROOT, capture_output=True, check=False)
    closed = subprocess.run(["sh", "-c", f"({script}; echo $? >&2) | true"], cwd=ROOT, capture_output=True, check=False)

    assert full.returncode == 2
    assert b"cannot be written" in full.stderr or "无法写出".encode() in full.stderr
    assert b"Traceback" not in closed.stderr


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (["--lang", "zh", "lookup", "x"], ["lookup", "--lang", "zh", "x"]),
        (["--lang=zh", "lookup", "--", "x"], ["lookup", "--lang=zh", "--", "x"]),
        (["--help", "--lang", "zh"], ["--help"]),
        (["--lang", "zh"], []),
        (["--lang"], []),
        (["lookup", "x", "--lang", "zh"], ["lookup", "x", "--lang", "zh"]),
        (["--language", "zh", "lookup"], ["--language", "zh", "lookup"]),
        (["--", "--lang", "zh"], ["--", "--lang", "zh"]),
        ([], []),
    ],
)
def test_a_language_before_the_command_counts_for_the_command(typed, read):
    assert language.behind_command(typed) == read


@pytest.mark.parametrize("arguments", [["--help", "--lang", "zh"], ["--lang", "zh"], ["--lang=zh", "list", "--help"]])
def test_the_help_page_speaks_the_language_asked_for_wherever_it_stands(arguments, capsys, monkeypatch):
    monkeypatch.setenv("TRAINOSCOPE_LANG", "en")

    kb_app.main(arguments)

    assert "用法：kb" in "".join(capsys.readouterr())
