"""Folders as they lie on disks: files that come and go, doors that are shut, what is no file, and odd names."""

from __future__ import annotations

import contextlib
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


class Unnumbered:
    """An entry in the listing of a file system that gives all of them the same number, as many over FUSE do."""

    def __init__(self, entry):
        self._entry = entry

    def __getattr__(self, name):
        return getattr(self._entry, name)

    def inode(self):
        return 0xFFFFFFFF


def test_files_that_a_listing_gives_one_number_are_all_read_and_each_once(tmp_path, monkeypatch):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "log.csv").write_text("epoch,loss\n1,0.5\n2,0.25\n3,0.125\n")
    (tmp_path / "b" / "same.csv").hardlink_to(tmp_path / "a" / "log.csv")
    scandir = os.scandir

    def unnumbered(path):
        with scandir(path) as found:
            return contextlib.nullcontext([Unnumbered(entry) for entry in found])

    monkeypatch.setattr(os, "scandir", unnumbered)

    assert [run.name for run in survey([tmp_path]).runs] == ["a/log.csv", "b/log.csv"]


def test_files_of_two_devices_that_have_one_number_are_both_read(tmp_path, monkeypatch):
    for name, first in (("a.csv", 0.5), ("b.csv", 0.75)):
        (tmp_path / name).write_text(f"epoch,loss\n1,{first}\n2,{first / 3}\n3,{first / 7}\n")
    scandir = os.scandir

    def numbered_alike(path):
        with scandir(path) as found:
            return contextlib.nullcontext([Unnumbered(entry) for entry in found])

    devices = {str(tmp_path / name): {(device, 7)} for device, name in enumerate(("a.csv", "b.csv"))}
    monkeypatch.setattr(os, "scandir", numbered_alike)
    monkeypatch.setattr("diagnose.folder._identity", devices.__getitem__)

    assert [run.name for run in survey([tmp_path]).runs] == ["a.csv", "b.csv"]


def test_the_folder_one_stands_in_is_told_of_without_its_dot(tmp_path, monkeypatch):
    (tmp_path / "exp" / "checkpoints").mkdir(parents=True)
    for place in ("exp/log.csv", "exp/checkpoints/log.csv", "log.csv"):
        (tmp_path / place).write_text("epoch,loss\n1,0.5\n2,0.25\n3,0.125\n")
    (tmp_path / "exp" / "gone").symlink_to(tmp_path / "nowhere")
    monkeypatch.chdir(tmp_path)

    found = survey([Path()])

    told = [source.path for run in found.runs for source in run.sources]
    assert sorted(told) == ["exp/checkpoints/log.csv", "exp/log.csv", "log.csv"]
    assert [note.path for note in found.unread] == ["exp/gone"]


def test_a_socket_in_the_folder_is_passed_by(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log.csv").write_text("epoch,loss\n1,0.5\n2,0.25\n3,0.125\n")
    with socket.socket(socket.AF_UNIX) as door:
        door.bind("events.out.tfevents.1")
        found = survey([tmp_path])

    assert len(found.runs) == 1
    assert ["not a regular file" in note.what.en for note in found.unread] == [True]
