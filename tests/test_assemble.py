"""From paths to runs: what belongs together is together, what does not is apart, and nothing is passed by unsaid."""

from __future__ import annotations

import json
import os
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from diagnose.assemble import assemble, survey
from diagnose.attach import attached
from diagnose.events import crc32c
from diagnose.run import Checkpoint, Run, Series, Source, Trace
from diagnose.stitch import stitched
from diagnose.tidy import tidied
from kb.problem import Problem

Points = list[tuple[int, float]]


def series(name: str, points: Points, source: str = "log") -> Series:
    steps, values = zip(*points, strict=True) if points else ((), ())
    return Series(name, np.array(steps, np.int64), np.array(values, np.float64), source=source)


def points(run: Run) -> dict[str, Points]:
    return {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in run.series}


def said(run: Run) -> str:
    return "\n".join(note.what.en for note in run.notes)


def csv(path: Path, epochs: int = 3) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("epoch,loss\n" + "".join(f"{at},0.5\n" for at in range(epochs)), encoding="utf-8")


def varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def events(folder: Path, begun: int, tags: dict[str, Points]) -> Path:
    """An event file begun at second ``begun``."""
    folder.mkdir(parents=True, exist_ok=True)
    data = b""
    for tag, cells in tags.items():
        for step, number in cells:
            value = b"\x0a" + varint(len(tag)) + tag.encode() + b"\x15" + struct.pack("<f", number)
            summary = b"\x0a" + varint(len(value)) + value
            event = (
                struct.pack("<Bd", 0x09, begun + step)
                + b"\x10"
                + varint(step)
                + b"\x2a"
                + varint(len(summary))
                + summary
            )
            length = struct.pack("<Q", len(event))
            data += length + struct.pack("<I", crc32c.mask(crc32c.crc(length)))
            data += event + struct.pack("<I", crc32c.mask(crc32c.crc(event)))
    path = folder / f"events.out.tfevents.{begun}.host.1.0"
    path.write_bytes(data)
    return path


def line(steps: range, value: float = 0.5) -> Points:
    return [(step, value) for step in steps]


def test_every_log_file_is_a_run_named_after_its_path(tmp_path):
    csv(tmp_path / "b" / "results.csv")
    csv(tmp_path / "a" / "log.csv")

    runs = assemble([tmp_path])

    assert [run.name for run in runs] == ["a/log.csv", "b/results.csv"]
    assert runs[0].sources == (Source(str(tmp_path / "a" / "log.csv"), "csv", 1, 3),)
    assert runs[0].path == tmp_path / "a" / "log.csv"


def test_a_file_named_directly_is_called_by_its_name(tmp_path):
    csv(tmp_path / "log.csv")

    assert [run.name for run in assemble([tmp_path / "log.csv"])] == ["log.csv"]


def test_runs_of_several_folders_that_share_a_name_are_called_by_their_path(tmp_path):
    csv(tmp_path / "a" / "log.csv")
    csv(tmp_path / "b" / "log.csv")

    names = [run.name for run in assemble([tmp_path / "a", tmp_path / "b"])]

    assert names == [(tmp_path / "a" / "log.csv").as_posix(), (tmp_path / "b" / "log.csv").as_posix()]


def test_a_path_given_twice_is_read_once(tmp_path):
    csv(tmp_path / "log.csv")

    assert len(assemble([tmp_path, tmp_path / "log.csv", tmp_path])) == 1


def test_segments_of_an_appended_log_are_numbered_runs(tmp_path):
    (tmp_path / "log.csv").write_text("epoch,loss\n1,3\n2,2\n3,1\n1,3\n2,2\n", encoding="utf-8")

    runs = assemble([tmp_path])

    assert [run.name for run in runs] == ["log.csv#1", "log.csv#2"]
    assert points(runs[1]) == {"loss": [(1, 3), (2, 2)]}


def test_a_log_resumed_in_the_same_file_is_one_run(tmp_path):
    rows = [f"{at},{value}\n" for at, value in [(0, 9), (1, 8), (2, 7), (3, 6), (2, 5), (3, 4), (4, 3)]]
    (tmp_path / "log.csv").write_text("epoch,loss\n" + "".join(rows), encoding="utf-8")

    (run,) = assemble([tmp_path])

    assert points(run) == {"loss": [(0, 9), (1, 8), (2, 5), (3, 4), (4, 3)]}
    assert run.sources[0].points == 7
    assert "resumed at step 2; 2 earlier points replaced" in said(run)


def test_event_files_of_a_folder_are_one_run_in_order_of_time(tmp_path):
    events(tmp_path / "exp", 2000, {"loss": line(range(450, 600), 2)})
    events(tmp_path / "exp", 1000, {"loss": line(range(498), 1)})

    (run,) = assemble([tmp_path])

    assert run.name == "exp"
    assert points(run)["loss"] == line(range(450), 1) + line(range(450, 600), 2)
    assert said(run) == "resumed at step 450; 48 earlier points replaced"
    assert [source.points for source in run.sources] == [498, 150]


def test_each_series_of_a_resumed_run_is_joined_at_its_own_step(tmp_path):
    events(tmp_path, 1000, {"loss": line(range(0, 100, 10), 1), "dice": line(range(5), 1), "old": line(range(3), 1)})
    events(tmp_path, 2000, {"loss": line(range(80, 120, 10), 2), "dice": line(range(4, 7), 2)})

    (run,) = assemble([tmp_path])

    assert points(run)["loss"] == line(range(0, 80, 10), 1) + line(range(80, 120, 10), 2)
    assert points(run)["dice"] == line(range(4), 1) + line(range(4, 7), 2)
    assert points(run)["old"] == line(range(3), 1)


def test_an_event_file_with_other_tags_belongs_to_the_same_run(tmp_path):
    events(tmp_path, 1000, {"train/loss": line(range(10))})
    events(tmp_path, 2000, {"eval/loss": [(0, 0.25), (9, 0.125)]})

    (run,) = assemble([tmp_path])

    assert set(points(run)) == {"train/loss", "eval/loss"}
    assert said(run) == ""


def test_a_second_start_that_got_further_replaces_the_first(tmp_path):
    events(tmp_path, 1000, {"loss": line(range(3), 1)})
    events(tmp_path, 2000, {"loss": line(range(9), 2)})

    (run,) = assemble([tmp_path])

    assert points(run)["loss"] == line(range(9), 2)
    assert "starts again at step 0 and gets further; 3 earlier points replaced" in said(run)


def test_a_second_start_that_stopped_early_does_not_hide_the_first(tmp_path):
    events(tmp_path / "exp", 1000, {"loss": line(range(9), 1)})
    events(tmp_path / "exp", 2000, {"loss": line(range(3), 2)})

    runs = assemble([tmp_path])

    assert [run.name for run in runs] == ["exp#1", "exp#2"]
    assert [len(points(run)["loss"]) for run in runs] == [9, 3]


def test_curves_of_add_scalars_fold_into_their_run(tmp_path):
    events(tmp_path / "exp", 1000, {"lr": line(range(3))})
    for curve in ("train", "val loss"):
        events(tmp_path / "exp" / f"Loss_all losses_{curve}", 1000, {"Loss/all losses": line(range(3))})

    (run,) = assemble([tmp_path])

    assert list(points(run)) == ["lr", "Loss/all losses/train", "Loss/all losses/val loss"]


def test_a_folder_that_only_looks_like_a_curve_is_a_run_of_its_own(tmp_path):
    events(tmp_path / "exp", 1000, {"lr": line(range(3))})
    events(tmp_path / "exp" / "loss_a", 1000, {"loss": line(range(3)), "dice": line(range(3))})
    events(tmp_path / "exp" / "other", 1000, {"loss": line(range(3))})

    assert [run.name for run in assemble([tmp_path])] == ["exp", "exp/loss_a", "exp/other"]


def test_train_and_validation_folders_of_keras_are_one_run(tmp_path):
    events(tmp_path / "exp" / "train", 1000, {"epoch_loss": line(range(3))})
    events(tmp_path / "exp" / "validation", 1001, {"epoch_loss": line(range(3)), "validation/x": line(range(3))})

    (run,) = assemble([tmp_path])

    assert run.name == "exp"
    assert list(points(run)) == ["train/epoch_loss", "validation/epoch_loss", "validation/x"]


def test_a_train_folder_named_directly_stays_what_it_is(tmp_path):
    events(tmp_path / "train", 1000, {"epoch_loss": line(range(3))})

    (run,) = assemble([tmp_path / "train"])

    assert (run.name, list(points(run))) == ("train", ["epoch_loss"])


def test_experiments_below_a_train_folder_stay_apart(tmp_path):
    events(tmp_path / "train" / "exp1", 1000, {"loss": line(range(3))})
    events(tmp_path / "train" / "exp2", 1000, {"loss": line(range(3))})

    assert [run.name for run in assemble([tmp_path])] == ["train/exp1", "train/exp2"]


def test_an_event_file_named_directly_is_read(tmp_path):
    path = events(tmp_path / "exp", 1000, {"loss": line(range(3))})

    assert [run.name for run in assemble([path])] == ["exp"]


def test_older_states_of_the_hugging_face_trainer_are_not_runs_again(tmp_path):
    for folder, last in (("checkpoint-10", 10), ("checkpoint-20", 20), (".", 20)):
        (tmp_path / "out" / folder).mkdir(parents=True, exist_ok=True)
        history = [{"step": step, "loss": 1.0} for step in range(5, last + 1, 5)]
        (tmp_path / "out" / folder / "trainer_state.json").write_text(
            json.dumps({"log_history": history}), encoding="utf-8"
        )

    runs = assemble([tmp_path])

    assert [run.name for run in runs] == ["out/trainer_state.json"]
    assert len(points(runs[0])["loss"]) == 4


@pytest.mark.parametrize(
    "folder", ["", "checkpoints", "ckpt", "weights", "Models", "checkpoint-500", "checkpoints/step_10"]
)
def test_checkpoints_belong_to_the_log_beside_or_above_them(folder, tmp_path):
    log = Run(tmp_path / "log.csv", "log.csv", series=(series("loss", line(range(3))),))
    runs = attached([log], [saved(tmp_path / folder / "a.pt", 5)], tmp_path)

    assert [(run.name, len(run.checkpoints)) for run in runs] == [("log.csv", 1)]


@pytest.mark.parametrize("folder", ["other", "data/checkpoints"])
def test_checkpoints_elsewhere_are_a_run_of_their_own(folder, tmp_path):
    log = Run(tmp_path / "log.csv", "log.csv", series=(series("loss", line(range(3))),))
    runs = attached([log], [saved(tmp_path / folder / "a.pt"), saved(tmp_path / folder / "b.pt")], tmp_path)

    assert [(run.name, len(run.checkpoints)) for run in runs] == [("log.csv", 0), (folder, 2)]


def test_checkpoints_prefer_the_run_of_the_event_files(tmp_path):
    one = (series("loss", line(range(3))),)
    logs = [Run(tmp_path, "exp", series=one), Run(tmp_path / "log.csv", "log.csv", series=one)]

    runs = attached(logs, [saved(tmp_path / "a.pt")], tmp_path)

    assert [len(run.checkpoints) for run in runs] == [1, 0]


def test_checkpoints_beside_two_equal_logs_belong_to_neither(tmp_path):
    one = (series("loss", line(range(3))),)
    logs = [Run(tmp_path / "a.csv", "a.csv", series=one), Run(tmp_path / "b.csv", "b.csv", series=one)]

    runs = attached(logs, [saved(tmp_path / "a.pt")], tmp_path)

    assert [len(run.checkpoints) for run in runs] == [0, 0, 1]


def test_checkpoints_go_by_step_and_those_without_one_come_last(tmp_path):
    traces = [
        saved(tmp_path / name, step) for name, step in [("z.pt", 5), ("b.pt", None), ("a.pt", None), ("y.pt", 30)]
    ]
    (run,) = attached([], traces, tmp_path)

    assert [one.path.name for one in run.checkpoints] == ["z.pt", "y.pt", "a.pt", "b.pt"]


def saved(path: Path, step: int | None = None) -> Trace:
    return Trace(path, "torch", checkpoints=(Checkpoint(path, {}, step=step),))


def test_points_are_sorted_and_the_last_written_of_a_step_wins():
    (clean,), notes = tidied([series("loss", [(3, 1), (1, 2), (2, 3), (1, 4)])])

    assert points(Run(Path(), "", series=(clean,))) == {"loss": [(1, 4), (2, 3), (3, 1)]}
    assert [note.what.en for note in notes] == [
        "values at steps already logged: 1 (in 'loss'); the last written is used"
    ]


def test_a_point_written_twice_alike_is_not_worth_a_word():
    (clean,), notes = tidied([series("loss", [(1, 0.9), (2, 0.5), (2, 0.5)])])

    assert len(clean) == 2
    assert notes == []


def test_wall_times_stay_with_their_points():
    given = replace(series("loss", [(2, 1), (1, 2), (1, 3)]), wall=np.array([10.0, 20.0, 30.0]))
    (clean,), _ = tidied([given])

    assert clean.wall is not None
    assert clean.wall.tolist() == [30.0, 10.0]


def test_points_that_were_all_logged_at_step_zero_are_counted():
    (clean,), notes = tidied([series("loss", [(0, 3), (0, 2), (0, 1)])])

    assert clean.steps.tolist() == [0, 1, 2]
    assert "all 3 points of 'loss' are at step 0" in notes[0].what.en


def test_tidy_series_are_left_alone_and_empty_ones_dropped():
    given = series("loss", line(range(5)))
    kept, notes = tidied([given, series("none", [])])

    assert kept == (given,)
    assert notes == []


def test_traces_without_anything_in_common_are_one_run():
    one, other = (Trace(Path(name), "x", (series(name, line(range(3))),)) for name in "ab")

    assert [len(part.traces) for part in stitched([one, other], restarts_replace=True)] == [2]


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


@pytest.mark.parametrize("tag", ["Loss", "Loss/all losses", "train/loss_group"])
def test_curves_of_tensorboardx_fold_into_their_run(tmp_path, tag):
    events(tmp_path / "exp", 1000, {"lr": line(range(3))})
    for curve in ("train", "val"):
        events(tmp_path / "exp" / tag / curve, 1000, {tag: line(range(3))})

    (run,) = assemble([tmp_path])

    assert list(points(run)) == ["lr", f"{tag}/train", f"{tag}/val"]


def test_folders_that_are_not_called_after_their_tag_are_runs(tmp_path):
    events(tmp_path / "exp", 1000, {"lr": line(range(3))})
    for name in ("a", "b"):
        events(tmp_path / "exp" / "folds" / name, 1000, {"loss": line(range(3))})

    assert [run.name for run in assemble([tmp_path])] == ["exp", "exp/folds/a", "exp/folds/b"]
