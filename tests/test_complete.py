"""How the shell completes what is typed after ``kb``: names of both languages, without loading the command."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli import complete

ROOT = Path(__file__).parent.parent
NAMES = [
    ("gate-stuck-at-zero", "gate-stuck-at-zero"),
    ("gate stuck at zero", "gate-stuck-at-zero"),
    ("Gate still closed", "gate-unchanged"),
    ("无蒂息肉", "sessile"),
    ("sessile", "sessile"),
    ("Dice: `x`; $(rm -rf ~) 'a' \"b\"", "evil"),
    ("Dice|x", "evil"),
]


@pytest.fixture
def asked(monkeypatch):
    monkeypatch.setattr("kb.printed.names", lambda: NAMES)

    def bash(*words):
        said = complete.answer(
            {"_KB_COMPLETE": "complete_bash", "COMP_WORDS": "\n".join(("kb", *words)), "COMP_CWORD": str(len(words))}
        )
        return said and said[0].split("\n")

    return bash


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["lookup", ""], ["gate-stuck-at-zero", "sessile"]),
        (["lookup", "gate-"], ["gate-stuck-at-zero"]),
        (["lookup", "gate s"], ["gate stuck at zero", "gate still closed"]),
        (["lookup", "gate", "st"], ["stuck at zero", "still closed"]),
        (["lookup", "gate", "stuck", "at", ""], ["zero"]),
        (["lookup", "GATE", "ST"], ["STuck at zero", "STill closed"]),
        (["lookup", '"gate st'], ["gate stuck at zero", "gate still closed"]),
        (["lookup", "无"], ["无蒂息肉"]),
        (["lookup", "nothing"], [""]),
        (["verify", "sessile", "gate"], ["gate-stuck-at-zero"]),
    ],
)
def test_a_name_goes_on_from_what_is_typed_over_all_its_words(asked, words, found):
    assert asked(*words) == found


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (["sessile", "sessil", "sessile polyp", "sessile polyps"], ["sessile", "sessile polyp"]),
        (["serrated lesion", "serated lesion", "serrated leson", "serrated lesiom"], ["serrated lesion"]),
        (["SSL", "SSLD", "SSA"], ["SSL", "SSLD", "SSA"]),
        (["腺瘤检出率", "腺瘤漏诊率"], ["腺瘤检出率", "腺瘤漏诊率"]),
        (["Dice loss", "Dice score"], ["Dice loss", "Dice score"]),
    ],
)
def test_a_name_that_is_an_earlier_one_but_for_a_letter_is_not_offered(names, kept):
    assert [name for name, _ in complete.without_slips((name, "page") for name in names)] == kept


def test_names_of_two_pages_that_differ_by_a_letter_are_both_offered():
    names = [("cross entropy", "a"), ("cross-entropy", "b")]
    assert complete.without_slips(names) == names


@pytest.mark.parametrize("typed", ["Dice", "D", "Dice:"])
def test_a_name_that_a_shell_could_take_for_a_command_is_never_offered(asked, typed):
    assert asked("lookup", typed) == [""]


@pytest.mark.parametrize(
    "words",
    [[], ["lo"], ["lookup"], ["lookup", "--"], ["lookup", "--lang", ""], ["list", ""], ["check", "x"], ["ask", "w"]],
)
def test_everything_else_is_left_to_the_command(asked, words):
    assert asked(*words) is None


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"_KB_COMPLETE": ""},
        {"_KB_COMPLETE": "complete_powershell", "_TYPER_COMPLETE_ARGS": "kb lookup x"},
        {"_KB_COMPLETE": "complete_bash"},
        {"_KB_COMPLETE": "complete_bash", "COMP_WORDS": "kb\nlookup\nx", "COMP_CWORD": "many"},
        {"_KB_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": ""},
    ],
)
def test_a_question_that_is_none_is_left_to_the_command_too(environ):
    assert complete.answer(environ) is None


def test_zsh_and_fish_are_told_which_page_a_name_leads_to(asked):
    given = {"_TYPER_COMPLETE_ARGS": "kb lookup gate st"}

    zsh = complete.answer({"_KB_COMPLETE": "complete_zsh", **given})
    fish = complete.answer({"_KB_COMPLETE": "complete_fish", **given})
    whether = complete.answer({"_KB_COMPLETE": "complete_fish", "_TYPER_COMPLETE_FISH_ACTION": "is-args", **given})

    assert zsh == (
        '_arguments \'*: :(("stuck at zero":"gate-stuck-at-zero"\n"still closed":"gate-unchanged"))\'', 0
    )  # fmt: skip
    assert fish == ("stuck at zero\tgate-stuck-at-zero\nstill closed\tgate-unchanged", 0)
    assert whether == ("", 0)


def test_fish_may_offer_files_where_nothing_fits(asked):
    given = {"_TYPER_COMPLETE_ARGS": "kb lookup zz", "_TYPER_COMPLETE_FISH_ACTION": "is-args"}

    assert complete.answer({"_KB_COMPLETE": "complete_fish", **given}) == ("", 1)


def started(code, **environ):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environ},
    )  # fmt: skip


def test_completing_loads_neither_the_command_nor_the_library():
    code = "import sys; from cli.start import _completed; _completed(); print(*sys.modules, file=sys.stderr)"

    done = started(code, _KB_COMPLETE="complete_bash", COMP_WORDS="kb\nlookup\ngate-st", COMP_CWORD="2")

    assert "gate-stuck-at-zero" in done.stdout.split("\n")
    assert not set(done.stderr.split()) & {"typer", "rich", "yaml", "json", "kb.library", "kb.entry", "cli.kb_app"}


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_bash_itself_completes_names_with_the_installed_script(tmp_path):
    program = tmp_path / "kb"
    run = "import sys; sys.argv[0] = 'kb'; from cli.start import main; sys.exit(main())"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c {shlex.quote(run)} "$@"\n')
    program.chmod(0o755)
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    told = {**environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    script = subprocess.run(
        [program, "--show-completion", "bash"], capture_output=True, text=True, check=True, env=told
    )
    words = "COMP_WORDS=(kb lookup gate-stu); COMP_CWORD=2; _kb_completion kb; printf '%s\\n' \"${COMPREPLY[@]}\""

    done = subprocess.run(
        ["bash", "--norc", "-c", f"{script.stdout}\n{words}"], capture_output=True, text=True, check=False, env=environ
    )

    assert (done.stdout, done.stderr) == ("gate-stuck-at-zero\n", "")
