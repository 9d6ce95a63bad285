"""Where the name does not tell: a curve that follows a schedule to its last digit is a learning rate."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from diagnose.curve_name import split
from diagnose.run import Series
from diagnose.schedule import schedule
from kb.text import Text

_SHAPES = ("step", "milestones", "linear", "polynomial", "cosine", "restarts", "one-cycle", "exponential")
_LEAST, _LOW, _HIGH = 20, 1e-9, 1.0  # points; the range of learning rates in use
_FALL = 5.0  # a schedule that comes down by less could be many things
_GROUP = 5  # values of a rate before anything is said of its warm-up
_NAMED_AFTER = frozenset(("bce", "ce", "xent", "nll", "focal"))  # losses that no score is called after
_OTHER = frozenset(
    ("weight", "decay", "wd", "momentum", "beta", "betas", "alpha", "gamma", "lambda", "temperature", "temp", "tau",
     "threshold", "scale", "ratio", "coef", "coeff", "epsilon", "eps", "prob", "dropout", "mask", "masking", "teacher",
     "kl", "loss", "time", "eta", "memory", "mem", "epoch", "step", "steps", "iter", "rate", "error", "acc", "score",
     "consistency", "ema", "noise", "sigma", "ramp", "rampup", "exploration", "entropy", "remaining", "progress",
     "best", "min", "max", "std", "var", "count", "num", "number", "size", "len", "length", "cpu", "gpu", "disk")
)  # fmt: skip


def by_shape(series: Sequence[Series]) -> list[Series]:
    """The series, with the role learning-rate for those without one whose values are a schedule's.

    Only in a run that logs no rate by name, and never for a name that says something else.
    """
    if any(one.role == "learning-rate" for one in series) or all(one.role for one in series):
        return list(series)
    return [_rate(one) if not one.role and not one.quantity and _may_be(one) else one for one in series]


def after_a_loss(series: Sequence[Series]) -> list[Series]:
    """The series, with a role for those called after a loss and more (``unet_bce_0.5``), by which way they go.

    One that falls is that loss. One that rises within 0 and 1 from its lowest on is the score of a network that was
    trained with it: no loss is lowest at its start.
    """
    return [_going(one) if not one.role and not _NAMED_AFTER.isdisjoint(split(one.name)) else one for one in series]


def _going(one: Series) -> Series:
    values = one.values[np.isfinite(one.values)]
    if len(values) < _LEAST or "val" in one.split or not _OTHER.isdisjoint(split(one.name)):
        return one
    part = len(values) // 4
    begun, ended = float(np.median(values[:part])), float(np.median(values[-part:]))
    if ended < begun and values[0] > ended >= 0:
        why = Text("it is called after a loss, and falls", "名称中有损失函数名，且数值下降")
        return dataclasses.replace(one, role="train-loss", quantity="loss", qualifier=one.name, why=why)
    within = values.min() >= 0 and values.max() <= 1
    if within and begun < ended and values[0] < ended / 2 and values.min() > values[0] / 2:
        why = Text(
            "it is called after a loss, but rises within 0 and 1: the score of what was trained with it",
            "名称中有损失函数名，但数值在 0 到 1 之间上升：是用该损失训练的模型的得分",
        )
        return dataclasses.replace(one, role="metric", quantity="score", qualifier=one.name, why=why)
    return one


def _may_be(one: Series) -> bool:
    if len(one) < _LEAST or not _OTHER.isdisjoint(split(one.name)):
        return False
    values = one.values
    if not (np.isfinite(values).all() and values.min() >= 0 and values[values > 0].size > len(values) / 2):
        return False
    positive = values[values > 0]
    return bool(positive.min() >= _LOW and positive.max() <= _HIGH and positive.max() >= _FALL * positive[-1])


def _rate(one: Series) -> Series:
    shape = schedule(one)
    if shape is None or shape.name not in _SHAPES or one.values[-1] >= shape.peak / _FALL:
        return one
    said = shape.text()
    why = Text(
        f"its name tells nothing, but its values follow a schedule ({said.en})",
        f"名称看不出，但数值符合调度曲线（{said.zh}）",
    )
    return dataclasses.replace(one, role="learning-rate", quantity="lr", why=why)


def warmed_down(series: Sequence[Series]) -> list[Series]:
    """The series, with a word on the rate that comes down while its companions warm up to the same value.

    Detectors of YOLO start their biases at 0.1 and let them come down to the rate of the other groups in three epochs.
    """
    rates = [one for one in series if one.role == "learning-rate" and len(one) >= _GROUP]
    return [_told(one) if any(_meet(one, other) for other in rates) else one for one in series]


def _meet(one: Series, other: Series) -> bool:
    """Whether ``one`` comes down from its first value and ``other`` up from its own, until both are the same."""
    if one.role != "learning-rate" or len(one) != len(other) or one is other:
        return False
    high, low = one.values, other.values
    if not (high[0] > 2 * low[0] and high[0] > high[1] and low[0] < low[1]):
        return False
    return bool(np.allclose(high[-1], low[-1], rtol=1e-3) and np.isclose(high, low, rtol=1e-2).mean() >= 0.5)


def _told(one: Series) -> Series:
    assert one.why is not None
    en, zh = (
        "comes down while another group warms up, as YOLO's biases do",
        "其他组预热上升时它在下降，与 YOLO 的偏置组相同",
    )
    return dataclasses.replace(one, why=Text(f"{one.why.en}; {en}", f"{one.why.zh}；{zh}"))
