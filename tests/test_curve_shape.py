"""A curve whose name tells nothing is a learning rate only when it follows a schedule to its last digit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from diagnose.run import Run, Series
from tests.built_in import recogniser

RECOGNISER = recogniser("concept")
STEPS = np.arange(100)
COSINE = 1e-6 + 0.01 * (1 + np.cos(np.pi * STEPS / 99)) / 2
STAIRS = 0.1 * 0.1 ** (STEPS // 30)
NOISY = COSINE * (1 + 0.02 * np.random.default_rng(0).normal(size=100))


def seen(name, values, *others):
    curves = [Series(name, np.arange(len(values)), np.asarray(values, float))]
    curves += [Series(other, STEPS, np.full(100, 0.1)) for other in others]
    return RECOGNISER.recognise(Run(Path(), "run", series=tuple(curves)), {}).series[0]


@pytest.mark.parametrize("values", [COSINE, STAIRS, 0.1 * 0.95**STEPS], ids=["cosine", "stairs", "exponential"])
def test_a_schedule_under_an_odd_name_is_a_learning_rate_and_says_so(values):
    one = seen("col3", values)

    assert one.role == "learning-rate"
    assert "values follow a schedule" in one.why.en
    assert "数值符合调度曲线" in one.why.zh


@pytest.mark.parametrize(
    "values",
    [NOISY, np.full(100, 0.01), 5 * COSINE / COSINE.max(), COSINE[:10], 0.01 - COSINE],
    ids=["noise", "constant", "above one", "ten points", "negative"],
)
def test_what_only_resembles_a_schedule_is_none(values):
    assert seen("col3", values).role == ""


@pytest.mark.parametrize(
    "name", ["kl_weight", "teacher_temp", "weight_decay", "exploration_rate", "mask_ratio", "momentum"]
)
def test_what_its_name_calls_something_else_stays_so(name):
    assert seen(name, COSINE).role == ""


def test_where_a_rate_is_logged_by_name_no_shape_is_taken_for_another():
    assert seen("col3", COSINE, "train/lr").role == ""


def test_nan_among_the_values_makes_it_none():
    values = COSINE.copy()
    values[40] = np.nan

    assert seen("col3", values).role == ""


def warm_up(first):
    """Three epochs from ``first`` to 0.01, then a line down to 0.0001."""
    main = np.linspace(0.01, 0.0001, 97)
    return np.concatenate((np.linspace(first, main[0], 4)[:3], main))


def test_the_group_that_comes_down_while_the_others_warm_up_is_told():
    curves = [Series(f"lr/pg{at}", STEPS, warm_up(first)) for at, first in enumerate((0.003, 0.003, 0.07))]

    seen = RECOGNISER.recognise(Run(Path(), "run", series=tuple(curves)), {}).series

    assert [one.role for one in seen] == ["learning-rate"] * 3
    assert ["comes down while another group warms up" in one.why.en for one in seen] == [False, False, True]


def test_groups_with_rates_of_their_own_are_not():
    curves = [Series(f"lr/{name}", STEPS, COSINE * factor) for name, factor in (("backbone", 0.1), ("head", 1.0))]

    seen = RECOGNISER.recognise(Run(Path(), "run", series=tuple(curves)), {}).series

    assert not any("warms up" in one.why.en for one in seen)


SCORE = np.minimum(0.9, 0.1 + 0.02 * STEPS)


@pytest.mark.parametrize(
    ("name", "values", "role"),
    [
        ("unet_bce_0.5", SCORE, "metric"),
        ("unet_bce_0.5", 0.7 * 0.97**STEPS + 0.001 * np.sin(STEPS), "train-loss"),
        ("unet_bce_0.5", 0.3 + 0.2 * np.abs(STEPS - 30) / 70, ""),  # came down and went up again
        ("unet_bce_0.5", 3 * SCORE, ""),
        ("focal_alpha", SCORE, ""),
        ("unet_0.5", SCORE, ""),
        ("unet_bce_0.5", SCORE[:9], ""),
    ],
)
def test_a_curve_called_after_a_loss_and_more_is_what_it_does(name, values, role):
    one = seen(name, values)

    assert one.role == role
    assert not one.lower_is_better
