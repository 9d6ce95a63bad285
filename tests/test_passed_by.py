"""What holds no log is passed by but not unsaid: strangers, empty folders, links in a circle, pipes, broken readers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from diagnose.assemble import assemble, survey
from kb.problem import Problem
from tests.test_assemble import csv


def test_what_holds_no_log_is_listed_with_the_reason(tmp_path):
    (tmp_path / "empty.csv").touch()
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")

    found = survey([tmp_path])

    assert found.runs == ()
    assert [(Path(note.path).name, note.what.en) for note in found.unread] == [("empty.csv", "the file is empty")]
    assert found.strangers == 1


def test_a_stranger_named_directly_is_named_in_turn(tmp_path):
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")

    found = survey([tmp_path / "picture.png"])

    assert [note.what.en for note in found.unread] == ["no reader knows this kind of file"]


def test_an_empty_folder_holds_no_run_and_is_no_problem(tmp_path):
    assert assemble([tmp_path]) == []


def test_a_path_that_is_not_there_is_a_problem_with_the_nearest_name(tmp_path):
    csv(tmp_path / "results.csv")

    with pytest.raises(Problem) as caught:
        assemble([tmp_path / "result.csv"])

    assert "did you mean 'results.csv'?" in caught.value.of("en")
    assert "results.csv" in caught.value.of("zh")


def test_hidden_folders_and_environments_are_passed_by(tmp_path):
    for folder in (".git", ".venv", "__pycache__", "env"):
        csv(tmp_path / folder / "log.csv")
    (tmp_path / "env" / "pyvenv.cfg").touch()
    csv(tmp_path / "runs" / "log.csv")

    assert [run.name for run in assemble([tmp_path])] == ["runs/log.csv"]


def test_links_that_lead_in_a_circle_end(tmp_path):
    csv(tmp_path / "a" / "log.csv")
    (tmp_path / "a" / "back").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / "self").symlink_to("self")

    found = survey([tmp_path])

    assert [run.name for run in found.runs] == ["a/log.csv"]
    assert len(found.unread) == 2


def test_pipes_are_not_opened(tmp_path):
    os.mkfifo(tmp_path / "log.csv")

    found = survey([tmp_path])

    assert "not a regular file" in found.unread[0].what.en


def test_a_reader_that_breaks_costs_one_file_only(tmp_path, monkeypatch):
    csv(tmp_path / "a.csv")
    (tmp_path / "b.json").write_text('{"epoch": 1, "loss": 2}\n{"epoch": 2, "loss": 1}\n', encoding="utf-8")
    monkeypatch.setattr("diagnose.readers.jsonl_log.read", lambda path: 1 / 0)

    found = survey([tmp_path])

    assert [run.name for run in found.runs] == ["a.csv"]
    assert "which is our bug: ZeroDivisionError" in found.unread[0].what.en
