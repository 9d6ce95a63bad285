"""Numbers in a question: nought is one thing, a fraction another, and a score above one a mistake."""

from __future__ import annotations

import pytest

from kb.ask import reply
from kb.ask.evidence import signs
from kb.ask.index import Index
from kb.collection import Library


def test_a_fraction_holds_no_nought() -> None:
    assert "_0" not in signs("dice 0.33")
    assert signs("dice 0.33").keys() & signs("dice 0.41").keys() > signs("dice").keys()


def test_nought_is_nought_however_it_is_written() -> None:
    assert signs("0.000")["_0"] == signs("0")["_0"]


@pytest.mark.parametrize("text", ["IoU is 1.04", "val dice: 1.31", "score of 103 percent", "准确率 是 130%", "F1=1.2"])
def test_a_score_that_no_share_can_be_is_noticed(text: str) -> None:
    assert "_>1" in signs(text)


@pytest.mark.parametrize(
    "text",
    [
        "IoU is 1.00",
        "dice of 87.3",
        "dice is 100 %",
        "loss is 1.37",
        "dice loss of 1.2",
        "dice with torch 1.13",
        "mIoU",
    ],
)
def test_what_may_be_a_score_or_is_none_is_not(text: str) -> None:
    assert "_>1" not in signs(text)


@pytest.mark.parametrize(
    ("question", "page"),
    [
        ("is an mIoU of 1.2 very good", "metric-impossible"),
        ("is an mIoU of 0.82 the same as a Dice of 0.9", "miou-vs-mdice"),
        ("val dice stuck at 0", "metric-stuck-at-zero"),
        ("val dice stuck at 0.41", "metric-plateau"),
        ("dice 一直是0", "metric-stuck-at-zero"),
        ("dice 一直是 0.58 上不去", "metric-plateau"),
        ("train dice 0.97 val dice 0.66", "overfitting"),
    ],
)
def test_where_a_score_stands_decides_which_page_answers(
    built_in: Library, whole: Index, question: str, page: str
) -> None:
    assert reply.reply(built_in, whole, question).entry == page
