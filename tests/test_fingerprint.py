"""What an initialisation draws is recognised, and a single small update is seen: real layers of torch."""

from __future__ import annotations

import math

import numpy as np
import pytest

from diagnose.fingerprint import default_edges, is_even, least_update, shrunk, untouched
from tests.trained import read

torch = pytest.importorskip("torch")
nn = torch.nn
LEAST, NORMAL, SURPRISE = 256, 16384, 7.0
EVEN = {
    "linear": lambda: nn.Linear(64, 64).weight,
    "convolution": lambda: nn.Conv2d(16, 32, 3).weight,
    "transposed convolution": lambda: nn.ConvTranspose2d(16, 32, 3).weight,
    "grouped convolution": lambda: nn.Conv2d(16, 32, 3, groups=4).weight,
    "projections of attention": lambda: nn.MultiheadAttention(32, 2).in_proj_weight,
    "xavier": lambda: nn.init.xavier_uniform_(torch.empty(48, 64)),
    "kaiming": lambda: nn.init.kaiming_uniform_(torch.empty(48, 64), nonlinearity="relu"),
    "cast to bfloat16": lambda: nn.Linear(64, 64).weight.to(torch.bfloat16),
    "cast to float16": lambda: nn.Linear(64, 64).weight.to(torch.float16),
}
DRAWN = {
    "embedding": lambda: nn.Embedding(200, 128).weight,
    "transformer": lambda: nn.init.trunc_normal_(torch.empty(128, 512), std=0.02),
    "kaiming normal by outputs": lambda: nn.init.kaiming_normal_(torch.empty(128, 64, 3, 3), mode="fan_out"),
    "xavier normal": lambda: nn.init.xavier_normal_(torch.empty(200, 300)),
}


def tensor_of(tmp_path, weight, name="layer.weight"):
    (checkpoint,) = read(tmp_path, {name: weight.detach(), "other.weight": torch.zeros(2, 2)}).checkpoints
    return checkpoint.tensors[name]


@pytest.mark.parametrize("make", EVEN.values(), ids=EVEN)
def test_default_weights_of_torch_are_recognised_nearly_always(tmp_path, make):
    torch.manual_seed(0)
    seen = [untouched(tensor_of(tmp_path, make()), LEAST, NORMAL, SURPRISE) for _ in range(20)]

    assert sum(one is not None and one.kind == "even" for one in seen) >= 19


@pytest.mark.parametrize("make", DRAWN.values(), ids=DRAWN)
def test_normal_draws_are_recognised_by_their_spread(tmp_path, make):
    torch.manual_seed(0)
    seen = [untouched(tensor_of(tmp_path, make()), LEAST, NORMAL, SURPRISE) for _ in range(6)]

    assert sum(one is not None and one.kind == "normal" for one in seen) >= 5


def test_the_weights_of_an_lstm_are_recognised(tmp_path):
    torch.manual_seed(0)
    state = nn.LSTM(24, 32).state_dict()
    (checkpoint,) = read(tmp_path, {f"rnn.{name}": one for name, one in state.items()}).checkpoints

    assert untouched(checkpoint.tensors["rnn.weight_ih_l0"], LEAST, NORMAL, SURPRISE)
    assert untouched(checkpoint.tensors["rnn.weight_hh_l0"], LEAST, NORMAL, SURPRISE)


@pytest.mark.parametrize("side", [16, 64, 256])
def test_an_update_of_the_size_that_is_told_is_seen_nearly_always(tmp_path, side):
    torch.manual_seed(0)
    edge = 1 / math.sqrt(side)
    size = least_update(side * side, edge, SURPRISE)
    moved = 0
    for _ in range(20):
        weight = nn.Linear(side, side).weight.detach()
        weight += size * torch.randn_like(weight).sign()
        moved += untouched(tensor_of(tmp_path, weight), LEAST, NORMAL, SURPRISE) is None

    assert moved >= 19


def test_one_step_of_adam_at_a_thousandth_is_seen_in_a_layer_of_ordinary_size(tmp_path):
    torch.manual_seed(0)
    layer = nn.Linear(256, 256)
    learner = torch.optim.Adam(layer.parameters(), lr=1e-3)
    layer(torch.randn(8, 256)).square().mean().backward()
    before = untouched(tensor_of(tmp_path, layer.weight), LEAST, NORMAL, SURPRISE)
    learner.step()

    assert before is not None
    assert untouched(tensor_of(tmp_path, layer.weight), LEAST, NORMAL, SURPRISE) is None


def test_values_with_two_peaks_within_the_edge_are_not_even(tmp_path):
    torch.manual_seed(0)
    edge = default_edges("layer.weight", (64, 64))[0]
    peaks = edge * torch.rand(64, 64).sqrt() * torch.randn(64, 64).sign()

    assert not is_even(tensor_of(tmp_path, peaks), edge, SURPRISE)


@pytest.mark.parametrize("share", [0.99, 0.5, 0.01])
def test_a_decayed_layer_tells_the_share_that_is_left(tmp_path, share):
    torch.manual_seed(0)
    seen = [shrunk(tensor_of(tmp_path, share * nn.Linear(40, 40).weight), LEAST, SURPRISE) for _ in range(10)]

    assert sum(one is not None and abs(one / share - 1) < 2 * SURPRISE / 1600 for one in seen) >= 9


def test_a_layer_that_was_trained_under_decay_is_no_decayed_one(tmp_path):
    torch.manual_seed(0)
    layer = nn.Linear(64, 64)
    learner = torch.optim.AdamW(layer.parameters(), lr=1e-3, weight_decay=1.0)
    for _ in range(30):
        learner.zero_grad()
        (layer(torch.randn(8, 64)) - 1).square().mean().backward()
        learner.step()

    assert shrunk(tensor_of(tmp_path, layer.weight), LEAST, SURPRISE) is None
    assert shrunk(tensor_of(tmp_path, torch.randn(64, 64) / 50), LEAST, SURPRISE) is None
    assert shrunk(tensor_of(tmp_path, torch.zeros(64, 64)), LEAST, SURPRISE) is None


def test_elements_and_rows_are_those_of_the_tensor(tmp_path):
    torch.manual_seed(0)
    weight = torch.randn(40, 3, 5, 5)
    weight[7] = 0
    seen = tensor_of(tmp_path, weight)
    flat = weight.flatten().numpy()

    assert len(seen.rows) == 40
    assert seen.rows[7] == 0
    assert (np.delete(seen.rows, 7) > 0).all()
    assert (seen.rows <= weight.abs().amax(dim=(1, 2, 3)).numpy()).all()
    assert len(seen.sample) == 64
    assert np.isin(seen.sample, flat).all()
    assert (seen.sample[[0, -1]] == flat[[0, -1]]).all()


@pytest.mark.parametrize("shape", [(0, 3), (1, 1), (3,), (1, 700_000), (20_000, 2), ()])
def test_odd_shapes_are_looked_at_or_left_alone_without_harm(tmp_path, shape):
    seen = tensor_of(tmp_path, torch.ones(shape))

    assert len(seen.sample) <= 64
    assert len(seen.rows) in (0, seen.shape[0] if seen.shape else 0)


def test_a_transposed_view_has_no_rows(tmp_path):
    assert len(tensor_of(tmp_path, torch.randn(20, 30).t()).rows) == 0
