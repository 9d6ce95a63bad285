"""What is asked elsewhere is told by its words; a question that stands in a page is answered whatever its words."""

from __future__ import annotations

import pytest

from benchmarks.ask.questions import read
from kb.ask import evidence, index, scope
from kb.beside import text


def outside():
    lines = text(scope.__file__, scope.FILE).splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_of_what_is_asked_elsewhere_hardly_anything_is_answered(asked):
    some = outside()[::12]
    answered = [one for one in some if asked(one).state == "answer"]

    assert len(some) > 200
    assert len(answered) <= 0.02 * len(some), answered


def test_what_is_asked_elsewhere_stands_there_once_and_is_counted_nowhere(built_in):
    lines = outside()

    assert len(set(lines)) == len(lines)
    assert not set(lines) & {one.text for one in read(set(built_in)) if one.half != "learnt"}


def test_a_question_about_training_is_ours_and_one_about_a_kitchen_is_not(whole):
    def ours(question):
        return scope.ours(evidence.asked(question), whole.said, whole.elsewhere)

    assert ours("why does my dice loss stay at one") > 0 > ours("how long do I boil an egg for breakfast")
    assert ours("验证集的 dice 一直不涨") > 0 > ours("鸡蛋煮多久才熟")


def test_a_word_that_pages_say_is_no_strangers_any_more(whole):
    question = evidence.asked("gastric ulcer in a dog")
    there = scope.ours(question, whole.said, whole.elsewhere)
    said = evidence.build([["gastric ulcer", "an ulcer of the stomach of a dog", "gastric ulcer in a dog"]])

    assert scope.ours(question, said, whole.elsewhere) > there


@pytest.mark.parametrize(
    ("question", "page"),
    [
        ("error analysis: which images do I look at first", "error-analysis"),
        ("FileNotFoundError 路径明明是对的", "file-not-found"),
        ("git commit hash in the log", "run-configuration"),
        ("bigger input size made it worse", "input-size"),
        ("标多少张才够", "annotation-budget"),
        ("标多少张够呢", "annotation-budget"),
    ],
)
def test_a_question_that_stands_in_a_page_is_answered_by_it_whatever_it_looks_like(asked, question, page):
    found = asked(question)
    assert (found.state, found.entry) == ("answer", page)


def test_two_questions_that_differ_in_a_word_of_matter_are_not_the_same():
    assert index.letters("标多少张够") == index.letters("标多少张才够呢？")
    assert index.letters("标多少张够") != index.letters("标多少张不够")
    assert index.letters("How do I save a mask?") == index.letters("how to save the mask")
    assert index.letters("does it") == "doesit"
