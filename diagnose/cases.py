"""Draw the tiny runs that entries describe in their cases.

A curve is arithmetic over ``t`` (the step, or the element of a tensor), ``noise`` (seeded, unit variance) and
``even`` (drawn evenly between -1 and 1), checked against a whitelist of syntax nodes: an entry may come from anywhere.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from diagnose.run import SMALL, Checkpoint, Curve, Group, Optimizer, Run, Series, Tensor
from kb.entry import Case, CaseCheckpoint, CaseOptimizer
from kb.problem import Problem, did_you_mean
from kb.text import Text

_FUNCTIONS = {name: getattr(np, name) for name in ("exp", "log", "sin", "cos", "sqrt", "minimum", "maximum", "where")}
_ALLOWED = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call, ast.Name, ast.Constant,
    ast.operator, ast.unaryop, ast.cmpop, ast.Load,
)  # fmt: skip


def draw(case: Case) -> Run:
    """The run a case describes; its series have names only, as if read from a log."""
    t = np.arange(case.steps, dtype=float)
    steps = (t * case.every).astype(np.int64)
    steps += sum(((t >= int(at)) * left_out for at, left_out in case.gaps.items()), start=np.zeros_like(steps))
    wall = t + sum(((t >= int(at)) * waits for at, waits in case.pauses.items()), start=0 * t) if case.pauses else None
    series = tuple(
        Series(name, steps, curve(text, t, seed), wall, resumed=case.resumed)
        for seed, (name, text) in enumerate(case.series.items())
    )
    return Run(
        Path("case"),
        "case",
        series=series,
        settings=case.settings,
        checkpoints=tuple(_checkpoint(one) for one in case.checkpoints),
    )


def curve(text: str, t: Curve, seed: int = 0) -> Curve:
    """The values of an expression at ``t`` [n]; raises `Problem` for anything that is not plain arithmetic."""
    words: dict[str, Any] = {
        "t": t,
        "noise": _noise(seed, len(t)),
        "even": _even(len(t)),
        "nan": np.nan,
        "inf": np.inf,
        **_FUNCTIONS,
    }
    try:
        tree = _parsed(text)
    except (SyntaxError, RecursionError, ValueError):
        raise Problem(Text(f"not an expression: {text!r}", f"不是算式：{text!r}")) from None
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED) or (isinstance(node, ast.Name) and node.id not in words):
            part = ast.unparse(node) if isinstance(node, ast.expr) else type(node).__name__
            hint = did_you_mean(part, words) or Text(f"use {', '.join(words)}", f"可用 {'、'.join(words)}")
            raise Problem(Text(f"a curve may not contain {part!r}", f"曲线中不能有 {part!r}"), hint=hint)
    with np.errstate(all="ignore"):
        value = eval(compile(tree, "curve", "eval"), {"__builtins__": {}}, words)  # noqa: S307 - only nodes checked above
    return np.broadcast_to(np.asarray(value, dtype=float), t.shape)


@cache
def _parsed(text: str) -> ast.Expression:
    return ast.parse(text, mode="eval")


def _noise(seed: int, count: int) -> Curve:
    return np.random.default_rng(seed).standard_normal(count)


@cache
def _even(count: int) -> Curve:
    return np.random.default_rng(1).uniform(-1, 1, count)


def _checkpoint(case: CaseCheckpoint) -> Checkpoint:
    tensors = {name: _tensor(name, text, case.dtype, case.side) for name, text in case.tensors.items()}
    optimizer = _optimizer(case.optimizer, tensors) if case.optimizer else None
    return Checkpoint(
        Path(f"step_{case.step}.pt"), tensors, case.step, optimizer,
        ema={name: _tensor(name, text, case.dtype, case.side) for name, text in case.ema.items()},
        scheduler=case.scheduler, scaler=case.scaler, numbers=case.numbers, unsafe=case.unsafe,
    )  # fmt: skip


def _tensor(name: str, text: str, dtype: str, side: int) -> Tensor:
    """A constant is one element; anything over ``t`` or a random draw is a square weight."""
    several = any(isinstance(node, ast.Name) and node.id in ("t", "noise", "even") for node in ast.walk(_parsed(text)))
    values = curve(text, np.arange(float(side * side) if several else 1.0))
    good = values[np.isfinite(values)]
    low, high, mean, std = (good.min(), good.max(), good.mean(), good.std()) if len(good) else (np.nan,) * 4
    square = values.reshape(side, side) if several else values[None]
    return Tensor(
        name, dtype, (side, side) if several else (1,), float(low), float(high), float(mean), float(std),
        zeros=int(np.count_nonzero(values == 0)), nonfinite=int(np.count_nonzero(~np.isfinite(values))),
        values=tuple(map(float, values)) if len(values) <= SMALL else (),
        sample=values[:SMALL].astype(np.float32), rows=np.abs(square).max(axis=1).astype(np.float32),
    )  # fmt: skip


def _optimizer(case: CaseOptimizer, tensors: dict[str, Tensor]) -> Optimizer:
    groups, state, slot = [], {}, 0
    for group in case.groups:
        names = tuple(group.get("holds", ()))
        slots = tuple(range(slot, slot + len(names)))
        slot += len(names)
        numbers = {key: float(value) for key, value in group.items() if key != "holds"}
        groups.append(Group(slots, names, numbers))
        for index, name in zip(slots, names, strict=True):
            if name in case.state:
                state[index] = {key: _slot(key, value, tensors[name]) for key, value in case.state[name].items()}
    return Optimizer(tuple(groups), state, matched="param_names")


def _slot(key: str, value: float, parameter: Tensor) -> Tensor | float:
    if key == "step":
        return float(value)
    zeros = parameter.numel if value == 0 else 0
    return Tensor(key, "float32", parameter.shape, value, value, value, 0.0, zeros, 0)
