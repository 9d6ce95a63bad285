"""The averaged copy of the weights is told from the weights, wherever a trainer puts it and whatever it calls it."""

from __future__ import annotations

import copy

import pytest

from tests.trained import MODEL, OPTIMIZER, STATE, nn, read, said, torch

PARAMETERS = [name for name, _ in MODEL.named_parameters()]
OTHER = {name: value + 1 for name, value in STATE.items()}
AVERAGE = copy.deepcopy(MODEL)
AVERAGE.load_state_dict(OTHER)


def under(prefix, state, change=lambda name: name):
    return {prefix + change(name): value for name, value in state.items()}


def averaged_model():
    found = torch.optim.swa_utils.AveragedModel(MODEL)
    found.module.load_state_dict(OTHER)
    return found.state_dict()


@pytest.mark.parametrize(
    "saved",
    [
        {"model": STATE, "model_ema": OTHER},
        {"state_dict": STATE, "state_dict_ema": under("module.", OTHER)},
        {"model": MODEL, "ema": AVERAGE, "updates": 3},
        {"net": STATE, "swa_state_dict": averaged_model()},
        {"student": STATE, "teacher": OTHER, "optimizer": OPTIMIZER.state_dict()},
        {"unet": STATE, "ema_unet": OTHER},
        {"model": STATE, "ema": {"decay": 0.9, "shadow": OTHER}},
        {"state_dict": under("model.", STATE), "callbacks": {"EMA": {"ema_state_dict": OTHER}}},
        under("online_model.", STATE) | under("ema_model.", OTHER) | {"initted": torch.tensor(True)},
        {"state_dict": under("model.", STATE) | under("model_ema.", OTHER, lambda name: name.replace(".", ""))},
        {"state_dict": OTHER, "ema_state_dict": under("module.", STATE) | {"steps": torch.tensor(9)}},
        {"state_dict": OTHER | under("ema_", STATE, lambda name: name.replace(".", "_"))},
        {"state_dict": OTHER, "current_model_state": STATE, "averaging_state": {"n_averaged": torch.tensor(4)}},
    ],
)
def test_the_average_has_the_names_of_the_model_and_the_model_is_the_one_that_is_trained(tmp_path, saved):
    checkpoint = read(tmp_path, saved).checkpoints[0]

    gamma = next(name for name in checkpoint.tensors if name.endswith("gamma"))
    assert set(checkpoint.ema) <= set(checkpoint.tensors)
    assert {name.removeprefix("model.").removeprefix("online_model.") for name in checkpoint.ema} >= set(PARAMETERS)
    assert checkpoint.tensors[gamma].mean == pytest.approx(float(STATE["gamma"]))
    assert checkpoint.ema[gamma].mean == pytest.approx(float(STATE["gamma"]) + 1)
    assert not any("ema" in name for name in checkpoint.tensors)


def test_a_bare_list_of_averages_follows_the_parameters(tmp_path):
    shadow = [OTHER[name] for name in PARAMETERS]
    checkpoint = read(tmp_path, {"model": STATE, "ema": {"decay": 0.99, "shadow_params": shadow}}).checkpoints[0]

    assert list(checkpoint.ema) == PARAMETERS
    assert checkpoint.numbers["ema.decay"] == pytest.approx(0.99)


def test_an_average_of_another_model_is_left_out_and_said(tmp_path):
    trace = read(tmp_path, {"model": STATE, "ema": nn.Linear(5, 7).state_dict()})

    assert trace.checkpoints[0].ema == {}
    assert "averaged weights left out" in said(trace)
    assert list(trace.checkpoints[0].tensors) == list(STATE)


@pytest.mark.parametrize("saved", [{"ema": STATE}, {"model": None, "ema": {"state_dict": STATE}}])
def test_an_average_saved_alone_is_the_model(tmp_path, saved):
    checkpoint = read(tmp_path, saved).checkpoints[0]

    assert (list(checkpoint.tensors), checkpoint.ema) == (list(STATE), {})


def test_a_model_without_an_average_has_none(tmp_path):
    trace = read(tmp_path, {"model": STATE, "optimizer": OPTIMIZER.state_dict()})

    assert trace.checkpoints[0].ema == {}
    assert said(trace) == ""
