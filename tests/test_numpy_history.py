"""Curves kept with numpy: lists, tables of lists, pickled histories; data of other kinds is left alone."""

from __future__ import annotations

import os

import numpy as np
import pytest

from diagnose.readers import numpy_history, torch_checkpoint
from tests.pickled import zipped
from tests.tracker_logs import points, said


class Calls:
    """Asks the one who unpickles it to call a function."""

    def __init__(self, function, *arguments):
        self.called = function, arguments

    def __reduce__(self):
        return self.called


def test_a_pickled_history_is_read_without_unpickling(tmp_path):
    path = tmp_path / "history.npy"
    np.save(path, {"loss": [0.5, 0.25], "val_loss": [0.5, float("nan")], "note": "words"}, allow_pickle=True)

    (trace,) = numpy_history.read(path)

    assert points(trace) == {"loss": [(0, "0.5"), (1, "0.25")], "val_loss": [(0, "0.5"), (1, "nan")]}


def test_what_a_pickle_wants_to_call_is_told_and_not_called(tmp_path):
    path = tmp_path / "history.npy"
    np.save(path, {"loss": [0.5, 0.25], "x": Calls(os.system, f"touch {tmp_path / 'made'}")}, allow_pickle=True)

    assert "system; nothing was run here" in said(numpy_history.read(path))
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_archive_gives_a_curve_for_every_list_whose_name_is_one(tmp_path, save):
    path = tmp_path / "curves.npz"
    save(
        path, train_loss=np.array([2, 1], np.int32), images=np.zeros((9, 9)), valDice=np.array([0.5, 0.75], np.float32)
    )

    (trace,) = numpy_history.read(path)

    assert points(trace) == {"train_loss": [(0, "2.0"), (1, "1.0")], "valDice": [(0, "0.5"), (1, "0.75")]}


@pytest.mark.parametrize("name", ["images", "closses", "y_test", "embedding"])
def test_arrays_of_other_names_are_no_curves(tmp_path, name):
    path = tmp_path / f"{name}.npy"
    np.save(path, np.arange(50.0))

    assert not numpy_history.read(path)[0].series
    assert "none whose name says" in said(numpy_history.read(path))


def test_columns_of_a_table_are_curves_and_pictures_are_not(tmp_path):
    np.save(tmp_path / "losses.npy", np.array([[0.5, 1.0], [0.25, 2.0]]))
    np.save(tmp_path / "loss_map.npy", np.zeros((40, 40)))

    assert points(numpy_history.read(tmp_path / "losses.npy")[0]) == {
        "losses.0": [(0, "0.5"), (1, "0.25")],
        "losses.1": [(0, "1.0"), (1, "2.0")],
    }
    assert not numpy_history.read(tmp_path / "loss_map.npy")[0].series


def test_a_header_that_promises_too_much_costs_nothing(tmp_path):
    path = tmp_path / "loss.npy"
    np.save(path, np.arange(4.0))
    path.write_bytes(path.read_bytes().replace(b"(4,)", b"(9999999999,)"))

    assert not numpy_history.read(path)[0].series


def test_arguments_that_were_pickled_are_settings(tmp_path):
    path = tmp_path / "training_args.bin"
    zipped(
        path,
        b"\x80\x02ctransformers.training_args\nTrainingArguments\n)\x81}(X\x02\x00\x00\x00lrG?\x50bM\xd2\xf1\xa9\xfc"
        b"X\x05\x00\x00\x00schedctransformers.trainer_utils\nSchedulerType\nX\x06\x00\x00\x00cosine\x85R"
        b"X\x04\x00\x00\x00fp16\x88ub.",
    )

    (trace,) = torch_checkpoint.read(path)

    assert trace.settings == {"lr": 0.001, "sched": "cosine", "fp16": True}
    assert not trace.checkpoints


def test_a_type_that_numpy_cannot_parse_gives_a_note(tmp_path):
    path = tmp_path / "loss.npy"
    np.save(path, np.array([0.5, 0.25, 0.125]))
    path.write_bytes(path.read_bytes().replace(b"'<f8', ", b"',<f8',"))

    (trace,) = numpy_history.read(path)

    assert not trace.series
    assert trace.notes
