"""`kb` as a program: consoles of every encoding, terminals of every width, pipes that close and disks that are full."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli import kb_app
from tests.shell import PAGES, clean_environment, process


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
