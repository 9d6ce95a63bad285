"""What was typed is read as what was meant: words of another stem, pinyin with idle words, clauses run together."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.ask import noise
from benchmarks.ask.questions import Question
from kb.ask import query, reply


@pytest.fixture(scope="module")
def first(built_in, whole):
    def page(text):
        found = reply.reply(built_in, whole, text)
        return next(iter((found.entry, *found.others) if found.entry else found.others), None)

    return page


def test_a_word_that_is_written_nowhere_is_not_taken_for_another_with_its_stem(whole):
    asked = query.read("avrage poling purpose", whole)

    assert "pool" in asked.also
    assert asked.terms["pol"] < 1


@pytest.mark.parametrize("word", ["overfits", "unfreezes", "regularizes", "polynomial", "upsamples", "normalises"])
def test_another_form_of_a_word_some_page_writes_is_that_word(whole, word):
    asked = query.read(word, whole)

    assert list(asked.terms.values()) == [1.0]


def test_clauses_that_run_into_each_other_are_cut_where_no_word_is(first, whole):
    asked = query.read("训练集loss一直降可验证集反而升高", whole)

    assert "可验" not in asked.unknown
    assert first("训练集loss一直降可验证集反而升高") == "overfitting"


def test_a_word_that_holds_such_a_character_is_left_whole(whole):
    assert "可视" in query.read("特征图可视化", whole).terms


@pytest.mark.parametrize(
    ("typed", "page"), [("xunlian duoshao lun", "how-many-epochs"), ("gpu liyonglv hen di", "gpu-underused")]
)
def test_pinyin_is_known_by_its_words_though_some_carry_no_matter(whole, typed, page):
    text, _ = reply.checked(typed)
    best = reply.ranked(text, query.read(text, whole), whole)

    assert whole.ids[best[0][0].number] == page


def test_pinyin_finds_the_questions_asked_of_a_page(whole):
    assert "训练" in query.read("xunlian duoshao lun", whole).also


@given(st.text(), st.integers(0, 9))
def test_noise_of_any_text_is_a_text_of_the_same_language(text, seed):
    for kind in noise.KINDS.values():
        assert isinstance(kind(text, random.Random(seed)), str)


def test_every_question_that_is_spoilt_differs_and_keeps_its_answer():
    clean = [
        Question("en", "why does the loss become nan", ("nan-loss",), ""),
        Question("zh", "损失变成nan", ("a",), ""),
    ]
    found = noise.spoilt(clean, 0)

    assert [one.expected for one in found] == [("nan-loss",), ("a",)]
    assert not {one.text for one in found} & {one.text for one in clean}
    assert noise.spoilt(clean, 0) == found
