"""Recognises tensors that still are what an initialisation drew: by hard edges, spread and extremes.

`torch.nn` draws the weights and biases of convolutions and linear layers evenly between plus and minus
1/sqrt(fan_in). One update pushes values over that edge; how small an update shows is told by `least_update`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from diagnose.run import Tensor

ROUNDING = {"float16": 2.0**-11, "bfloat16": 2.0**-8}  # of an edge that was cast; half a step of float32 else
FLOAT = 2.0**-23
_NORMALS = (1.0, 0.02, 0.01)  # nn.Embedding; GPT, BERT and ViT; heads of detectors
_GATES_OF = {"weight_ih": (4, 3, 1), "weight_hh": (4, 3, 1)}  # LSTM, GRU, RNN keep that many gates in one matrix


@dataclass(frozen=True)
class Print:
    """What a tensor still shows: ``even`` up to ``size`` (the edge) or ``normal`` of standard deviation ``size``."""

    kind: str
    size: float


def default_edges(name: str, shape: tuple[int, ...]) -> tuple[float, ...]:
    """The edges that initialisations in use give a weight of this shape; the default of `torch.nn` first."""
    fan_in, fan_out = math.prod(shape[1:]), math.prod(shape) // shape[1]
    layer = name.rpartition(".")[2]
    gates = next((of for begin, of in _GATES_OF.items() if layer.startswith(begin)), ())
    hidden = [1 / math.sqrt(shape[0] // many) for many in gates if shape[0] % many == 0]
    return (
        1 / math.sqrt(fan_in),
        *hidden,
        math.sqrt(6 / (fan_in + fan_out)),  # xavier_uniform_
        math.sqrt(6 / fan_in),  # kaiming_uniform_ for ReLU, by inputs and by outputs
        math.sqrt(6 / fan_out),
    )


def default_spreads(shape: tuple[int, ...]) -> tuple[float, ...]:
    """The standard deviations that initialisations in use give a weight of this shape."""
    fan_in, fan_out = math.prod(shape[1:]), math.prod(shape) // shape[1]
    he = (math.sqrt(2 / fan_in), math.sqrt(2 / fan_out))
    return (*_NORMALS, *he, math.sqrt(2 / (fan_in + fan_out)), math.sqrt(1 / fan_in))


def untouched(tensor: Tensor, least: float, most_normal: float, surprise: float) -> Print | None:
    """The initialisation a weight of two or more axes still shows, or None.

    ``least`` elements are needed to tell even values, ``most_normal`` to tell normal ones; ``surprise`` bounds how
    rarely (e to its negative) an untouched tensor is passed by at each of the tests.
    """
    if len(tensor.shape) < 2 or tensor.nonfinite or not tensor.std > 0 or tensor.numel < least:
        return None
    for edge in default_edges(tensor.name, tensor.shape):
        if is_even(tensor, edge, surprise):
            return Print("even", edge)
    if tensor.numel >= most_normal:
        for spread in default_spreads(tensor.shape):
            if is_normal(tensor, spread, surprise):
                return Print("normal", spread)
    return None


def is_even(tensor: Tensor, edge: float, surprise: float) -> bool:
    """Whether the elements can be even draws between minus and plus ``edge``.

    None beyond it, both extremes within the distance at which a sample of this size ends (e^-surprise to end
    farther away), mean and spread within their sampling error.
    """
    bound = edge * (1 + ROUNDING.get(tensor.dtype, FLOAT))
    if tensor.maximum > bound or tensor.minimum < -bound:
        return False
    near = edge * (1 - 2 * surprise / tensor.numel) - (bound - edge)
    if tensor.maximum < near or tensor.minimum > -near:
        return False
    return _spread_fits(tensor, edge / math.sqrt(3), math.sqrt(0.2), surprise)


def shrunk(tensor: Tensor, least: float, surprise: float) -> float | None:
    """The share of torch's default range that an even weight of two or more axes fills, below 1; None when it is none.

    Decay without gradient takes the hard edge along. The share is known to about one in ``numel``.
    """
    if len(tensor.shape) < 2 or tensor.nonfinite or not tensor.std > 0 or tensor.numel < least:
        return None
    edge = max(tensor.maximum, -tensor.minimum) * (1 + 1 / tensor.numel)
    share = edge / default_edges(tensor.name, tensor.shape)[0]
    return share if share < 1 and is_even(tensor, edge, surprise) else None


def is_normal(tensor: Tensor, spread: float, surprise: float) -> bool:
    """Whether the elements can be normal draws of standard deviation ``spread`` around zero."""
    if not _spread_fits(tensor, spread, math.sqrt(0.5), surprise):
        return False
    return all(_usual_extreme(-end / spread, tensor.numel, surprise) for end in (tensor.minimum, -tensor.maximum))


def least_update(numel: int, edge: float, surprise: float) -> float:
    """The typical size of an update that still pushes some of ``numel`` even elements over the edge.

    Of those within its reach, half are pushed outward: numel * update / (2 * edge) are expected beyond.
    """
    return 2 * surprise * edge / numel


def _spread_fits(tensor: Tensor, spread: float, error: float, surprise: float) -> bool:
    """Mean and standard deviation within their sampling error; ``error`` is that of ln(std) for one element."""
    root = math.sqrt(tensor.numel)
    sigmas = math.sqrt(2 * surprise)  # a normal error is larger with a chance below e^-surprise
    coarse = ROUNDING.get(tensor.dtype, FLOAT)
    off = abs(math.log(tensor.std / spread))
    return off <= sigmas * error / root + coarse and abs(tensor.mean) <= sigmas * spread / root


def _usual_extreme(sigmas: float, numel: int, surprise: float) -> bool:
    """Whether the largest of ``numel`` normal draws lies this many standard deviations out, neither more nor less."""
    if sigmas <= 0:
        return False
    beyond = numel * math.erfc(sigmas / math.sqrt(2)) / 2  # expected number farther out
    return math.exp(-surprise) <= beyond <= surprise
