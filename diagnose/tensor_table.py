"""Rows of a checkpoint's tensors: as many columns as the width bears, with how far the next step would move each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from diagnose.gates import is_closed
from diagnose.run import Checkpoint, Tensor
from kb.prose import Line
from kb.text import Lang, Text
from kb.wrap import pad, width_of

Cell = Callable[[Tensor, Checkpoint], str]
_VERDICT = 20  # columns kept for what is said of a gate
_SHORTEST = 24  # of a name before columns are left out


def rows(
    names: Sequence[str], checkpoint: Checkpoint, lang: Lang, width: int, *, gates: bool = False
) -> Iterator[Line]:
    """A heading and a row for each tensor; names too long for their column lose their middle.

    ``gates`` says at the end of each row how open the gate is.
    """
    columns = [*_COLUMNS]
    width -= _VERDICT + 2 if gates else 0
    while columns and width - 2 - sum(wide + 1 for _, wide, _ in columns) < _SHORTEST:
        columns.pop(min(range(len(columns)), key=lambda at: _ORDER.index(columns[at][0].en)))
    room = width - 2 - sum(wide + 1 for _, wide, _ in columns)
    room = min(room, max((len(name) for name in names), default=0))
    heads = " ".join(right(head.of(lang), wide) for head, wide, _ in columns)
    yield Line("dim", f"  {pad('', room)} {heads}")
    for name in names:
        tensor = checkpoint.tensors[name]
        cells = " ".join(right(cell(tensor, checkpoint), wide) for _, wide, cell in columns)
        said = f"  {verdict(tensor, lang)}" if gates else ""
        yield Line("text", f"  {pad(cut(name, room), room)} {cells}{said}".rstrip())


def verdict(tensor: Tensor, lang: Lang) -> str:
    """What a gate's values say at a glance."""
    if is_closed(tensor):
        return Text("closed", "关闭").of(lang)
    if tensor.zeros:
        return Text(f"{tensor.zeros} of {tensor.numel} closed", f"{tensor.numel} 个中关闭 {tensor.zeros} 个").of(lang)
    if tensor.numel > 1 and tensor.minimum == tensor.maximum:
        return Text("all channels equal", "各通道相同").of(lang)
    return Text("open", "打开").of(lang)


def norm(tensor: Tensor) -> float:
    """The Euclidean norm over the finite elements."""
    return math.hypot(tensor.mean, tensor.std) * math.sqrt(tensor.numel)


def step_scale(tensor: Tensor, checkpoint: Checkpoint) -> float:
    """The mean gradient over its spread, as Adam divides them: 1 all one way, near 0 nothing but noise; NaN unknown."""
    optimizer = checkpoint.optimizer
    place = optimizer.slot_of(tensor.name) if optimizer else None
    state = optimizer.state.get(place[1], {}) if optimizer and place else {}
    first, second, steps = state.get("exp_avg"), state.get("exp_avg_sq"), state.get("step")
    if not (isinstance(first, Tensor) and isinstance(second, Tensor) and place) or not second.mean >= 0:
        return math.nan
    if second.mean == 0:
        return 0.0
    numbers, counted = place[0].numbers, steps if isinstance(steps, (int, float)) and steps > 0 else math.inf
    # Adam's correction of the start
    grown: list[float] = [1 - numbers.get(name, 0.0) ** counted for name in ("beta1", "beta2")]
    if not all(one > 0 for one in grown):
        return math.nan
    return math.hypot(first.mean, first.std) / grown[0] / math.sqrt(second.mean / grown[1])


def _step(tensor: Tensor, checkpoint: Checkpoint) -> str:
    scale = step_scale(tensor, checkpoint)
    return "-" if math.isnan(scale) else f"{scale:.2g}"


def _zeros(tensor: Tensor, _: Checkpoint) -> str:
    bad = f"{tensor.nonfinite} NaN" if tensor.nonfinite else ""
    return bad or (f"{100 * tensor.zeros / tensor.numel:.0f}%" if tensor.zeros and tensor.numel else "")


_COLUMNS: tuple[tuple[Text, int, Cell], ...] = (
    (Text("shape", "形状"), 14, lambda one, _: "x".join(map(str, one.shape)) or "-"),
    (Text("type", "类型"), 8, lambda one, _: one.dtype),
    (Text("min", "最小"), 9, lambda one, _: f"{one.minimum:.3g}"),
    (Text("max", "最大"), 9, lambda one, _: f"{one.maximum:.3g}"),
    (Text("mean", "均值"), 9, lambda one, _: f"{one.mean:.2g}"),
    (Text("std", "标准差"), 9, lambda one, _: f"{one.std:.3g}"),
    (Text("norm", "范数"), 8, lambda one, _: f"{norm(one):.3g}"),
    (Text("m/√v", "m/√v"), 7, _step),
    (Text("zeros", "零"), 7, _zeros),
)
_ORDER = ("type", "mean", "min", "max", "shape", "std", "m/√v", "zeros", "norm")  # what is left out first


def right(text: str, wide: int) -> str:
    """The text at the right of its column; Chinese characters are two columns wide."""
    return " " * (wide - width_of(text)) + text


def cut(name: str, room: int) -> str:
    """The name, without its middle where it has more than ``room`` characters."""
    if len(name) <= room:
        return name
    half = (room - 1) // 2
    return f"{name[: room - 1 - half]}…{name[len(name) - half :]}"
