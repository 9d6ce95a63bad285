"""Evaluations that jump: told where they get no better, and not for what is usual."""

from __future__ import annotations

import numpy as np
import pytest

from diagnose.run import Series
from diagnose.unsettled import unsettled

NOISE = np.random.default_rng(3).standard_normal(60)
T = np.arange(60)


def found(values, *, loss=False, name="val/dice"):
    one = Series(name, T[: len(values)], np.asarray(values, float), quantity="loss" if loss else "dice", split="val")
    looked = ((one,), ()) if loss else ((), (one,))
    return list(unsettled(*looked, points=24, warm=0.2, score=0.075, loss=0.25, wild=1))


def test_a_jumping_score_is_told_with_its_level_and_swing():
    (told,) = found(0.5 + 0.08 * NOISE)

    assert told.subject == "val/dice"
    assert told.cause == "evaluation"
    assert told.facts["level"] == pytest.approx(0.5, abs=0.05)
    assert 0.05 < told.facts["swing"] < 0.15
    assert told.first == 12
    assert told.last == 59


def test_a_validation_loss_that_flips_between_two_levels_is_told():
    (told,) = found(np.where(NOISE > 0.5, 1.5, 0.08) + 0.01 * NOISE, loss=True)

    assert told.cause == "lottery"


def test_a_validation_loss_that_moves_by_a_half_is_no_lottery():
    (told,) = found(0.2 + 0.1 * NOISE, loss=True)

    assert told.cause == "evaluation"


@pytest.mark.parametrize(
    "values",
    [
        0.8 + 0.02 * NOISE,
        0.3 + 0.006 * T + 0.06 * NOISE,
        np.where(T < 12, 0.3, 0.7),
        np.full(60, 0.5),
        np.zeros(60),
        0.5 + 0.1 * NOISE[:23],
        np.where(T % 10 == 5, 0.2, 0.8),
    ],
    ids=["jitter", "rises faster", "jumps early", "constant", "zero", "too few", "one in ten"],
)
def test_a_score_is_not_told_for_what_is_usual(values):
    assert found(values) == []


@pytest.mark.parametrize(
    "values",
    [
        0.2 + 0.02 * NOISE,
        np.exp(-T / 10) + 0.01 * NOISE,
        0.2 * np.exp(T / 60) * (1 + 0.05 * NOISE),
        np.full(60, 0.2),
    ],
    ids=["jitter", "falls", "overfits", "constant"],
)
def test_a_validation_loss_is_not_told_for_what_is_usual(values):
    assert found(values, loss=True) == []


def test_of_several_data_sets_the_loudest_is_named_once():
    common = np.sin(7.0 * T * T)
    scores = tuple(
        Series(name, T, level + width * common, quantity="dice")
        for name, level, width in (("Kvasir", 0.7, 0.08), ("ETIS", 0.4, 0.12))
    )

    told = list(unsettled((), scores, points=24, warm=0.2, score=0.075, loss=0.25, wild=1))

    assert [one.subject for one in told] == ["ETIS"]
