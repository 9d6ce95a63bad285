"""A growing file is followed: what is new is read, nothing is lost or doubled, and what was replaced is read anew."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from diagnose.assemble import assemble
from diagnose.follow import Follower
from diagnose.growing_lines import WINDOW
from diagnose.readers import readers
from diagnose.run import Run
from tests.test_assemble import csv, events, line, points

CUTS = 6  # ways to cut each example


def same(found: Run, whole: Run) -> None:
    assert found.name == whole.name
    assert [one.name for one in found.series] == [one.name for one in whole.series]
    for one, other in zip(found.series, whole.series, strict=True):
        np.testing.assert_array_equal(one.steps, other.steps)
        np.testing.assert_array_equal(one.values, other.values)
    assert found.sources == whole.sources
    assert len(found.checkpoints) == len(whole.checkpoints)
    assert found.settings == whole.settings


@pytest.mark.parametrize("window", [60, 200, WINDOW])
@pytest.mark.parametrize("name", readers())
def test_an_example_that_grows_piece_by_piece_reads_as_it_does_at_once(name, window, tmp_path):
    dice = random.Random(f"{name} {window}")
    source, _ = readers()[name].example(tmp_path / "source") if (tmp_path / "source").mkdir() is None else (None, None)
    assert source is not None
    if not source.is_file():
        pytest.skip("a folder, not a file that grows")
    data = source.read_bytes()
    for number in range(CUTS):
        target = tmp_path / f"{number}" / source.relative_to(tmp_path / "source")
        target.parent.mkdir(parents=True)
        follower = Follower([tmp_path / f"{number}"], window)
        for end in [*sorted(dice.sample(range(len(data)), k=min(3 + number, len(data)))), len(data)]:
            target.write_bytes(b"") if not target.exists() else None
            with target.open("ab") as file:
                file.write(data[file.tell() : end])
            found = follower.look()
        whole = assemble([tmp_path / f"{number}"])
        assert len(found.runs) == len(whole)
        for run, other in zip(found.runs, whole, strict=True):
            same(run, other)


def long_log(path: Path, first: int, last: int) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"iter {at}: train_loss: {1 / (at + 1):.6f}, lr: 0.001\n" for at in range(first, last))


@pytest.mark.parametrize("name", ["log.txt", "log.csv", "log.jsonl"])
def test_only_what_is_new_of_a_long_log_is_read(name, tmp_path):
    path = tmp_path / name
    form = {
        "log.txt": "iter {}: train_loss: {:.6f}, lr: 0.001\n",
        "log.csv": "{},{:.6f}\n",
        "log.jsonl": '{{"step": {}, "loss": {:.6f}}}\n',
    }[name]
    path.write_text("step,loss\n" if name == "log.csv" else "", encoding="utf-8")
    follower = Follower([path], window=2000)
    for first in range(0, 6000, 1000):
        with path.open("a", encoding="utf-8") as file:
            file.writelines(form.format(at, 1 / (at + 1)) for at in range(first, first + 1000))
        before = follower.bytes_read
        found = follower.look()
        read = follower.bytes_read - before
        (whole,) = assemble([path])
        same(found.runs[0], whole)
    added = path.stat().st_size // 6
    assert read < 2 * added + 10_000 < path.stat().st_size


def test_nothing_is_read_of_a_file_that_did_not_change(tmp_path):
    csv(tmp_path / "log.csv")
    follower = Follower([tmp_path])
    follower.look()
    before = follower.bytes_read

    assert [run.name for run in follower.look().runs] == ["log.csv"]
    assert follower.bytes_read == before


def test_a_file_that_became_shorter_is_read_anew(tmp_path):
    csv(tmp_path / "log.csv", 500)
    follower = Follower([tmp_path], window=100)
    follower.look()
    csv(tmp_path / "log.csv", 3)

    assert points(follower.look().runs[0])["loss"] == line(range(3))


def test_a_log_written_over_by_a_longer_one_is_read_anew(tmp_path):
    csv(tmp_path / "log.csv", 500)
    follower = Follower([tmp_path], window=100)
    follower.look()
    (tmp_path / "log.csv").write_text("epoch,loss\n" + "".join(f"{at},0.75\n" for at in range(600)), encoding="utf-8")

    assert points(follower.look().runs[0])["loss"] == line(range(600), 0.75)


def test_a_log_that_was_rotated_is_read_anew(tmp_path):
    csv(tmp_path / "log.csv", 500)
    follower = Follower([tmp_path], window=100)
    follower.look()
    (tmp_path / "log.csv").rename(tmp_path / "old.csv")
    csv(tmp_path / "log.csv", 700)

    assert {run.name: len(run.series[0]) for run in follower.look().runs} == {"log.csv": 700, "old.csv": 500}


def test_new_files_are_found_and_lost_ones_forgotten(tmp_path):
    csv(tmp_path / "a.csv")
    follower = Follower([tmp_path])
    follower.look()
    csv(tmp_path / "b.csv")
    (tmp_path / "a.csv").unlink()

    assert [run.name for run in follower.look().runs] == ["b.csv"]


def test_a_restart_appended_while_following_is_a_run_of_its_own(tmp_path):
    csv(tmp_path / "log.csv", 500)
    follower = Follower([tmp_path], window=100)
    follower.look()
    for _ in range(2):
        with (tmp_path / "log.csv").open("a", encoding="utf-8") as file:
            file.writelines(f"{at},0.25\n" for at in range(300))
        found = follower.look()

    for run, whole in zip(found.runs, assemble([tmp_path]), strict=True):
        same(run, whole)


def test_an_event_file_is_read_on_and_a_replaced_one_anew(tmp_path):
    path = events(tmp_path, 1000, {"loss": line(range(50))})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 3])
    follower = Follower([tmp_path])
    follower.look()
    path.write_bytes(whole)

    assert points(follower.look().runs[0])["loss"] == line(range(50))
    assert follower.bytes_read < 1.1 * len(whole) + 100
    events(tmp_path, 1000, {"loss": line(range(70), 0.25)})
    assert points(follower.look().runs[0])["loss"] == line(range(70), 0.25)
