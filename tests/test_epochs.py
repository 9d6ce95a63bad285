"""Where epochs begin among the points of a curve, from a counter, from the settings, or from the evaluations."""

from __future__ import annotations

import numpy as np
import pytest

from diagnose.epochs import beginnings, epoch_length
from diagnose.run import Series

STEPS = np.arange(1, 101)  # ten epochs of ten steps, counted from one


def counter(values, steps=STEPS):
    return Series("epoch", np.asarray(steps), np.asarray(values, float))


TOLD = {
    "whole epochs": ((counter((STEPS - 1) // 10),), {}, ()),
    "fractions of epochs": ((counter((STEPS - 1) / 10),), {}, ()),
    "the settings": ((), {"iterations-per-epoch": 10}, ()),
    "evaluations": ((), {}, (counter(np.ones(10), np.arange(10, 101, 10)),)),
}


@pytest.mark.parametrize("epochs, settings, evaluated", TOLD.values(), ids=TOLD.keys())
def test_epochs_begin_behind_the_last_step_of_the_one_before(epochs, settings, evaluated):
    begun = beginnings(STEPS, epochs, settings, evaluated)

    assert begun[:9].tolist() == list(range(10, 100, 10))


def test_steps_that_count_from_zero_begin_an_epoch_at_its_length():
    assert beginnings(np.arange(30), (), {"iterations-per-epoch": 10}, ()).tolist() == [10, 20]


def test_a_log_of_every_fifth_step_knows_its_epochs_too():
    assert beginnings(np.arange(5, 101, 5), (), {"iterations-per-epoch": 20}, ()).tolist() == [4, 8, 12, 16, 20]


@pytest.mark.parametrize(
    "epochs, evaluated",
    [
        ((), ()),
        ((counter(np.full(100, 3)),), ()),
        ((counter(np.full(100, np.nan)),), ()),
        ((), (counter(np.ones(1), [100]),)),
        ((), (counter(np.ones(100)),)),
        ((), (counter(np.ones(9), np.arange(1, 10)),)),
    ],
    ids=["nothing", "one epoch", "no number", "one evaluation", "one at every step", "another count of steps"],
)
def test_what_does_not_tell_of_epochs_gives_none(epochs, evaluated):
    assert beginnings(STEPS, epochs, {}, evaluated).tolist() == []


def test_an_epoch_is_as_long_as_from_its_first_step_to_the_next_ones():
    assert epoch_length((counter((STEPS - 1) // 10),)) == 10
    assert epoch_length((counter((STEPS[:57] - 1) // 10, STEPS[:57]),)) == 10
    assert epoch_length((), {"iterations-per-epoch": 7}) == 7
    assert epoch_length((), {"iterations-per-epoch": "many"}) is None
