"""Scores of several data sets as one curve."""

from __future__ import annotations

import numpy as np
import pytest

from diagnose.run import Series
from diagnose.together import scale, together


def score(values, steps=None, *, quantity="dice", split="val", lower=False):
    steps = range(len(values)) if steps is None else steps
    return Series(
        "score",
        np.array(list(steps), dtype=np.int64),
        np.array(values, dtype=float),
        quantity=quantity,
        split=split,
        lower_is_better=lower,
    )


def test_data_sets_are_averaged_over_the_steps_they_share():
    ((mean, members),) = together([score([0.2, 0.4, 0.6], [1, 2, 3]), score([0.8, 1.0], [2, 3])])

    assert mean.steps.tolist() == [2, 3]
    assert mean.values == pytest.approx([0.6, 0.8])
    assert len(members) == 2


def test_per_cent_and_shares_are_averaged_on_one_scale():
    ((mean, _),) = together([score([50.0, 60.0]), score([0.5, 0.6])])

    assert mean.values == pytest.approx([0.5, 0.6])
    assert scale(score([50.0])) == 100


def test_a_value_that_is_no_number_counts_for_none():
    ((mean, _),) = together([score([0.2, np.nan, 0.4]), score([0.4, 0.5, 0.6])])

    assert mean.steps.tolist() == [0, 2]
    assert mean.values == pytest.approx([0.3, 0.5])


def test_kinds_and_splits_stay_apart():
    means = list(together([score([0.5]), score([0.4], quantity="iou"), score([0.6], split="test")]))

    assert [len(members) for _, members in means] == [1, 1, 1]


@pytest.mark.parametrize(
    "one",
    [
        score([0.5], split="train"),
        score([0.5], quantity="precision"),
        score([0.5], lower=True),
        score([np.nan]),
        score([]),
    ],
    ids=["training", "precision", "lower is better", "no number", "empty"],
)
def test_other_scores_are_left_out(one):
    assert list(together([one])) == []


def test_scores_without_a_common_step_make_no_curve():
    assert list(together([score([0.5], [1]), score([0.5], [2])])) == []
