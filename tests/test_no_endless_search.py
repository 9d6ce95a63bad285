"""Texts that could be taken apart in a thousand ways, and folders as deep as a disk allows, are read in one go."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from diagnose.assemble import survey
from diagnose.readers import readers
from diagnose.tables.textfile import on_one_line
from tests.test_fuzz_readers import no_hang

DIGITS = "7" * 200_000


def test_an_object_over_many_lines_that_does_not_end_is_given_up_at_once():
    text = '{"a": 1,\n' + " " * 70 + "0.5,\n" + ("      0.5,\n" * 60) + "]"

    with no_hang():
        assert on_one_line(text) == text


def test_an_object_over_many_lines_is_still_put_on_one():
    assert on_one_line('at {"a": 1,\n   "b": 2,\n\t"c": 3}\nend') == 'at {"a": 1,    "b": 2, \t"c": 3}\n\n\nend'


@pytest.mark.parametrize(
    ("reader", "name", "text"),
    [
        ("settings_file", "args.yaml", f"lr: {DIGITS}x\n"),
        ("csv_log", "log.csv", f"epoch,loss\n1,{DIGITS}x\n2,0.5 ({DIGITS}x\n"),
        ("csv_log", "loss.txt", f"0.5\n0.4\n{DIGITS}x\n"),
        ("csv_log", "gap.csv", f"epoch,loss\n1,0.5{' ' * 100_000}x\n2,0.4\n"),
        ("csv_log", "blanks.csv", f"epoch,a{' ' * 200_000}b,loss\n1,2,0.5\n2,3,0.4\n"),
        ("jsonl_log", "blanks.json", f'[{{"epoch": 1, "a{" " * 200_000}b": 1}}, {{"epoch": 2, "loss": 0.5}}]'),
    ],
)
def test_digits_and_blanks_without_end_are_passed_in_one_go(tmp_path, reader, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")

    with no_hang():
        assert readers()[reader].read(path)


@pytest.mark.parametrize("inner", ["train", "checkpoints", "run_1"])
def test_folders_that_serve_each_other_hundreds_of_levels_deep_are_walked(tmp_path, inner):
    (tmp_path / "log.csv").write_text("epoch,loss\n1,0.5\n2,0.4\n", encoding="utf-8")
    at = os.open(tmp_path, os.O_RDONLY)
    for _ in range(600):  # a call for each would be too many
        os.mkdir(inner, dir_fd=at)
        os.close(os.open("events.out.tfevents.1", os.O_CREAT | os.O_WRONLY, dir_fd=at))
        below = os.open(inner, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)

    assert "log.csv" in {Path(source.path).name for run in survey([tmp_path]).runs for source in run.sources}


def said(tmp_path):
    return "\n".join(note.what.en for note in survey([tmp_path]).unread)


def test_a_log_with_a_hole_in_it_is_told_with_the_way_out(tmp_path):
    rows = b"".join(b"%d,0.5\n" % at for at in range(9))
    (tmp_path / "train_log.csv").write_bytes(b"epoch,loss\n" + rows + bytes(4096) + rows)

    assert "tr -d" in said(tmp_path)


@pytest.mark.parametrize(
    "data", [bytes(5000), b"\0\1\2\3" * 900 + bytes(99), b"SQLite" + bytes(99) + b"\1\0\2\0\3" * 99]
)
def test_a_binary_file_is_none(tmp_path, data):
    (tmp_path / "train_log.bin").write_bytes(data)

    assert said(tmp_path) == ""


def test_a_file_that_takes_more_memory_than_there_is_is_told_as_such(tmp_path, monkeypatch):
    (tmp_path / "log.csv").write_text("epoch,loss\n1,0.5\n2,0.4\n", encoding="utf-8")

    def full(_):
        raise MemoryError

    monkeypatch.setattr(readers()["csv_log"], "read", full)

    assert "more memory than there is" in said(tmp_path)


def test_settings_cut_off_before_the_first_value_are_told_to_be_none(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("epochs:\n  desc: ''\n  sort: 0\n", encoding="utf-8")

    (trace,) = readers()["settings_file"].read(path)

    assert "no settings in it" in [note.what.en for note in trace.notes]


def test_a_file_that_is_cut_or_gone_while_it_is_read_costs_no_other(tmp_path, monkeypatch):
    rows = "epoch,loss\n" + "".join(f"{at},0.5\n" for at in range(40_000))
    for name in ("a.csv", "b.csv", "c.csv"):
        (tmp_path / name).write_text(rows, encoding="utf-8")

    def harmed(_):
        (tmp_path / "a.csv").write_text("epoch,loss\n1,0.5\n", encoding="utf-8")
        (tmp_path / "c.csv").unlink(missing_ok=True)
        return []

    monkeypatch.setattr("diagnose.files.ranks_in", harmed)

    found = survey([tmp_path])

    assert "b.csv" in {Path(source.path).name for run in found.runs for source in run.sources}
    assert "our bug" not in str(found.unread)
