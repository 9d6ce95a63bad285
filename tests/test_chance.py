"""What guessing costs, as far as settings and scores tell."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnose.chance import at_known, at_share, guessed, usual
from diagnose.known_settings import with_known
from diagnose.run import Series


def accuracy(values, split="val", quantity="accuracy"):
    values = np.asarray(values, float)
    return Series("acc", np.arange(len(values)), values, role="metric", split=split, quantity=quantity)


def still(level, count=10):
    return accuracy(np.full(count, level))


def entropy(share):
    return -share * math.log(share) - (1 - share) * math.log(1 - share)


@given(st.floats(0.005, 0.45), st.booleans())
def test_the_entropy_of_the_foreground_share_is_known_from_an_accuracy_that_never_moved(share, percent):
    scores = (still((1 - share) * (100 if percent else 1)),)

    assert at_share(entropy(share), 0.02, {}, scores)
    assert not at_share(1.1 * entropy(share), 0.02, {}, scores)


@given(st.floats(0.005, 0.95), st.floats(0.2, 50))
def test_a_weight_of_the_foreground_is_reckoned_with(share, weight):
    answers = np.linspace(1e-4, 1 - 1e-4, 100_001)
    best = (-weight * share * np.log(answers) - (1 - share) * np.log(1 - answers)).min()

    assert at_share(float(best), 0.001, {"foreground-share": share, "positive-weight": weight}, ())


@pytest.mark.parametrize(
    "score",
    [
        accuracy(0.9 - 0.4 * np.exp(-np.arange(10))),
        accuracy(np.full(10, 0.9), split="train"),
        accuracy(np.full(10, 0.9), quantity="dice"),
        accuracy(np.full(2, 0.9)),
        still(1.0),
        still(0.3),
    ],
    ids=["learned", "of training", "a Dice", "two values", "perfect", "less than half"],
)
def test_other_scores_say_nothing_of_a_share(score):
    assert not at_share(entropy(0.1), 0.02, {}, (score,))


@given(st.integers(3, 60))
def test_ln_k_counts_when_the_accuracy_is_that_of_one_class(classes):
    assert guessed(math.log(classes), 0.02, (still(1 / classes),))
    assert guessed(math.log(classes), 0.02, (still(1.2 / classes),))
    assert not guessed(math.log(classes), 0.02, (still(min(1.0, 2 / classes + 0.2)),))
    assert not guessed(math.log(classes), 0.02, ())


def test_the_class_count_of_the_settings_is_enough():
    assert at_known(math.log(7), 0.02, {"classes": 7}, ())
    assert not at_known(math.log(7), 0.02, {"classes": 6}, ())
    assert not at_known(math.log(7), 0.02, {"classes": "seven"}, ())


def test_common_values_need_no_evidence():
    assert usual(0.693, 0.02)
    assert usual(0.99, 0.02)
    assert not usual(0.8, 0.02)


def test_settings_name_the_share_and_the_weight_in_several_ways():
    known = with_known({"fg_ratio": 0.08, "loss": "bce", "pos_weight": "11.5"})

    assert (known["foreground-share"], known["positive-weight"]) == (0.08, 11.5)
