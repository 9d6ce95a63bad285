"""Messages as they come out of blogs, narrow windows and keyboards: without quotes, broken, with slips in them."""

from __future__ import annotations

import pytest

from kb.ask import retyped


@pytest.mark.parametrize(
    "text",
    [
        "AttributeError: NoneType object has no attribute shape",
        'AttributeError: "NoneType" object has no attribute "shape"',
        "AttributeError：「NoneType」 object has no attribute 「shape」",
        "AttributeError: `NoneType` object has no attribute `shape`",
        "AttributeError: ＇NoneType＇ object has no attribute ＇shape＇",
    ],
)
def test_quotes_may_be_others_or_lost(answered, text):
    assert answered(text) == answered("AttributeError: 'NoneType' object has no attribute 'shape'")


@pytest.mark.parametrize(
    "text",
    [
        "RuntimeErro: CUDA out of memery. Tried to allocate 20.00 MiB",
        "RuntimeEror: CUDA out of memroy 怎么解决",
        "RuntimeError: CUDA out of mem\nory. Tried to allocate 20.00 MiB",
    ],
)
def test_a_slip_in_a_word_of_a_message_or_a_break_in_it_is_mended(answered, text):
    assert answered(text) == "cuda-oom"


def test_a_word_that_the_pages_know_is_left_as_it_is(whole):
    said = "RuntimeError: mat1 and mat2 shapes cannot be multiplied\nBatch norm has one value"
    assert retyped.mended(said, whole) == said


def test_a_mended_word_keeps_its_capitals(whole):
    assert retyped.mended("RuntimError: FloatTenosr", whole) == "RuntimeError: FloatTensor"


def test_a_quoted_name_of_a_template_is_no_part_of_another_word(answered):
    assert answered("AttributeError: MyNoneType object has no attribute shape") != answered(
        "AttributeError: NoneType object has no attribute shape"
    )
