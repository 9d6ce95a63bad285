"""From paths to runs: what belongs together is together, and what does not is apart."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from diagnose.assemble import assemble
from diagnose.events import crc32c
from diagnose.run import Run, Series, Source, Trace
from diagnose.stitch import stitched

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


def test_traces_without_anything_in_common_are_one_run():
    one, other = (Trace(Path(name), "x", (series(name, line(range(3))),)) for name in "ab")

    assert [len(part.traces) for part in stitched([one, other], restarts_replace=True)] == [2]


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
