"""Quantised and sparse tensors are read as what they stand for; what cannot be read is said."""

from __future__ import annotations

import math
import warnings

import pytest

from diagnose.readers import torch_checkpoint
from tests.against_torch import checkpoint_of, expected, saved, torch


def test_quantised_tensors_read_as_their_real_values(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        real = torch.randn(30, 40)
        scales, zeros = torch.rand(40, dtype=torch.float64) * 0.1 + 0.01, torch.arange(40) - 20
        tensors = {
            "one scale": torch.quantize_per_tensor(real, 0.05, 3, torch.quint8),
            "small": torch.quantize_per_tensor(real[:2, :5], 0.05, 0, torch.qint8),
            "many scales": torch.quantize_per_channel(real, scales, zeros, 1, torch.qint8),
            "few of many": torch.quantize_per_channel(real[:2, :40:20], scales[:2], zeros[:2], 1, torch.qint32),
        }
    path = saved(tmp_path, tensors)

    found = checkpoint_of(path)

    for name, tensor in tensors.items():
        summary, wanted = found.tensors[name], expected(tensor.dequantize())
        assert summary.dtype == str(tensor.dtype).removeprefix("torch.")
        assert (summary.minimum, summary.maximum) == pytest.approx((wanted["minimum"], wanted["maximum"]))
        assert (summary.mean, summary.std) == pytest.approx((wanted["mean"], wanted["std"]))
        assert summary.zeros == wanted["zeros"]


def test_sparse_tensors_count_what_they_do_not_store(tmp_path):
    dense = torch.randn(60, 70) * (torch.rand(60, 70) > 0.9)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tensors = {"coo": dense.to_sparse(), "csr": dense.to_sparse_csr(), "csc": dense.to_sparse_csc()}
    path = saved(tmp_path, tensors)

    found = checkpoint_of(path)

    wanted = expected(dense)
    for name in tensors:
        summary = found.tensors[name]
        assert (summary.shape, summary.zeros) == ((60, 70), wanted["zeros"])
        assert (summary.mean, summary.std) == pytest.approx((wanted["mean"], wanted["std"]), rel=1e-6)


def test_what_cannot_be_read_is_said_and_has_no_figures(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        repeated = torch.sparse_coo_tensor(torch.tensor([[0, 0]]), torch.tensor([1.0, 2.0]), (3,))
    path = saved(tmp_path, {"meta": torch.ones(3, device="meta"), "repeated": repeated, "good": torch.ones(3)})

    (trace,) = torch_checkpoint.read(path)

    assert [note.what.en.partition(":")[0] for note in trace.notes] == [
        "no statistics for meta",
        "no statistics for repeated",
    ]
    assert trace.checkpoints[0].tensors["good"].mean == 1
    assert math.isnan(trace.checkpoints[0].tensors["meta"].mean)
