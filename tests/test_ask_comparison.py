"""What a question compares: the two pages that stand side by side in an answer."""

from __future__ import annotations

import pytest

from kb.ask import query, reply
from kb.ask.comparison import sides
from kb.ask.index import Index
from kb.collection import Library


@pytest.mark.parametrize(
    ("question", "a", "b"),
    [
        ("sessile vs flat", "sessile", "flat-elevated"),
        ("what is the difference between a sessile polyp and flat polyps?", "sessile", "flat-elevated"),
        ("无蒂和扁平有什么区别", "sessile", "flat-elevated"),
        ("無蒂息肉跟有蒂息肉有何不同", "sessile", "pedunculated"),
        ("大的病变用EMR还是ESD", "emr", "esd"),
        ("which is better for small objects, dice loss or focal loss", "dice-loss", "focal-loss-gamma"),
        ("how does EMR differ from ESD", "emr", "esd"),
        ("kvasir 和 ETIS 有什么不一样", "kvasir-seg", "etis-larib"),
    ],
)
def test_the_answer_to_a_comparison_is_one_of_the_two_pages_and_shows_the_other(
    built_in: Library, whole: Index, question: str, a: str, b: str
) -> None:
    found = reply.reply(built_in, whole, question)
    assert found.state == "answer"
    assert set(found.compared) == {a, b}
    assert found.entry == found.compared[0]


@pytest.mark.parametrize(
    ("question", "page"),
    [
        ("dice和iou有什么区别", "miou-vs-mdice"),
        ("adam vs adamw", "weight-decay-adam-adamw"),
    ],
)
def test_a_page_that_is_about_both_answers_a_comparison_alone(
    built_in: Library, whole: Index, question: str, page: str
) -> None:
    found = reply.reply(built_in, whole, question)
    assert (found.entry, found.compared) == (page, ())


@pytest.mark.parametrize(
    "question",
    [
        "git rebase vs merge",
        "loss 和 dice 都不动了怎么办",
        "the network trains with EMR and ESD videos",
        "为什么还是不收敛",
        "sigmoid or softmax",  # one page
        "which optimizer should I use",
        "和有什么区别",
        "vs",
        "",
        "sessile vs flat " * 20,  # too long for a question that compares
    ],
)
def test_nothing_is_compared_unless_two_pages_are_named(whole: Index, question: str) -> None:
    assert sides(query.read(question, whole).text, whole) is None
