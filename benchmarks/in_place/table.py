"""Tries every function against an edit in place of its input before and after the call, and of its output."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as nnf
from torch import Tensor, nn

FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "relu6": nnf.relu6,
    "leaky_relu": nnf.leaky_relu,
    "prelu": lambda x: nnf.prelu(x, torch.tensor([0.25])),
    "rrelu": nnf.rrelu,
    "elu": nnf.elu,
    "selu": nnf.selu,
    "celu": nnf.celu,
    "gelu": nnf.gelu,
    "gelu, tanh": lambda x: nnf.gelu(x, approximate="tanh"),
    "silu": nnf.silu,
    "mish": nnf.mish,
    "softplus": nnf.softplus,
    "softsign": nnf.softsign,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "logsigmoid": nnf.logsigmoid,
    "hardsigmoid": nnf.hardsigmoid,
    "hardswish": nnf.hardswish,
    "hardtanh": nnf.hardtanh,
    "hardshrink": nnf.hardshrink,
    "softshrink": nnf.softshrink,
    "tanhshrink": nnf.tanhshrink,
    "threshold": lambda x: nnf.threshold(x, 0.1, 0.0),
    "softmax": lambda x: nnf.softmax(x, 0),
    "softmin": lambda x: nnf.softmin(x, 0),
    "log_softmax": lambda x: nnf.log_softmax(x, 0),
    "glu": lambda x: nnf.glu(x, 0),
    "dropout": lambda x: nnf.dropout(x, 0.5, training=True),
    "exp": torch.exp,
    "clamp": lambda x: x.clamp(0, 6),
    "abs": torch.abs,
    "sqrt(abs(x))": lambda x: x.abs().sqrt(),
    "x ** 2": lambda x: x**2,
    "x * x": lambda x: x * x,
    "x * sigmoid(x)": lambda x: x * torch.sigmoid(x),
    "normalize": lambda x: nnf.normalize(x, dim=0),
    "layer_norm": lambda x: nnf.layer_norm(x, (4,)),
    "linear": nn.Linear(4, 4),
    "x + 1": lambda x: x + 1,
}
EDITS: dict[str, Callable[[Tensor], object]] = {
    "+=": lambda x: x.add_(1),
    "-=": lambda x: x.sub_(1),
    "*=": lambda x: x.mul_(2),
    "/=": lambda x: x.div_(2),
    "[0] =": lambda x: x[:1].fill_(0),
}
PLACES = ("before", "after", "output")


def raises(function: Callable[[Tensor], Tensor], edit: Callable[[Tensor], object], place: str) -> bool:
    """Whether backward fails after ``edit`` of the input ``before`` or ``after`` the call, or of the ``output``."""
    x = torch.tensor([-1.0, 0.5, 2.0, -0.3], requires_grad=True) + 0
    if place == "before":
        edit(x)
    y = function(x)
    if place == "after":
        edit(x)
    elif place == "output":
        edit(y)
    try:
        y.sum().backward()
    except RuntimeError as error:
        if "modified by an inplace operation" not in str(error):
            raise
        return True
    return False


def rows() -> Iterator[tuple[str, tuple[bool, ...]]]:
    """Each function, and whether any of the edits makes backward fail, by place."""
    for name, function in FUNCTIONS.items():
        yield name, tuple(any(raises(function, edit, place) for edit in EDITS.values()) for place in PLACES)


def figure(head: str, fine: str, wrong: str, widths: tuple[int, ...]) -> str:
    """The table as text: a head, then a row a function; ``widths`` in characters of the head's columns."""
    lines = [head]
    for name, failed in rows():
        cells = (name, *(wrong if one else fine for one in failed))
        line = "".join(
            cell.ljust(width - (len(cell.encode("gbk")) - len(cell))) for cell, width in zip(cells, widths, strict=True)
        )
        lines.append(line.rstrip())
    return "\n".join(lines)


def english() -> str:
    """The table of the English page."""
    return figure(
        f"{'you edit ...':<17}{'the input before':<18}{'the input after':<17}the output",
        "fine",
        "raises",
        (17, 18, 17, 10),
    )


def chinese() -> str:
    """The table of the Chinese page."""
    return figure("修改的是         调用之前的输入    调用之后的输入   输出", "正常", "报错", (17, 18, 17, 10))
