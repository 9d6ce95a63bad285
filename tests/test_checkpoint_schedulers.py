"""Schedulers and gradient scalers are understood by their keys, in the layouts of the libraries that save them."""

from __future__ import annotations

import warnings

import pytest

from tests.trained import OPTIMIZER, SCALER, STATE, nn, read, torch

rates = torch.optim.lr_scheduler


def stepped(make, steps):
    optimizer = torch.optim.SGD(nn.Linear(2, 2).parameters(), 0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scheduler = make(optimizer)
        for _ in range(steps):
            optimizer.step()
            scheduler.step()
    return scheduler.state_dict()


def chain(optimizer):
    warm = rates.LinearLR(optimizer, 0.1, total_iters=5)
    return rates.SequentialLR(optimizer, [warm, rates.CosineAnnealingLR(optimizer, 20)], milestones=[5])


def test_of_a_chain_the_link_in_force_is_the_scheduler(tmp_path):
    early = read(tmp_path, {"model": STATE, "scheduler": stepped(chain, 3)}).checkpoints[0].scheduler
    late = read(tmp_path, {"model": STATE, "scheduler": stepped(chain, 12)}).checkpoints[0].scheduler

    assert (early["total_iters"], early["last_epoch"], "T_max" in early) == (5, 3, False)
    assert (late["T_max"], late["last_epoch"], len(late["_schedulers"])) == (20, 7, 2)


@pytest.mark.parametrize(
    "saved",
    [
        lambda state: {"state_dict": STATE, "lr_schedulers": [state]},
        lambda state: {"model": STATE, "lr_scheduler": state},
        lambda state: {"model": STATE, "optimizer": OPTIMIZER.state_dict(), "extra": {"sched": state}},
        lambda state: state,
    ],
)
def test_a_scheduler_is_found_wherever_it_was_put(tmp_path, saved):
    state = stepped(lambda optimizer: rates.StepLR(optimizer, 4), 9)

    found = read(tmp_path, saved(state)).checkpoints[0].scheduler

    assert (found["step_size"], found["last_epoch"]) == (4, 9)


def mmengine(name, begin, end, **more):
    shared = {"param_name": name, "base_values": [0.1], "begin": begin, "end": end, "by_epoch": False, "verbose": False}
    return {**shared, "_global_step": 3000, "last_step": min(3000, end) - begin, "_last_value": [0.05], **more}


def test_of_mmengines_schedulers_the_one_for_the_rate_that_has_begun_counts_by_torchs_names(tmp_path):
    states = [
        mmengine("lr", 0, 1500, start_factor=0.1),
        mmengine("lr", 1500, 80000, power=0.9),
        mmengine("lr", 80000, 90000, T_max=1),
        mmengine("momentum", 0, 9, gamma=1),
    ]

    found = read(tmp_path, {"meta": {"iter": 3000}, "state_dict": STATE, "param_schedulers": states}).checkpoints[0]

    assert (found.scheduler["power"], found.scheduler["last_epoch"], found.scheduler["_step_count"]) == (
        0.9,
        1500,
        3000,
    )
    assert found.scheduler["_last_lr"] == [0.05]


@pytest.mark.parametrize(
    "saved",
    [
        {"model": STATE, "scaler": SCALER},
        {"model": STATE, "amp_scaler": SCALER, "optimizer": OPTIMIZER.state_dict()},
        {"state_dict": STATE, "MixedPrecision": SCALER},
        {"state_dict": STATE, "optimizer": {**OPTIMIZER.state_dict(), "loss_scaler": SCALER}},
        {"model": STATE, "amp": {"loss_scaler0": {"loss_scale": 65536.0, "unskipped": 7}}},
        SCALER,
    ],
    ids=["plain", "timm", "lightning", "mmengine", "apex", "alone"],
)
def test_a_gradient_scaler_is_found_and_has_torchs_names(tmp_path, saved):
    checkpoint = read(tmp_path, saved).checkpoints[0]

    assert (checkpoint.scaler["scale"], checkpoint.scaler["_growth_tracker"]) == (65536.0, 7)
