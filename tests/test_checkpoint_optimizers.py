"""What optimizers and schedulers save is read, and their slots get the names of the parameters."""

from __future__ import annotations

import pytest

from tests.trained import OPTIMIZER, SCHEDULER, STATE, Gated, nn, read, torch, trained


@pytest.mark.parametrize(
    ("make", "keys"),
    [
        (lambda m: torch.optim.Adam(m.parameters(), lr=0.01), {"step", "exp_avg", "exp_avg_sq"}),
        (lambda m: torch.optim.AdamW(m.parameters(), lr=0.01, amsgrad=True),
         {"step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq"}),
        (lambda m: torch.optim.SGD(m.parameters(), lr=0.01), set()),
        (lambda m: torch.optim.SGD(m.parameters(), lr=0.01, momentum=0.9), {"momentum_buffer"}),
        (lambda m: torch.optim.RMSprop(m.parameters(), lr=0.01, momentum=0.5),
         {"step", "square_avg", "momentum_buffer"}),
        (lambda m: torch.optim.Adagrad(m.parameters(), lr=0.01), {"step", "sum"}),
        (lambda m: torch.optim.NAdam(m.parameters(), lr=0.01), {"step", "mu_product", "exp_avg", "exp_avg_sq"}),
        (lambda m: torch.optim.AdamW(m.named_parameters(), lr=0.01), {"step", "exp_avg", "exp_avg_sq"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("whole", [False, True], ids=["state_dict", "object"])
def test_optimizers_are_read_and_matched(tmp_path, make, keys, whole):
    model, optimizer = trained(make)

    trace = read(tmp_path, {"model": model.state_dict(), "optimizer": optimizer if whole else optimizer.state_dict()})

    found = trace.checkpoints[0].optimizer
    names = [name for name, _ in model.named_parameters()]
    assert found.groups[0].names == tuple(names)
    assert found.matched == ("param_names" if "param_names" in optimizer.param_groups[0] else "shapes")
    assert found.groups[0].lr == 0.01
    _, slot = found.slot_of("gamma")
    kept = {key for key, value in found.state.get(slot, {}).items()}
    assert keys <= kept
    for at, parameter in enumerate(model.parameters()):
        for key, value in optimizer.state.get(parameter, {}).items():
            seen = found.state[at][key]
            if isinstance(seen, float):
                assert seen == float(value)
            elif value is not None:
                assert (seen.shape, seen.mean) == (tuple(value.shape), pytest.approx(float(value.double().mean())))


def test_betas_and_switches_are_numbers_of_the_group(tmp_path):
    numbers = read(tmp_path, {"m": STATE, "o": OPTIMIZER.state_dict()}).checkpoints[0].optimizer.groups[0].numbers

    assert {key: numbers[key] for key in ("lr", "beta1", "beta2", "eps", "weight_decay", "amsgrad")} == {
        "lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.01, "amsgrad": 0.0,
    }  # fmt: skip


def test_a_parameter_left_out_of_the_optimizer_is_seen_to_be_missing(tmp_path):
    model, optimizer = trained(
        lambda model: torch.optim.AdamW([one for name, one in model.named_parameters() if name != "gamma"])
    )

    found = read(tmp_path, {"model": model.state_dict(), "optimizer": optimizer.state_dict()}).checkpoints[0].optimizer

    assert (found.slot_of("gamma"), found.uncertain) == (None, frozenset())
    assert found.slot_of("conv.weight") is not None


def test_two_optimizers_are_joined_into_one(tmp_path):
    model = Gated()
    first = torch.optim.AdamW(model.conv.parameters(), lr=1.0)
    second = torch.optim.SGD([*model.bn.parameters(), model.gamma], lr=2.0, momentum=0.9)
    for _ in range(2):
        model(torch.randn(2, 3, 8, 8)).pow(2).mean().backward()
        first.step()
        second.step()

    states = [first.state_dict(), second.state_dict()]
    found = read(tmp_path, {"state_dict": model.state_dict(), "optimizer_states": states}).checkpoints[0].optimizer

    assert [group.slots for group in found.groups] == [(0, 1), (2, 3, 4)]
    assert [group.lr for group in found.groups] == [1.0, 2.0]
    assert found.slot_of("gamma")[1] == 4


def test_a_tensor_saved_under_two_names_is_one_parameter(tmp_path):
    shared = nn.Parameter(torch.randn(5, 4))
    optimizer = torch.optim.AdamW([shared])
    shared.sum().backward()
    optimizer.step()
    state = {"embed.weight": shared.data, "head.weight": shared.data}

    found = read(tmp_path, {"model": state, "optimizer": optimizer.state_dict()}).checkpoints[0].optimizer

    assert (found.groups[0].names, found.uncertain) == (("embed.weight",), {"head.weight"})


def test_an_optimizer_file_of_its_own_is_read(tmp_path):
    checkpoint = read(tmp_path, OPTIMIZER.state_dict(), "optimizer.pt").checkpoints[0]

    assert (checkpoint.tensors, checkpoint.step, checkpoint.optimizer.matched) == ({}, 3, "unmatched")
    assert checkpoint.optimizer.state[1]["exp_avg"].shape == (4, 3, 3, 3)


def test_a_scheduler_file_of_its_own_is_read(tmp_path):
    checkpoint = read(tmp_path, SCHEDULER, "scheduler.pt").checkpoints[0]

    assert checkpoint.scheduler["T_max"] == 10
    assert checkpoint.scheduler["_last_lr"] == [1e-3]
