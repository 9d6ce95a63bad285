"""Numbers in a question: nought is one thing, a fraction another."""

from __future__ import annotations

import pytest

from kb.ask import index, reply
from kb.ask.evidence import signs
from kb.ask.index import Index
from kb.library import Library


@pytest.fixture(scope="module")
def known(built_in: Library) -> Index:
    return index.build(built_in.values())


def test_a_fraction_holds_no_nought() -> None:
    assert "_0" not in signs("dice 0.33")
    assert signs("dice 0.33").keys() & signs("dice 0.41").keys() > signs("dice").keys()


def test_nought_is_nought_however_it_is_written() -> None:
    assert signs("0.000")["_0"] == signs("0")["_0"]


@pytest.mark.parametrize(
    ("question", "page"),
    [
        ("val dice stuck at 0", "metric-stuck-at-zero"),
        ("val dice stuck at 0.41", "metric-plateau"),
        ("dice 一直是0", "metric-stuck-at-zero"),
        ("dice 一直是 0.58 上不去", "metric-plateau"),
        ("train dice 0.97 val dice 0.66", "overfitting"),
    ],
)
def test_where_a_score_stands_decides_which_page_answers(
    built_in: Library, known: Index, question: str, page: str
) -> None:
    assert reply.reply(built_in, known, question).entry == page
