"""Rows for families of tensors, which have the same place in every block of a network, and members that stand out."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from diagnose.gates import is_closed
from diagnose.measure import median
from diagnose.run import Checkpoint, Tensor
from diagnose.tensor_table import cut, norm, right, step_scale
from kb.prose import Line
from kb.text import Lang, Text
from kb.wrap import pad, width_of, wrap

_NUMBER = re.compile(r"(?<=\.)\d+(?=\.)|^\d+(?=\.)")
_SHORTEST = 28  # of a name before columns are left out
_SEVERAL = 4  # members from which on one can stand out
_FAR = 10  # times its family's median norm, or a tenth of it
_MOST = 12  # of those that stand out

Numbers = Callable[[Tensor, Checkpoint], float]


def families(names: Sequence[str]) -> Mapping[str, list[str]]:
    """The names by what they have in common when numbered modules are not told apart, in order of appearance."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(_NUMBER.sub("*", name), []).append(name)
    return {pattern if len(members) > 1 else members[0]: members for pattern, members in found.items()}


def family_rows(names: Sequence[str], checkpoint: Checkpoint, lang: Lang, width: int) -> Iterator[Line]:
    """A heading, a row for each family with the range of its numbers, and a line for each member that stands out."""
    groups = families(names)
    columns = [*_COLUMNS]
    while columns and width - 2 - sum(wide + 1 for _, wide, _ in columns) < _SHORTEST:
        columns.pop(min(range(len(columns)), key=lambda at: _ORDER.index(columns[at][0].en)))
    room = min(width - 2 - sum(wide + 1 for _, wide, _ in columns), max(map(len, groups), default=0))
    heads = " ".join(right(head.of(lang), wide) for head, wide, _ in columns)
    yield Line("dim", f"  {pad('', room)} {heads}")
    for pattern, members in groups.items():
        tensors = [checkpoint.tensors[name] for name in members]
        cells = " ".join(right(cell(tensors, checkpoint), wide) for _, wide, cell in columns)
        yield Line("text", f"  {pad(cut(pattern, room), room)} {cells}".rstrip())
    odd = [text.of(lang) for members in groups.values() for text in _odd(members, checkpoint)]
    for text in odd[:_MOST]:
        yield from (Line("mark", line) for line in wrap(text, width, first="  ! ", rest="    "))
    if len(odd) > _MOST:
        more = Text(f"and {len(odd) - _MOST} more that stand out", f"另有 {len(odd) - _MOST} 个异常")
        yield Line("mark", f"  ! {more.of(lang)}")


def _odd(members: Sequence[str], checkpoint: Checkpoint) -> Iterator[Text]:
    """What is unlike the rest of the family: not finite, nothing but zeros, far larger or smaller."""
    norms = {name: norm(checkpoint.tensors[name]) for name in members}
    usual = median([one for one in norms.values() if math.isfinite(one)]) if len(members) >= _SEVERAL else math.nan
    for name in members:
        tensor = checkpoint.tensors[name]
        if tensor.nonfinite:
            yield Text(f"{name}: {tensor.nonfinite} NaN or infinite", f"{name}：{tensor.nonfinite} 个 NaN 或无穷大")
        elif is_closed(tensor) and usual > 0:
            yield Text(f"{name}: all zero, unlike the others", f"{name}：全为零，与其余不同")
        elif usual > 0 and not usual / _FAR <= norms[name] <= usual * _FAR:
            yield Text(
                f"{name}: norm {norms[name]:.3g}, usual {usual:.3g}",
                f"{name}：范数 {norms[name]:.3g}，通常 {usual:.3g}",
            )


def _range(of: Numbers) -> Callable[[Sequence[Tensor], Checkpoint], str]:
    """The smallest and largest of a number over a family; one where they agree, a dash where there is none."""

    def cell(tensors: Sequence[Tensor], checkpoint: Checkpoint) -> str:
        numbers = [one for one in (of(tensor, checkpoint) for tensor in tensors) if math.isfinite(one)]
        ends = [f"{one:.2g}" for one in (min(numbers, default=math.nan), max(numbers, default=math.nan))]
        return "-" if not numbers else ends[0] if ends[0] == ends[1] else "..".join(ends)

    return cell


def _shapes(tensors: Sequence[Tensor], _: Checkpoint) -> str:
    shapes = list(dict.fromkeys("x".join(map(str, one.shape)) or "-" for one in tensors))
    return shapes[0] if len(shapes) == 1 else f"{shapes[0]}.." if width_of(shapes[0]) <= 12 else ".."


def _zeros(tensors: Sequence[Tensor], _: Checkpoint) -> str:
    most = max((one.zeros / one.numel for one in tensors if one.numel), default=0.0)
    return f"{100 * most:.0f}%" if most else ""


_COLUMNS: tuple[tuple[Text, int, Callable[[Sequence[Tensor], Checkpoint], str]], ...] = (
    (Text("count", "个数"), 5, lambda tensors, _: str(len(tensors))),
    (Text("shape", "形状"), 14, _shapes),
    (Text("std", "标准差"), 16, _range(lambda one, _: one.std)),
    (Text("norm", "范数"), 16, _range(lambda one, _: norm(one))),
    (Text("m/√v", "m/√v"), 11, _range(step_scale)),
    (Text("zeros", "零"), 5, _zeros),
)
_ORDER = ("m/√v", "std", "shape", "zeros", "norm", "count")  # what is left out first
