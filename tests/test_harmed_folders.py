"""Folders as they lie on disks: files that come and go, doors that are shut, what is no file, and odd names."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from cli.diagnose_app import main
from diagnose.assemble import Survey, survey
from diagnose.files import read_units


def test_a_file_that_goes_away_or_grows_while_a_folder_is_read_costs_no_other(tmp_path):
    for name in ("a.csv", "b.csv", "c.csv"):
        (tmp_path / name).write_text(
            "epoch,loss\n" + "".join(f"{epoch},{ord(name[0]) / epoch}\n" for epoch in range(1, 9))
        )

    def walked_then_changed(units):
        for unit in list(units):
            (tmp_path / "a.csv").unlink(missing_ok=True)
            (tmp_path / "b.csv").write_bytes((tmp_path / "b.csv").read_bytes() + b"9,")
            (tmp_path / "new.csv").write_text("epoch,loss\n1,0.5\n")
            yield from read_units([unit])

    going = Survey([tmp_path], walked_then_changed)
    runs = list(going.runs())

    assert [(Path(one.path).name, len(one.series[0])) for one in runs] == [("b.csv", 8), ("c.csv", 8)]
    assert any(note.path.endswith("a.csv") and "cannot be read" in note.what.en for note in going.unread)


@pytest.mark.parametrize("odd", [b"two\nlines.csv", b"\x1b[31mred.csv", b"\xff\xfe\x80.csv", "日志 .csv".encode()])
def test_a_file_of_any_name_is_read_and_can_be_told_of(odd, tmp_path, capfd):
    path = tmp_path / os.fsdecode(odd)
    path.write_text("epoch,loss\n" + "".join(f"{epoch},{1 / epoch}\n" for epoch in range(1, 9)))

    for command in (["series"], ["run"], ["run", "--format", "json"]):
        status = main([*command, str(path)])

        assert status in (0, 1)
        assert "\x1b[31m" not in capfd.readouterr().out


def test_a_folder_without_permission_gets_a_note_and_its_neighbours_are_read(tmp_path, monkeypatch):
    for name in ("open", "shut"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "log.csv").write_text("epoch,loss\n1,0.5\n2,0.25\n3,0.125\n")
    scandir = os.scandir

    def refuse(path):
        if Path(path).name == "shut":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = survey([tmp_path])

    assert [len(run.series[0]) for run in found.runs] == [3]
    assert [(Path(note.path).name, note.what.en) for note in found.unread] == [
        ("shut", "cannot be read: Permission denied")
    ]


def test_a_socket_in_the_folder_is_passed_by(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log.csv").write_text("epoch,loss\n1,0.5\n2,0.25\n3,0.125\n")
    with socket.socket(socket.AF_UNIX) as door:
        door.bind("events.out.tfevents.1")
        found = survey([tmp_path])

    assert len(found.runs) == 1
    assert ["not a regular file" in note.what.en for note in found.unread] == [True]
