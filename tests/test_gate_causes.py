"""Real networks, trained with each fault and saved by torch: the cause is read back from the optimizer state."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagnose.clinic import diagnose
from tests.built_in import LIBRARY

torch = pytest.importorskip("torch")
OPTIMIZERS = {
    "Adam": lambda groups: torch.optim.Adam(groups, lr=1e-2),
    "AdamW": lambda groups: torch.optim.AdamW(groups, lr=1e-2),
    "RMSprop": lambda groups: torch.optim.RMSprop(groups, lr=1e-3),
    "NAdam": lambda groups: torch.optim.NAdam(groups, lr=1e-2),
    "Adagrad": lambda groups: torch.optim.Adagrad(groups, lr=1e-2),
    "Adafactor": lambda groups: torch.optim.Adafactor(groups, lr=1e-2),
    "SGD with momentum": lambda groups: torch.optim.SGD(groups, lr=1e-2, momentum=0.9),
}


class Gated(torch.nn.Module):
    """x + gamma * branch(x), then a head: [n, 8] to [n, 2]."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = torch.nn.Linear(8, 8)
        self.attn = torch.nn.Module()
        self.attn.value = torch.nn.Linear(8, 6)
        self.attn.out = torch.nn.Linear(6, 8, bias=False)
        self.attn.gamma = torch.nn.Parameter(torch.zeros(1))
        self.head = torch.nn.Linear(8, 2)
        self.used = True

    def forward(self, x):
        x = self.stem(x)
        if self.used:
            x = x + self.attn.gamma * self.attn.out(torch.relu(self.attn.value(x)))
        return self.head(x)


def left_out(model):
    return [{"params": [parameter for name, parameter in model.named_parameters() if "gamma" not in name]}]


def frozen(model):
    model.attn.gamma.requires_grad_(False)
    return [{"params": list(model.parameters())}]


def rate_zero(model):
    return [
        {"params": [parameter for name, parameter in model.named_parameters() if "gamma" not in name]},
        {"params": [model.attn.gamma], "lr": 0.0},
    ]


def double_zero(model):
    torch.nn.init.zeros_(model.attn.out.weight)
    return [{"params": list(model.parameters())}]


def unused(model):
    model.used = False
    return [{"params": list(model.parameters())}]


def healthy(model):
    return [{"params": list(model.parameters())}]


FAULTS = {
    "not-in-optimizer": left_out,
    "frozen": frozen,
    "lr-zero": rate_zero,
    "double-zero": double_zero,
    "unused": unused,
}


def trained(build, optimizer: str, folder: Path, *, save_optimizer: bool = True, steps: int = 12) -> Path:
    torch.manual_seed(0)
    model = Gated()
    learner = OPTIMIZERS[optimizer](build(model))
    data, target = torch.randn(64, 8), torch.randint(0, 2, (64,))
    for _ in range(steps):
        learner.zero_grad()
        torch.nn.functional.cross_entropy(model(data), target).backward()
        learner.step()
    saved = {"model": model.state_dict(), "step": steps}
    if save_optimizer:
        saved["optimizer"] = learner.state_dict()
    path = folder / f"step_{steps}.pt"
    torch.save(saved, path)
    return path


def gate_verdicts(path: Path):
    (examined,) = diagnose([path], LIBRARY).examined
    return [verdict for verdict in examined.verdicts if verdict.entry.id == "gate-stuck-at-zero"]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("cause", FAULTS)
def test_the_cause_of_a_closed_gate_is_read_from_the_optimizer_state(cause, optimizer, tmp_path):
    path = trained(FAULTS[cause], optimizer, tmp_path)

    (verdict,) = gate_verdicts(path)

    assert (verdict.state, verdict.evidence.subject) == ("found", "attn.gamma")
    assert verdict.evidence.cause == cause


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_gate_that_was_trained_is_clear(optimizer, tmp_path):
    path = trained(healthy, optimizer, tmp_path)

    (verdict,) = gate_verdicts(path)

    assert verdict.state == "clear"


def by_two(model, groups):
    """Muon for the matrices and AdamW for the rest, each saved as a dictionary of its own."""
    held = [(one, group.get("lr", 1e-2)) for group in groups for one in group["params"]]
    wide = [one for one, _ in held if one.ndim == 2]
    rest = [{"params": [one], "lr": lr} for one, lr in held if one.ndim != 2]
    return [torch.optim.Muon(wide, lr=1e-2), torch.optim.AdamW(rest)]


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="this torch has no Muon")
@pytest.mark.parametrize("cause", [*FAULTS, ""])
def test_the_cause_is_read_from_muon_and_the_adamw_beside_it(cause, tmp_path):
    torch.manual_seed(0)
    model = Gated()
    learners = by_two(model, FAULTS.get(cause, healthy)(model))
    data, target = torch.randn(64, 8), torch.randint(0, 2, (64,))
    for _ in range(12):
        model.zero_grad()
        torch.nn.functional.cross_entropy(model(data), target).backward()
        [learner.step() for learner in learners]
    saved = {"model": model.state_dict(), "optimizers": [one.state_dict() for one in learners], "step": 12}
    torch.save(saved, tmp_path / "step_12.pt")

    (verdict,) = gate_verdicts(tmp_path / "step_12.pt")

    assert (verdict.evidence.cause if verdict.evidence else "") == cause


def test_without_optimizer_state_the_cause_is_unknown_and_said_to_be(tmp_path):
    path = trained(left_out, "Adam", tmp_path, save_optimizer=False)

    (verdict,) = gate_verdicts(path)

    assert (verdict.state, verdict.evidence.cause, verdict.confidence) == ("found", "unknown", "possible")


def test_before_the_first_step_a_gate_at_zero_is_no_finding(tmp_path):
    path = trained(healthy, "Adam", tmp_path, steps=0)

    (verdict,) = gate_verdicts(path)

    assert verdict.state == "blind"


def test_plain_sgd_remembers_nothing_so_the_cause_is_unknown(tmp_path):
    torch.manual_seed(0)
    model = Gated()
    model.attn.gamma.requires_grad_(False)
    learner = torch.optim.SGD(model.parameters(), lr=1e-2)
    torch.save({"state_dict": model.state_dict(), "optimizer": learner.state_dict(), "epoch": 30}, tmp_path / "last.pt")

    (verdict,) = gate_verdicts(tmp_path / "last.pt")

    assert (verdict.state, verdict.evidence.cause) == ("found", "unknown")


@pytest.mark.parametrize("epoch", [0, 1, 30])
def test_weights_with_nothing_but_an_epoch_number_are_taken_as_trained(epoch, tmp_path):
    torch.save({"state_dict": Gated().state_dict(), "epoch": epoch}, tmp_path / "best.pth")

    (verdict,) = gate_verdicts(tmp_path / "best.pth")

    assert (verdict.state, verdict.evidence.cause) == ("found", "unknown")
