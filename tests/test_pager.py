"""What is longer than the screen goes through the user's pager, and nothing else does."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli import pager, paint
from kb.prose import Line

ROOT = Path(__file__).parent.parent
PAGES = str(ROOT / "tests" / "pages")
MARKED = f"{sys.executable} -c \"import sys; print('PAGED', len(sys.stdin.buffer.readlines()))\""


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


class Screen:
    """A keyboard and a screen that stand in for those of the process while something is shown."""

    def __init__(self):
        self.stdin, self.stdout = Terminal(), Terminal()

    def show(self, shown):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdin", self.stdin)
            patch.setattr(sys, "stdout", self.stdout)
            pager.show(shown)
        return self.stdout.getvalue()


@pytest.fixture
def screen(monkeypatch):
    """A terminal of 10 lines without colour, and no pager the person who runs the tests may have set."""
    for name in ("PAGER", "NO_PAGER", "LESS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm", "NO_COLOR": "1", "LINES": "10", "COLUMNS": "80"}.items():
        monkeypatch.setenv(name, value)
    return Screen()


@pytest.fixture
def paged(monkeypatch):
    """What the pager was started with, instead of starting one."""
    started = []

    class Pager:
        def __init__(self, command, **options):
            self.said = [command, options["env"], b""]
            started.append(self.said)

        def communicate(self, text):
            self.said[2] = text
            raise BrokenPipeError  # left before the end

        def wait(self):
            return 1

    monkeypatch.setattr(subprocess, "Popen", Pager)
    monkeypatch.setattr("shutil.which", lambda name: None if name == "gone" else name)
    return started


def lines(count):
    return [Line("text", f"第 {number} 行") for number in range(count)]


def test_a_long_text_is_paged_by_less_that_keeps_colours_and_screen(screen, paged):
    shown = screen.show(lines(10))

    ((command, told, text),) = paged
    assert command == ["less"]
    assert (told["LESS"], told["LESSCHARSET"]) == ("FRX", "utf-8")
    assert text.decode().splitlines() == [line.text for line in lines(10)]
    assert shown == ""


def test_a_text_that_fits_is_printed(screen, paged):
    assert screen.show(lines(9)).count("\n") == 9
    assert paged == []


def test_the_users_own_pager_and_options_win(screen, paged, monkeypatch):
    monkeypatch.setenv("PAGER", "most -w 'a b'")
    monkeypatch.setenv("LESS", "S")

    screen.show(lines(50))

    assert paged[0][0] == ["most", "-w", "a b"]
    assert paged[0][1]["LESS"] == "S"


@pytest.mark.parametrize(
    "said",
    [{"NO_PAGER": "1"}, {"PAGER": ""}, {"PAGER": "cat"}, {"PAGER": "gone"}, {"PAGER": "less '"}, {"TERM": "dumb"}],
)
def test_who_wants_no_pager_or_has_none_gets_the_text(screen, paged, monkeypatch, said):
    for name, value in said.items():
        monkeypatch.setenv(name, value)

    assert screen.show(lines(50)).count("\n") == 50
    assert paged == []


@pytest.mark.parametrize("stream", ["stdin", "stdout"])
def test_nothing_is_paged_in_a_pipe(screen, paged, stream):
    setattr(screen, stream, io.StringIO())

    assert screen.show(lines(50)).count("\n") == 50
    assert paged == []


def test_a_pager_that_cannot_be_started_costs_no_text(screen, monkeypatch):
    def refuse(*_, **__):
        raise OSError

    monkeypatch.setattr(subprocess, "Popen", refuse)
    monkeypatch.setattr("shutil.which", lambda name: name)

    assert screen.show(lines(50)).count("\n") == 50


@pytest.mark.parametrize("encoding", ["utf-8", "cp936", "ascii"])
def test_the_pager_is_given_the_encoding_of_the_terminal(screen, paged, encoding):
    screen.stdout.encoding = encoding
    paint.make_safe(io.StringIO())

    screen.show([*lines(20), Line("text", "✓")])

    text = paged[0][2].decode(encoding)
    assert text.splitlines()[-1] in ("✓", "√", "v")
    assert ("LESSCHARSET" in paged[0][1]) == (encoding == "utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminal")
def test_a_real_page_on_a_real_terminal_goes_through_a_real_pager():
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 12, 80, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("LINES", "COLUMNS", "NO_PAGER")}
    with subprocess.Popen(
        [sys.executable, "-m", "cli.kb_app", "lookup", "纽扣息肉", "--kb", PAGES],
        cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, env={**environment, "TERM": "xterm", "PAGER": MARKED},
    ):  # fmt: skip
        os.close(theirs)
        read = b""
        try:
            while chunk := os.read(ours, 65536):
                read += chunk
        except OSError:  # Linux says so when the other end is closed
            pass
    os.close(ours)

    assert read.decode().startswith("PAGED ")
    assert int(read.split()[1]) > 12
