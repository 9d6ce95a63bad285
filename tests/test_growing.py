"""Rows that come a few at a time are what they would be if they had come at once."""

from __future__ import annotations

import numpy as np
import pytest

from diagnose.tables import growing
from diagnose.tables.growing import Growing, Rows


@pytest.mark.parametrize("enough", [1, 5, 1000])
def test_rows_are_the_same_however_many_are_filed_together(enough, monkeypatch):
    monkeypatch.setattr(growing, "ENOUGH", enough)
    rows = Rows()
    table = np.arange(60.0).reshape(20, 3)
    for start, stop in ((0, 1), (1, 4), (4, 16), (16, 20)):
        rows.add(np.arange(start, stop), table[start:stop])

    lines, columns = rows.held()

    assert len(rows) == 20
    assert lines.tolist() == list(range(20))
    assert np.array_equal(np.array(columns).T, table)


def test_an_array_grows_beyond_the_room_it_was_given():
    some = Growing(np.float64)
    some.room(2)
    for start in range(0, 9, 3):
        some.add(np.arange(start, start + 3.0))

    assert some.held.tolist() == list(range(9))
