"""The README's sessions are what the commands really print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from cli.trainoscope_app import main

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
SESSION = re.compile(r"<!-- session: (.+?) -->\n```console\n\$ (.+?)\n(.*?)```\n", re.DOTALL)
COMMANDS = re.findall(r"^\$ ((?:kb|diagnose) .+?)(?:  +#.*)?$", README.read_text(encoding="utf-8"), re.MULTILINE)


def sessions() -> list[str]:
    return [match[1] for match in SESSION.finditer(README.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("command", sessions())
def test_a_session_of_the_readme_shows_what_the_command_prints(command, capsys, monkeypatch, request):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("TRAINOSCOPE_LANG", "en")

    words, _, head = command.partition(" | head -")
    main(shlex.split(words))

    printed = "".join(capsys.readouterr().out.splitlines(keepends=True)[: int(head or 0) or None])
    text = README.read_text(encoding="utf-8")
    shown = next(match for match in SESSION.finditer(text) if match[1] == command)
    if request.config.getoption("--update-golden"):
        README.write_text(
            text.replace(shown[0], f"<!-- session: {command} -->\n```console\n$ {command}\n{printed}```\n"),
            encoding="utf-8",
        )
    else:
        assert (shown[2], shown[3]) == (command, printed)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_the_readme_names_exists_with_the_options_it_shows(command, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))  # --install-completion writes there
    words = shlex.split(command)

    code = main([*words[:2], "--help"])

    shown = capsys.readouterr().out
    assert code == 0
    assert [word for word in words if word.startswith("--") and word not in shown] == []


def test_the_readme_names_every_room_of_the_house():
    text = README.read_text(encoding="utf-8")

    assert all(f"`{room}/`" in text for room in ("kb", "diagnose", "cli", "tests", "benchmarks"))
