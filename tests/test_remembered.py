"""A look-up that was answered before: the same bytes and exit code, faster, and never an old page."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
START = "import sys; from cli.remembered import main; sys.exit(main())"


@pytest.fixture
def home(tmp_path):
    return tmp_path / "cache"


def run(home: Path, *words: str, code: str = START, **environment: str) -> subprocess.CompletedProcess[bytes]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=ROOT,
        env={**clean, "XDG_CACHE_HOME": str(home), "TRAINOSCOPE_LANG": "en", "PYTHONUTF8": "1", **environment},
        capture_output=True,
        check=False,
    )


def kept(home: Path) -> list[Path]:
    return sorted((home / "trainoscope" / "answers").glob("*"))


@pytest.mark.parametrize(
    "words", [("lookup", "sessile"), ("lookup", "无蒂息肉"), ("lookup", "sesile-polip", "--lang", "zh")]
)
def test_the_second_answer_is_the_first_byte_for_byte(home, words):
    first, second = run(home, *words), run(home, *words)

    assert (first.stdout, first.returncode) == (second.stdout, second.returncode)
    assert first.stdout
    assert len(kept(home)) == 1


def test_the_second_answer_loads_nothing_of_the_command(home):
    run(home, "lookup", "sessile")

    heavy = "('typer', 'rich', 'yaml', 'json', 'typing', 'dataclasses', 'kb.library', 'cli.kb_app')"
    asked = f"print([n for n in {heavy} if n in sys.modules], file=sys.stderr)"
    code = f"import sys; from cli.remembered import main; main(); {asked}"
    second = run(home, "lookup", "sessile", code=code)

    assert second.stdout
    assert second.stderr.decode().strip() == "[]"


def test_an_unknown_word_keeps_its_exit_code(home):
    first, second = run(home, "lookup", "qqqqqq"), run(home, "lookup", "qqqqqq")

    assert first.returncode == second.returncode == 1
    assert first.stdout == second.stdout


def test_what_the_answer_depends_on_makes_another_answer(home):
    english, chinese = run(home, "lookup", "sessile"), run(home, "lookup", "sessile", TRAINOSCOPE_LANG="zh")

    assert english.stdout != chinese.stdout
    assert len(kept(home)) == 2


def test_a_damaged_answer_is_made_anew(home):
    first = run(home, "lookup", "sessile")
    (file,) = kept(home)
    for damage in (b"", b"\xff" * 40, file.read_bytes()[:-1500][:100]):
        file.write_bytes(damage)

        assert run(home, "lookup", "sessile").stdout == first.stdout


def test_a_cache_that_cannot_be_written_costs_no_answer(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")

    found = run(blocked, "lookup", "sessile")

    assert found.returncode == 0
    assert found.stdout


@pytest.mark.parametrize("words", [("lookup",), ("lookup", "--help"), ("lookup", "x", "--json"), ("list",), ()])
def test_every_other_call_goes_to_the_command(home, words):
    run(home, *words)

    assert kept(home) == []


def test_a_narrow_encoding_gets_its_own_answer(home):
    wide = run(home, "lookup", "sessile")
    narrow = [run(home, "lookup", "sessile", PYTHONIOENCODING="cp936", PYTHONUTF8="0") for _ in range(2)]

    assert narrow[0].stdout == narrow[1].stdout != wide.stdout
    assert "无蒂" in narrow[1].stdout.decode("cp936")
