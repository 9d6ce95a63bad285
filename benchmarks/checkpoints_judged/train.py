"""Small networks trained for seconds: each fault of a gate under each optimizer, and healthy runs hard to judge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.made_runs.build import Lion

Groups = list[dict[str, Any]]
WIDTH, CLASSES, EXAMPLES = 24, 3, 256
OPTIMIZERS: dict[str, Callable[[Groups], torch.optim.Optimizer]] = {
    "Adam": lambda groups: torch.optim.Adam(groups, lr=3e-3),
    "AdamW": lambda groups: torch.optim.AdamW(groups, lr=3e-3),
    "SGD": lambda groups: torch.optim.SGD(groups, lr=0.05),
    "SGD with momentum": lambda groups: torch.optim.SGD(groups, lr=0.02, momentum=0.9),
    "RMSprop": lambda groups: torch.optim.RMSprop(groups, lr=1e-3),
    "Adafactor": lambda groups: torch.optim.Adafactor(groups, lr=1e-2),
    "Adagrad": lambda groups: torch.optim.Adagrad(groups, lr=1e-2),
    "Lion": lambda groups: Lion(groups, lr=1e-3),
}
GATES = ("gamma", "layer-scale", "lora")


class Gated(nn.Module):
    """A trunk, a branch behind a gate, and a head: [n, WIDTH] to [n, CLASSES]."""

    def __init__(self, gate: str) -> None:
        super().__init__()
        self.stem = nn.Linear(WIDTH, WIDTH)
        self.attn = nn.Module()
        self.attn.value = nn.Linear(WIDTH, 20)
        self.attn.norm = nn.LayerNorm(20)
        if gate == "lora":
            self.attn.lora_A = nn.Linear(20, 4, bias=False)
            self.attn.lora_B = nn.Linear(4, WIDTH, bias=False)
            nn.init.zeros_(self.attn.lora_B.weight)
        else:
            self.attn.out = nn.Linear(20, WIDTH, bias=False)
            self.attn.gamma = nn.Parameter(torch.zeros(1 if gate == "gamma" else WIDTH))
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, CLASSES)
        self.gate, self.used, self.constant = gate, True, False

    def gates(self) -> list[nn.Parameter]:
        """The parameters that start at zero."""
        return [self.attn.lora_B.weight if self.gate == "lora" else self.attn.gamma]

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        if self.used:
            inner = self.attn.norm(self.attn.value(x)).relu()
            inner = torch.zeros_like(inner) if self.constant else inner
            branch = self.attn.lora_B(self.attn.lora_A(inner)) if self.gate == "lora" else self.attn.out(inner)
            x = x + (branch if self.gate == "lora" else self.attn.gamma * branch)
        return self.head(self.norm(x))


def _rest(model: Gated) -> list[nn.Parameter]:
    gates = {id(gate) for gate in model.gates()}
    return [one for one in model.parameters() if id(one) not in gates]


def _frozen(model: Gated) -> Groups:
    for gate in model.gates():
        gate.requires_grad_(False)
    return [{"params": list(model.parameters())}]


def _double_zero(model: Gated) -> Groups:
    nn.init.zeros_((model.attn.lora_A if model.gate == "lora" else model.attn.out).weight)
    return [{"params": list(model.parameters())}]


def _with(name: str, value: object) -> Callable[[Gated], Groups]:
    def build(model: Gated) -> Groups:
        setattr(model, name, value)
        return [{"params": list(model.parameters())}]

    return build


FAULTS: dict[str, Callable[[Gated], Groups]] = {
    "not-in-optimizer": lambda model: [{"params": _rest(model)}],
    "frozen": _frozen,
    "unused": _with("used", False),
    "lr-zero": lambda model: [{"params": _rest(model)}, {"params": model.gates(), "lr": 0.0}],
    "double-zero": _double_zero,
    "constant-branch": _with("constant", True),
    "": _with("used", True),
}


def fit(
    model: nn.Module,
    learner: torch.optim.Optimizer,
    steps: int,
    seed: int,
    average: torch.optim.swa_utils.AveragedModel | None = None,
) -> None:
    """Train on examples whose class is told by their largest projection; the average follows every step."""
    draw = torch.Generator().manual_seed(seed)
    x = torch.randn(EXAMPLES, WIDTH, generator=draw)
    y = (x @ torch.randn(WIDTH, CLASSES, generator=draw)).argmax(-1)
    kind = next(model.parameters()).dtype
    for _ in range(steps):
        some = torch.randint(0, EXAMPLES, (32,), generator=draw)
        learner.zero_grad()
        functional.cross_entropy(model(x[some].to(kind)).float(), y[some]).backward()
        learner.step()
        if average is not None:
            average.update_parameters(model)


@dataclass(frozen=True)
class Made:
    """One folder of checkpoints: what is true of it (the cause, or nothing when healthy), and how it was made."""

    folder: Path
    cause: str
    kind: str


def gate_runs(under: Path, steps: int = 40) -> Iterator[Made]:
    """Every fault, and none, in every kind of gate under every optimizer."""
    for optimizer, make in OPTIMIZERS.items():
        for gate in GATES:
            for cause, build in FAULTS.items():
                torch.manual_seed(7)
                model = Gated(gate)
                learner = make(build(model))
                folder = under / f"{optimizer}-{gate}-{cause or 'healthy'}".replace(" ", "-")
                folder.mkdir(parents=True)
                for part in (1, 2):
                    fit(model, learner, steps // 2, part)
                    state = {"model": model.state_dict(), "optimizer": learner.state_dict(), "step": part * steps // 2}
                    torch.save(state, folder / f"step_{part * steps // 2}.pt")
                yield Made(folder, cause, optimizer)


def hard_runs(under: Path) -> Iterator[Made]:
    """Healthy runs whose weights hardly moved, or moved in coarse digits, or decayed, or were frozen after training."""
    for rate in (1e-5, 1e-4, 1e-3):
        for decay in (0.0, 0.5):
            for kind in (torch.float32, torch.bfloat16):
                for seed in range(3):
                    yield from _healthy(under, rate, decay, kind, seed)
    for seed in range(12):
        yield from _tuned(under, seed)


def _healthy(under: Path, rate: float, decay: float, kind: torch.dtype, seed: int) -> Iterator[Made]:
    torch.manual_seed(seed)
    model = _network(seed).to(kind)
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9))
    learner = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=decay)
    name = f"rate{rate}-decay{decay}-{str(kind).removeprefix('torch.')}-{seed}"
    states = []
    for part in (1, 2, 3):
        fit(model, learner, 50, seed * 10 + part, average)
        states.append({name: value.clone() for name, value in model.state_dict().items()})
    what = f"healthy, rate {rate:g}, decay {decay:g}, {str(kind).removeprefix('torch.')}"
    for form in ("whole", "weights"):
        folder = under / f"{form}-{name}"
        folder.mkdir(parents=True)
        if form == "weights":
            torch.save(states[-1], folder / "model_epoch_3.pth")
        else:
            torch.save({"model": states[1], "step": 100}, folder / "step_100.pt")
            more = {"optimizer": learner.state_dict(), "ema": average.module.state_dict(), "step": 150}
            torch.save({"model": states[2], **more}, folder / "step_150.pt")
        yield Made(folder, "", f"{what}, {form}")


def _tuned(under: Path, seed: int) -> Iterator[Made]:
    """A network that was trained is frozen but for a new head, and a whole one is tuned with a small rate."""
    torch.manual_seed(100 + seed)
    model = _network(seed)
    fit(model, torch.optim.Adam(model.parameters(), lr=3e-3), 120, seed)
    head = nn.Linear(64, CLASSES)
    model[-1] = head
    whole = seed % 2 == 0
    if not whole:
        for one in model[:-1].parameters():
            one.requires_grad_(False)
    held = model.parameters() if whole else head.parameters()
    learner = torch.optim.AdamW(held, lr=1e-5 if whole else 1e-3)
    fit(model, learner, 60, seed + 50)
    folder = under / f"tuned-{seed}"
    folder.mkdir(parents=True)
    torch.save({"model": model.state_dict(), "optimizer": learner.state_dict(), "step": 60}, folder / "step_60.pt")
    yield Made(folder, "", "healthy, tuned as a whole" if whole else "healthy, new head on a frozen network")


def _network(seed: int) -> nn.Sequential:
    norm = nn.LayerNorm if seed % 2 else nn.Identity
    wide = nn.Linear(64, 64)
    return nn.Sequential(nn.Linear(WIDTH, 64), norm(64), nn.ReLU(), wide, norm(64), nn.ReLU(), nn.Linear(64, CLASSES))
