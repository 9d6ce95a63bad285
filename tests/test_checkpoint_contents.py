"""Whatever frameworks wrap around a state_dict, the model, optimizer, scheduler, scaler, numbers and step are found."""

from __future__ import annotations

import argparse
import collections
import datetime as dt
import enum
import pathlib
import pickle
import sys
import types

import numpy as np
import pytest

from diagnose.readers import torch_checkpoint
from tests.trained import MODEL, OPTIMIZER, SCALER, SCHEDULER, STATE, read, said, torch


class Mode(enum.Enum):
    TRAIN = "train"


class Holder:
    """A class only the project has."""

    def __init__(self):
        self.lr, self.note = 0.1, "x"


@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: state,
        dict,
        lambda state: {"state_dict": state, "epoch": 3},
        lambda state: {"model": state, "args": argparse.Namespace(lr=1)},
        lambda state: {"net": state, "acc": 91.2},
        lambda state: {"my_unet": state, "epoch": 3, "best_score": torch.tensor(0.5)},
        lambda state: {"checkpoint": {"model_state_dict": state}, "epoch": 1},
        lambda state: {"model": state, "model_ema": {key: value + 1 for key, value in state.items()}},
        lambda state: {"ema": state, "model": None, "epoch": 2},
        lambda state: {"model": state, "optimizer": OPTIMIZER.state_dict(), "rng_state": torch.get_rng_state()},
        lambda state: {"network_weights": state, "optimizer_state": OPTIMIZER.state_dict(), "current_epoch": 9},
        lambda state: MODEL,
        lambda state: {"model": MODEL, "epoch": 4},
        lambda state: {"state_dict": {key: value.numpy() for key, value in state.items()}},
    ],
)
@pytest.mark.parametrize("old", [False, True], ids=["zip", "legacy"])
def test_the_model_is_found_under_its_own_names(tmp_path, wrap, old):
    trace = read(tmp_path, wrap(STATE), _use_new_zipfile_serialization=not old)

    checkpoint = trace.checkpoints[0]
    assert list(checkpoint.tensors) == list(STATE)
    assert checkpoint.tensors["conv.weight"].mean == pytest.approx(float(STATE["conv.weight"].double().mean()))
    assert checkpoint.unsafe == ()


def test_several_models_keep_their_key_before_the_name(tmp_path):
    trace = read(tmp_path, {"netG": STATE, "netD": {"head.weight": torch.ones(3)}, "epoch": 1})

    names = set(trace.checkpoints[0].tensors)

    assert names == {f"netG.{name}" for name in STATE} | {"netD.head.weight"}


def test_a_lone_tensor_and_a_list_of_tensors_are_named_by_file_and_place(tmp_path):
    lone = read(tmp_path, torch.ones(3), "weights.pt").checkpoints[0]
    several = read(tmp_path, [torch.ones(3), {"a": torch.ones(2)}]).checkpoints[0]

    assert (list(lone.tensors), list(several.tensors)) == (["weights"], ["0", "1.a"])


def test_tensors_in_lists_beside_numbers_are_found(tmp_path):
    checkpoint = read(tmp_path, {"epoch": 2, "layers": [torch.ones(3), torch.zeros(2)]}).checkpoints[0]

    assert (list(checkpoint.tensors), checkpoint.step) == (["0", "1"], 2)


def test_a_second_part_with_tensors_is_told(tmp_path):
    trace = read(tmp_path, {"model": STATE, "projector": {"w": torch.ones(3)}})

    assert said(trace) == "taken as the model: 'model'; also holds tensors: projector"


def test_a_lightning_checkpoint_is_understood(tmp_path):
    trace = read(
        tmp_path,
        {
            "epoch": 2,
            "global_step": 2346,
            "pytorch-lightning_version": "2.5.0",
            "state_dict": STATE,
            "loops": {"fit_loop": {"state_dict": {}, "epoch_loop.batch_progress": {"total": {"ready": 9}}}},
            "callbacks": {"ModelCheckpoint": {"best_model_score": torch.tensor(0.5), "dirpath": "/x"}},
            "optimizer_states": [OPTIMIZER.state_dict()],
            "lr_schedulers": [SCHEDULER],
            "MixedPrecision": SCALER,
            "hyper_parameters": {"lr": 1e-3, "folder": pathlib.PurePosixPath("/a/b"), "mode": Mode.TRAIN},
        },
        "epoch=2-step=2346.ckpt",
    )

    checkpoint = trace.checkpoints[0]
    assert (checkpoint.step, list(checkpoint.tensors)) == (2346, list(STATE))
    assert checkpoint.optimizer.matched == "shapes"
    assert checkpoint.scheduler["last_epoch"] == 0
    assert checkpoint.scaler == SCALER
    assert checkpoint.numbers["epoch"] == 2
    assert checkpoint.numbers["callbacks.ModelCheckpoint.best_model_score"] == 0.5
    assert trace.settings["lr"] == 1e-3
    assert checkpoint.unsafe == ()


def test_an_mmengine_checkpoint_is_understood(tmp_path, monkeypatch):
    module = types.ModuleType("mmengine_like")
    history = type("HistoryBuffer", (), {"__module__": "mmengine_like"})
    module.HistoryBuffer = history
    monkeypatch.setitem(sys.modules, "mmengine_like", module)
    buffer = history()
    buffer._log_history = np.arange(5.0)
    hub = {"log_scalars": collections.OrderedDict(loss=buffer), "runtime_info": {"iter": 4000, "epoch": 7}}

    trace = read(
        tmp_path,
        {
            "meta": {"epoch": 7, "iter": 4000, "time": "x", "seed": 1},
            "state_dict": STATE,
            "message_hub": hub,
            "optimizer": OPTIMIZER.state_dict(),
            "param_schedulers": [SCHEDULER],
        },
        "iter_4000.pth",
    )

    checkpoint = trace.checkpoints[0]
    assert (checkpoint.step, list(checkpoint.tensors), checkpoint.unsafe) == (4000, list(STATE), ())
    assert checkpoint.scheduler["T_max"] == 10
    assert "mmengine_like.HistoryBuffer" in said(trace)


def test_harmless_foreign_objects_are_read_through(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, __name__, sys.modules.get(__name__) or types.ModuleType(__name__))
    monkeypatch.setattr(sys.modules[__name__], "Holder", Holder, raising=False)
    monkeypatch.setattr(sys.modules[__name__], "Mode", Mode, raising=False)
    trace = read(
        tmp_path,
        {
            "model": STATE,
            "args": argparse.Namespace(lr=0.1, epochs=3, name="run"),
            "best": np.float64(0.93),
            "best32": np.float32(1.5),
            "count": np.int64(7),
            "array": np.arange(4),
            "when": dt.datetime(2024, 1, 2, tzinfo=dt.UTC),
            "where": pathlib.PurePosixPath("/a/b"),
            "sizes": torch.Size([1, 2]),
            "kind": torch.float16,
            "device": torch.device("cpu"),
            "table": collections.defaultdict(list, a=[1]),
            "counter": collections.Counter("abca"),
            "queue": collections.deque([1, 2]),
            "holder": Holder(),
            "mode": Mode.TRAIN,
            "set": {1, 2},
            "complex": 1 + 2j,
            "big": 10**400,
        },
    )

    checkpoint = trace.checkpoints[0]
    assert checkpoint.unsafe == ()
    assert {key: checkpoint.numbers[key] for key in ("best", "best32", "count")} == {
        "best": 0.93,
        "best32": 1.5,
        "count": 7,
    }
    assert {key: trace.settings[key] for key in ("lr", "epochs", "name")} == {"lr": 0.1, "epochs": 3, "name": "run"}
    assert f"{__name__}.Holder" in said(trace)


def test_a_saved_list_of_numbers_is_a_series_named_after_the_file(tmp_path):
    trace = read(tmp_path, [0.1, np.float64(0.2), torch.tensor(0.5), 1], "val_dice.pt")

    (series,) = trace.series
    assert (series.name, series.role, series.values.tolist(), trace.checkpoints) == (
        "val_dice",
        "",
        [0.1, 0.2, 0.5, 1.0],
        (),
    )


def test_a_saved_history_of_lists_is_one_series_a_key(tmp_path):
    trace = read(tmp_path, {"train_loss": [3.0, 2.0, 1.0], "val_loss": np.array([3.0, 2.5, 2.4]), "name": "x"})

    assert {one.name: one.values.tolist() for one in trace.series} == {
        "train_loss": [3.0, 2.0, 1.0],
        "val_loss": [3.0, 2.5, 2.4],
    }


@pytest.mark.parametrize(
    ("thing", "name", "step"),
    [
        ({"global_step": 500, "epoch": 2}, "x.pt", 500),
        ({"step": torch.tensor(7)}, "x.pt", 7),
        ({"iteration": 40}, "epoch_9.pt", 40),
        ({"epoch": 5}, "x.pt", 5),
        ({}, "epoch=2-step=2346.ckpt", 2346),
        ({}, "checkpoint-500.pt", 500),
        ({}, "checkpoint-500/pytorch_model.bin", 500),
        ({}, "step_000400.pt", 400),
        ({}, "iter_4000.pth", 4000),
        ({}, "model_0004999.pth", 4999),
        ({}, "epoch_012.pth", 12),
        ({}, "best.pt", None),
        ({}, "resnet50.pth", None),
        ({"step": -1}, "best.pt", None),
        ({"step": 2.5}, "best.pt", None),
        ({"step": True}, "best.pt", None),
    ],
)
def test_the_step_comes_from_numbers_or_the_name(tmp_path, thing, name, step):
    checkpoint = read(tmp_path, {"model": STATE, **thing}, name).checkpoints[0]

    assert checkpoint.step == step


def test_an_optimizer_counts_steps_more_truly_than_an_epoch_number(tmp_path):
    checkpoint = read(tmp_path, {"model": STATE, "optimizer": OPTIMIZER.state_dict(), "epoch": 1}).checkpoints[0]

    assert (checkpoint.step, checkpoint.numbers["epoch"]) == (3, 1)


@pytest.mark.parametrize("thing", [{}, [], "text", 3, None, {"a": "b"}, [["x"]], {1: 2}])
def test_a_file_without_tensors_says_so(tmp_path, thing):
    trace = read(tmp_path, thing)

    assert (trace.checkpoints, trace.series, said(trace)) == ((), (), "no tensors found: not a checkpoint")


def test_a_file_torch_itself_refuses_is_read_like_the_one_it_loads(tmp_path):
    refused = {"model": STATE, "args": argparse.Namespace(a=1)}
    trace = read(tmp_path, refused)

    with pytest.raises(pickle.UnpicklingError):
        torch.load(tmp_path / "thing.pt", weights_only=True)

    assert list(trace.checkpoints[0].tensors) == list(STATE)


def test_the_readers_example_reads_as_promised(tmp_path):
    path, wanted = torch_checkpoint.example(tmp_path)

    found = torch_checkpoint.read(path)

    assert found == wanted
    assert torch.load(path)["attn.gamma"].tolist() == [0, 0, 0]


def test_one_element_tensors_of_the_model_are_not_numbers_beside_it(tmp_path):
    torch.save({"model": {"gamma": torch.zeros(1), "conv.weight": torch.ones(2, 2)}, "epoch": 3}, tmp_path / "a.pt")

    (trace,) = torch_checkpoint.read(tmp_path / "a.pt")

    assert dict(trace.checkpoints[0].numbers) == {"epoch": 3}
