"""A small gated network trained for three steps, saved as asked, and read back."""

from __future__ import annotations

import warnings

import pytest

from diagnose.readers import torch_checkpoint

torch = pytest.importorskip("torch")
nn = torch.nn


class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.bn = nn.BatchNorm2d(4)
        self.gamma = nn.Parameter(torch.zeros(1))
        self.register_buffer("scratch", torch.ones(2), persistent=False)

    def forward(self, x):
        y = self.bn(self.conv(x))
        return y + self.gamma * y


def trained(make=lambda model: torch.optim.AdamW(model.parameters(), lr=1e-3), steps=3):
    torch.manual_seed(0)
    model = Gated()
    optimizer = make(model)
    for _ in range(steps):
        optimizer.zero_grad()
        model(torch.randn(2, 3, 8, 8)).pow(2).mean().backward()
        optimizer.step()
    return model, optimizer


def read(tmp_path, thing, name="thing.pt", **how):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.save(thing, path, **how)
        head = path.read_bytes()[:4096]
    assert torch_checkpoint.sniff(path, head)
    (trace,) = torch_checkpoint.read(path)
    return trace


def said(trace):
    return " | ".join(note.what.en for note in trace.notes)


MODEL, OPTIMIZER = trained()
STATE = MODEL.state_dict()
SCHEDULER = torch.optim.lr_scheduler.CosineAnnealingLR(OPTIMIZER, 10).state_dict()
SCALER = {"scale": 65536.0, "growth_factor": 2.0, "backoff_factor": 0.5, "growth_interval": 2000, "_growth_tracker": 7}
