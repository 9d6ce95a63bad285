"""Tests that a large log, whose steps are taken at once, reads as it does line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagnose.readers import cod_log, transunet_log
from diagnose.run import Trace
from diagnose.tables import harvest, log_lines

CONFIG = "[2024-05-06 07:08:09 AM-train.py-INFO:Config: epoch: 2; lr: 0.0001; load: None; batchsize: 16]"


def sinet() -> list[str]:
    lines = []
    for run in range(2):
        lines.append(CONFIG)
        for epoch in range(1, 6):
            lines.append(f"lr: 0.{epoch}")
            for step in range(1, 50):
                loss = "nan" if step == 17 else "oops" if step == 33 else f"{1 / (step + epoch + run):.4f}"
                lines.append(f"Epoch [{epoch:03d}/005], Step [{step:04d}/0049], Total_loss: {loss} Loss1: 0.5")
            lines.append(f"[Val Info]:Epoch:{epoch} MAE:0.0{epoch} bestEpoch:1 bestMAE:0.01]")
    return [*lines, "Epoch [006/005], Step [0001/0049], Total_loss: 0.4512 Loss1: 0."]


def transunet() -> list[str]:
    lines = []
    for run in range(2):
        lines += ["Namespace(base_lr=0.05, max_iterations=300)", "20 iterations per epoch. 300 max iterations"]
        for step in range(1, 200):
            lines.append(
                f"iteration {step} : loss : {'nan' if step == 7 else f'{1 / (step + run):.6f}'}, loss_ce: 1e-05"
            )
            if step % 20 == 0:
                lines.append(f"epoch {step // 20}, mean train loss: 0.{step}")
    return [*lines, "iteration 200 : loss : 0.5"]


def told(traces: list[Trace]) -> list[object]:
    return [
        (
            {s.name: (s.steps.tolist(), [repr(v) for v in s.values.tolist()]) for s in t.series},
            t.settings,
            t.notes,
        )
        for t in traces
    ]


@pytest.mark.parametrize(("reader", "lines"), [(cod_log, sinet()), (transunet_log, transunet())])
def test_steps_taken_at_once_read_as_they_do_line_by_line(tmp_path: Path, monkeypatch, reader, lines) -> None:
    path = tmp_path / "log.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    slowly = told(reader.read(path))
    monkeypatch.setattr(log_lines, "LARGE", 100)
    monkeypatch.setattr(harvest, "PIECE", 4000)
    assert told(reader.read(path)) == slowly
    assert len(slowly) == 2
