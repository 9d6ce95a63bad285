"""The table of edits in place on the page is what the installed torch shows, for every function and every edit."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

from benchmarks.in_place.__main__ import PAGE, written
from benchmarks.in_place.table import EDITS, FUNCTIONS, PLACES, raises, rows


def test_the_page_shows_the_table_of_the_installed_torch():
    text = PAGE.read_text("utf-8")

    assert written(text) == text


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_edit_gives_the_same_answer_as_the_others(name):
    """One row speaks for ``+=``, ``-=``, ``*=``, ``/=`` and a slice, so they must agree."""
    for place in PLACES:
        assert len({raises(FUNCTIONS[name], edit, place) for edit in EDITS.values()}) == 1


def test_an_edit_before_the_call_never_fails():
    assert not any(failed[0] for _, failed in rows())
