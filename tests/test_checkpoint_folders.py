"""What a trainer saves of one moment in several files is read as one checkpoint."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from diagnose.assemble import assemble
from tests.trained import OPTIMIZER, SCALER, SCHEDULER, STATE, Gated, nn, torch

safetensors = pytest.importorskip("safetensors.torch")


def hugging_face(folder, weights="model.safetensors"):
    folder.mkdir(parents=True)
    if weights.endswith(".safetensors"):
        safetensors.save_file({name: value.clone() for name, value in STATE.items()}, folder / weights)
    else:
        torch.save(STATE, folder / weights)
    torch.save(OPTIMIZER.state_dict(), folder / "optimizer.pt")
    torch.save(SCHEDULER, folder / "scheduler.pt")
    torch.save(SCALER, folder / "scaler.pt")
    random_state = {"python": random.getstate(), "numpy": np.random.get_state(), "cpu": torch.get_rng_state()}  # noqa: NPY002
    torch.save(random_state | {"cuda": torch.get_rng_state()}, folder / "rng_state.pth")
    log = [{"loss": 1 / at, "learning_rate": 1e-3, "epoch": at / 10, "step": at} for at in (1, 2, 3)]
    state = {"global_step": 4, "max_steps": 10, "epoch": 0.4, "log_history": log}
    (folder / "trainer_state.json").write_text(json.dumps(state), encoding="utf-8")


def only(path):
    (run,) = assemble([path])
    (checkpoint,) = run.checkpoints
    return run, checkpoint


@pytest.mark.parametrize("weights", ["model.safetensors", "pytorch_model.bin"])
def test_a_folder_of_the_hugging_face_trainer_is_one_checkpoint_with_its_log(tmp_path, weights):
    hugging_face(tmp_path / "out" / "checkpoint-4", weights)

    run, checkpoint = only(tmp_path)

    assert checkpoint.path.name == weights
    assert (checkpoint.step, set(checkpoint.tensors)) == (4, set(STATE))
    assert checkpoint.optimizer.matched in ("shapes", "order")
    assert checkpoint.optimizer.slot_of("gamma") is not None
    assert (checkpoint.scheduler["T_max"], checkpoint.scaler) == (10, SCALER)
    assert {one.name for one in run.series} == {"loss", "learning_rate", "epoch"}
    assert "read together with optimizer.pt, scaler.pt, scheduler.pt" in {note.what.en for note in run.notes}
    assert sorted(one.path.rpartition("/")[2] for one in run.sources) == sorted(
        [weights, "optimizer.pt", "scaler.pt", "scheduler.pt", "trainer_state.json"]
    )


def test_a_parameter_that_the_separate_optimizer_does_not_hold_is_seen(tmp_path):
    model = Gated()
    partial = torch.optim.SGD([one for name, one in model.named_parameters() if name != "gamma"], 0.1, momentum=0.9)
    model(torch.randn(2, 3, 8, 8)).sum().backward()
    partial.step()
    torch.save(model.state_dict(), tmp_path / "model.pth")
    torch.save(partial.state_dict(), tmp_path / "optimizer.pth")

    _, checkpoint = only(tmp_path)

    optimizer = checkpoint.optimizer
    assert {name for group in optimizer.groups for name in group.names} == {"conv.weight", "conv.bias", *NORM}
    assert "gamma" not in optimizer.uncertain


NORM = ("bn.weight", "bn.bias")


def test_numbered_files_join_those_of_their_own_number(tmp_path):
    for at in (10, 20):
        torch.save(STATE, tmp_path / f"net_{at}.pth")
        torch.save({**OPTIMIZER.state_dict()}, tmp_path / f"optimizer_{at}.pth")
    torch.save(OPTIMIZER.state_dict(), tmp_path / "optimizer_30.pth")

    (run,) = assemble([tmp_path])

    assert [(one.path.name, bool(one.optimizer)) for one in run.checkpoints if one.tensors] == [
        ("net_10.pth", True),
        ("net_20.pth", True),
    ]
    assert [one.path.name for one in run.checkpoints if not one.tensors] == ["optimizer_30.pth"]


def test_an_optimizer_beside_two_models_is_given_to_neither(tmp_path):
    torch.save(STATE, tmp_path / "best.pth")
    torch.save(STATE, tmp_path / "last.pth")
    torch.save(OPTIMIZER.state_dict(), tmp_path / "optimizer.pth")

    (run,) = assemble([tmp_path])

    assert [one.path.name for one in run.checkpoints if one.optimizer is not None] == ["optimizer.pth"]


def test_weights_tied_to_others_are_not_missing_from_a_separate_optimizer(tmp_path):
    torch.manual_seed(0)
    model = nn.ModuleDict(
        {"embedding": nn.Embedding(9, 4), "body": nn.Linear(4, 4), "head": nn.Linear(4, 9, bias=False)}
    )
    model["head"].weight = model["embedding"].weight
    optimizer = torch.optim.AdamW(model.parameters())
    model["head"](model["body"](model["embedding"](torch.arange(9)))).sum().backward()
    optimizer.step()
    torch.save(model.state_dict(), tmp_path / "pytorch_model.bin")
    torch.save(optimizer.state_dict(), tmp_path / "optimizer.bin")

    _, checkpoint = only(tmp_path)

    assert checkpoint.optimizer.slot_of("embedding.weight") is not None
    assert "head.weight" in checkpoint.optimizer.uncertain


def shards(folder, names, index=True, count=3):
    folder.mkdir(exist_ok=True)
    places = {}
    for at, part in enumerate(names, 1):
        file = f"model-{at:05}-of-{count:05}.safetensors"
        safetensors.save_file({name: STATE[name].clone() for name in part}, folder / file)
        places |= dict.fromkeys(part, file)
    if index:
        listing = {"metadata": {"total_size": 1}, "weight_map": places | {"gamma": file}}
        (folder / "model.safetensors.index.json").write_text(json.dumps(listing), encoding="utf-8")


PARTS = [["conv.weight"], ["conv.bias", "bn.weight", "bn.bias"], ["gamma", "bn.running_mean", "bn.running_var"]]


@pytest.mark.parametrize("named", ["", "model-00002-of-00003.safetensors", "model.safetensors.index.json"])
def test_a_model_in_several_files_is_one_checkpoint_whichever_file_is_named(tmp_path, named):
    shards(tmp_path, PARTS)
    torch.save(OPTIMIZER.state_dict(), tmp_path / "optimizer.pt")

    run, checkpoint = only(tmp_path / named)

    assert set(checkpoint.tensors) == {name for part in PARTS for name in part}
    assert checkpoint.tensors["gamma"].mean == pytest.approx(float(STATE["gamma"]))
    assert (checkpoint.optimizer is not None) == (named == "")
    assert any("read as one model from 3 files" in note.what.en for note in run.notes)


def test_missing_files_of_a_model_and_tensors_in_no_file_are_told(tmp_path):
    shards(tmp_path / "one", PARTS[:2])
    shards(tmp_path / "two", PARTS[:2], count=2)

    first, second = assemble([tmp_path])

    assert any("1 of the 3 files of this model are missing" in note.what.en for note in first.notes)
    assert any("are in no file: gamma" in note.what.en for note in second.notes)


def test_an_index_without_its_files_says_so(tmp_path):
    (tmp_path / "model.safetensors.index.json").write_text('{"weight_map": {"a": "../../x"}}', encoding="utf-8")
    torch.save(STATE, tmp_path / "other.pt")

    (run,) = assemble([tmp_path])

    assert [one.path.name for one in run.checkpoints] == ["other.pt"]
