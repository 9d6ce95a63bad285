"""Saves with torch, reads without it, and holds the figures against torch's own."""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import pytest

from diagnose.readers import torch_checkpoint
from diagnose.run import SMALL, Checkpoint

torch = pytest.importorskip("torch")


def saved(tmp_path, thing, **how) -> Path:
    path = tmp_path / "thing.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.save(thing, path, **how)
    return path


def checkpoint_of(path) -> Checkpoint:
    (trace,) = torch_checkpoint.read(path)
    assert [note.what.en for note in trace.notes] == []
    return trace.checkpoints[0]


def plain(tensor):
    whole = tensor.detach()
    return (whole.to(torch.complex128).abs() if whole.is_complex() else whole.double()).reshape(-1)


def expected(tensor) -> dict:
    flat = plain(tensor)
    finite = flat[torch.isfinite(flat)]
    facts = {"zeros": int((flat == 0).sum()), "nonfinite": len(flat) - len(finite), "numel": len(flat)}
    names = ("minimum", "maximum", "mean", "std")
    if not len(finite):
        return facts | dict.fromkeys(names, math.nan)
    figures = (finite.min(), finite.max(), finite.mean(), finite.std(unbiased=False))
    return facts | {name: float(value) for name, value in zip(names, figures, strict=True)}


def agree(summary, tensor) -> None:
    wanted = expected(tensor)
    assert summary.dtype == str(tensor.dtype).removeprefix("torch.")
    assert summary.shape == tuple(tensor.shape)
    assert {key: getattr(summary, key) for key in ("zeros", "nonfinite", "numel")} == {
        key: wanted[key] for key in ("zeros", "nonfinite", "numel")
    }
    for key in ("minimum", "maximum"):
        assert getattr(summary, key) == pytest.approx(wanted[key], rel=1e-15, abs=0, nan_ok=True)
    size = max(abs(wanted["minimum"]), abs(wanted["maximum"]))
    # A hundred-millionth of the spread is what `quick` promises; how much of it is used depends on the processor.
    assert summary.mean == pytest.approx(wanted["mean"], rel=1e-9, abs=1e-8 * size, nan_ok=True)
    assert summary.std == pytest.approx(wanted["std"], rel=1e-7, abs=1e-12 * size, nan_ok=True)
    flat = plain(tensor).tolist()
    assert summary.values == pytest.approx(tuple(flat) if len(flat) <= SMALL else (), rel=1e-15, abs=0, nan_ok=True)
