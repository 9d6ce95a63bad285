"""Every figure of a tensor equals what torch computes after loading the file, for all dtypes, layouts and formats."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys
import warnings
from collections import OrderedDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.run import SMALL
from tests.against_torch import agree, checkpoint_of, saved, torch

REAL = [
    "float64",
    "float32",
    "float16",
    "bfloat16",
    "float8_e4m3fn",
    "float8_e5m2",
    "float8_e4m3fnuz",
    "float8_e5m2fnuz",
]
WHOLE = ["int64", "int32", "int16", "int8", "uint8", "uint16", "uint32", "uint64", "bool"]
COMPLEX = ["complex64", "complex128"]
NEW = [name for name in REAL + WHOLE if name.startswith(("float8", "uint")) and name != "uint8"]  # zip files only


def sample(dtype: str, count: int):
    torch.manual_seed(count)
    kind = getattr(torch, dtype)
    if dtype == "bool":
        return torch.randn(count) > 0
    if dtype in WHOLE:
        return torch.randint(0 if dtype.startswith("u") else -100, 100, (count,)).to(kind)
    values = torch.randn(count, dtype=torch.complex128 if dtype in COMPLEX else torch.float64)
    if count > 3:
        values[1] = 0
    return values.to(kind)


@pytest.mark.parametrize(
    ("dtype", "old"),
    [(dtype, old) for dtype in REAL + WHOLE + COMPLEX for old in (False, True) if not (old and dtype in NEW)],
)
def test_every_dtype_reads_as_torch_reads_it(tmp_path, dtype, old):
    tensors = {f"n{count}": sample(dtype, count) for count in (0, 1, 5, SMALL, SMALL + 1, 70_001)}
    path = saved(tmp_path, tensors, _use_new_zipfile_serialization=not old)

    found = checkpoint_of(path)

    assert list(found.tensors) == list(tensors)
    for name, tensor in tensors.items():
        agree(found.tensors[name], tensor)


@pytest.mark.parametrize("dtype", REAL)
def test_all_bit_patterns_of_small_floats_mean_the_same_number(tmp_path, dtype):
    width = torch.tensor([], dtype=getattr(torch, dtype)).element_size()
    codes = (
        torch.arange(256, dtype=torch.uint8)
        if width == 1
        else torch.randint(0, 256, (4096 * width,), dtype=torch.uint8)
    )
    tensor = codes.view(getattr(torch, dtype))
    rows = {f"at{at}": tensor[at : at + SMALL].clone() for at in range(0, len(tensor), SMALL)}
    path = saved(tmp_path, rows | {"all": tensor})

    found = checkpoint_of(path)

    for name, row in (rows | {"all": tensor}).items():
        agree(found.tensors[name], row)


def test_not_a_number_and_infinity_are_counted_and_left_out(tmp_path):
    tensors = {}
    for dtype in ("float32", "float64", "float16", "bfloat16", "float8_e5m2"):
        values = torch.randn(1000, dtype=torch.float64)
        values[[3, 5, 7]] = torch.tensor([math.nan, math.inf, -math.inf], dtype=torch.float64)
        tensors[dtype] = values.to(getattr(torch, dtype))
        tensors[f"{dtype}.none"] = torch.full((100,), math.nan).to(getattr(torch, dtype))
    path = saved(tmp_path, tensors)

    found = checkpoint_of(path)

    assert found.tensors["float32"].nonfinite == 3
    for name, tensor in tensors.items():
        agree(found.tensors[name], tensor)


def test_extremes_of_the_number_line_survive(tmp_path):
    tiny = torch.finfo(torch.float32).smallest_normal
    tensors = {
        "denormal": torch.full((500,), tiny / 1024),
        "mixed denormal": torch.linspace(-tiny, tiny, 501),
        "largest": torch.tensor([torch.finfo(torch.float32).max, -torch.finfo(torch.float32).max] * 50),
        "offset": torch.full((100_000,), 1.0) + torch.randn(100_000) * 1e-6,
        "constant": torch.full((100_000,), 0.1),
        "negative zero": -torch.zeros(100),
        "int64": torch.tensor([2**53, -(2**53), 7] * 40),
    }
    path = saved(tmp_path, tensors)

    found = checkpoint_of(path)

    assert found.tensors["constant"].std == 0
    for name, tensor in tensors.items():
        agree(found.tensors[name], tensor)


def test_views_strides_and_shared_storages_read_as_torch_reads_them(tmp_path):
    ground = torch.randn(300, 400)
    tensors = {
        "whole": ground,
        "tied": ground,
        "transposed": ground.t(),
        "rows": ground[10:20],
        "columns": ground[:, 5:7],
        "every third": ground[::3, ::7],
        "small block": ground[3:6, 4:9],
        "far apart": ground[::299, ::399],
        "expanded": torch.randn(3, 1).expand(3, 1000),
        "one expanded": torch.tensor(2.0).expand(50, 50),
        "permuted": torch.randn(4, 5, 6, 7).permute(2, 0, 3, 1),
        "channels last": torch.randn(2, 8, 9, 10).contiguous(memory_format=torch.channels_last),
        "windows": torch.arange(100.0).unfold(0, 10, 1),
        "diagonal": torch.randn(90, 90).diagonal(),
        "scalar": torch.tensor(3.5),
        "empty": torch.empty(0, 7),
        "conjugate": torch.randn(100, dtype=torch.complex64).conj(),
        "negated": torch.randn(100, dtype=torch.complex64).conj().imag,
        "parameter": torch.nn.Parameter(torch.randn(70)),
    }
    path = saved(tmp_path, tensors)

    found = checkpoint_of(path)

    for name, tensor in tensors.items():
        agree(found.tensors[name], tensor.resolve_neg())


def test_a_view_larger_than_one_piece_is_read_in_pieces(tmp_path):
    ground = torch.randn(1500, 1001)
    ground[700, 700] = math.inf
    tensors = {
        "whole": ground,
        "transposed": ground.t()[:, 1:],
        "sparse rows": ground[::2, ::2],
        "column": ground[:, 3],
    }
    path = saved(tmp_path, tensors)

    found = checkpoint_of(path)

    for name, tensor in tensors.items():
        agree(found.tensors[name], tensor)


def test_a_plain_pickle_of_tensors_reads_like_a_saved_file(tmp_path):
    tensors = OrderedDict(a=torch.randn(100), b=torch.arange(5), c=torch.randn(3).bfloat16())
    path = tmp_path / "plain.pkl"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path.write_bytes(pickle.dumps(tensors, protocol=4))

    found = checkpoint_of(path)

    for name, tensor in tensors.items():
        agree(found.tensors[name], tensor)


@pytest.mark.parametrize("protocol", range(2, 6))
def test_every_pickle_protocol_torch_can_be_told_to_use_is_read(tmp_path, protocol):
    tensors = {
        "a": torch.randn(100),
        "b": torch.nn.Parameter(torch.randn(3, 3)),
        "c": torch.ones(2, dtype=torch.uint16),
    }
    path = saved(tmp_path, tensors, pickle_protocol=protocol)

    found = checkpoint_of(path)

    for name, tensor in tensors.items():
        agree(found.tensors[name], tensor)


@settings(max_examples=60, deadline=None)
@given(
    shape=st.lists(st.integers(0, 6), max_size=4),
    dtype=st.sampled_from(["float32", "bfloat16", "int16", "bool"]),
    order=st.randoms(use_true_random=False),
    starts=st.lists(st.integers(0, 3), min_size=4, max_size=4),
    steps=st.lists(st.integers(1, 3), min_size=4, max_size=4),
)
def test_any_slice_of_any_permutation_reads_as_torch_reads_it(tmp_path_factory, shape, dtype, order, starts, steps):
    axes = list(range(len(shape)))
    order.shuffle(axes)
    whole = (torch.arange(math.prod(shape)) % 13 - 6).reshape(shape).to(getattr(torch, dtype)).permute(axes)
    part = whole[tuple(slice(start, None, step) for start, step, _ in zip(starts, steps, shape, strict=False))]
    path = saved(tmp_path_factory.mktemp("slices"), {"part": part})

    found = checkpoint_of(path)

    agree(found.tensors["part"], part)


def test_reading_imports_neither_torch_nor_anything_the_file_names(tmp_path):
    path = saved(tmp_path, {"model": torch.nn.Linear(3, 3).state_dict(), "epoch": 1})
    script = (
        "import sys, pathlib; from diagnose.readers import torch_checkpoint as reader\n"
        f"trace, = reader.read(pathlib.Path({str(path)!r}))\n"
        "print(len(trace.checkpoints[0].tensors), sorted({'torch', 'pickle', 'safetensors'} & set(sys.modules)))"
    )

    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert printed.strip() in ("2 []", "2 ['pickle']")  # numpy itself may import pickle
