"""Series that were logged twice, out of order or all at step zero are put in order, and it is said where it matters."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from diagnose.run import Run
from diagnose.tidy import tidied
from tests.test_assemble import line, points, series


def test_points_are_sorted_and_the_last_written_of_a_step_wins():
    (clean,), notes = tidied([series("loss", [(3, 1), (1, 2), (2, 3), (1, 4)])])

    assert points(Run(Path(), "", series=(clean,))) == {"loss": [(1, 4), (2, 3), (3, 1)]}
    assert [note.what.en for note in notes] == [
        "values at steps already logged: 1 (in 'loss'); the last written is used"
    ]


def test_a_point_written_twice_alike_is_not_worth_a_word():
    (clean,), notes = tidied([series("loss", [(1, 0.9), (2, 0.5), (2, 0.5)])])

    assert len(clean) == 2
    assert notes == []


def test_wall_times_stay_with_their_points():
    given = replace(series("loss", [(2, 1), (1, 2), (1, 3)]), wall=np.array([10.0, 20.0, 30.0]))
    (clean,), _ = tidied([given])

    assert clean.wall is not None
    assert clean.wall.tolist() == [30.0, 10.0]


def test_points_that_were_all_logged_at_step_zero_are_counted():
    (clean,), notes = tidied([series("loss", [(0, 3), (0, 2), (0, 1)])])

    assert clean.steps.tolist() == [0, 1, 2]
    assert "all 3 points of 'loss' are at step 0" in notes[0].what.en


def test_tidy_series_are_left_alone_and_empty_ones_dropped():
    given = series("loss", line(range(5)))
    kept, notes = tidied([given, series("none", [])])

    assert kept == (given,)
    assert notes == []
