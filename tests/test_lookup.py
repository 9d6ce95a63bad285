"""A typed name finds its page in any spelling and with a slip; what is only near or ambiguous is asked back."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.answering import answer
from kb.collection import Library
from kb.problem import Problem
from kb.search import SHOWN, lookup


@pytest.mark.parametrize(
    "term",
    [
        "button-polyp", "Button polyp", "BUTTON POLYP", "button_polyp", "Button\u3000Polyp", "ｂｕｔｔｏｎ polyp",
        "纽扣息肉", "扣子息肉", "buton polyp", " button\n polyp ", "\x1b[31mbutton polyp\x1b[0m", "button\x00polyp",
    ],
)  # fmt: skip
def test_a_name_in_any_spelling_of_width_case_or_hyphen_is_exact(small, term):
    found = lookup(small, term)

    assert found.entry.id == "button-polyp"
    assert found.taken == ""
    assert found.matches[0].score == 1.0


@pytest.mark.parametrize(
    ("term", "entry", "taken"),
    [
        ("buttom polyp", "button-polyp", "button-polyp"),
        ("polyp button", "button-polyp", "button-polyp"),
        ("扭扣息肉", "button-polyp", "纽扣息肉"),
        ("纽扣样变", "button-polyp", "纽扣样病变"),
        ("lerning curve", "loss-curve", "learning curve"),
        ("loss curves", "loss-curve", "loss-curve"),
    ],
)
def test_a_slip_is_answered_with_the_name_that_was_taken(small, term, entry, taken):
    found = lookup(small, term)

    assert (found.entry.id, found.taken) == (entry, taken)
    assert 0 < found.matches[0].score < 1
    assert taken in answer(found, small, "en", 80)[0].text


@pytest.mark.parametrize("term", ["button", "息肉", "loss", "curve", "BPP", "train loss"])
def test_a_word_that_is_only_near_is_asked_back(small, term):
    found = lookup(small, term)

    assert found.entry is None
    assert not found.found
    assert 0 < len(found.matches) <= SHOWN
    assert [match.score for match in found.matches] == sorted((match.score for match in found.matches), reverse=True)


@pytest.mark.parametrize("term", ["非纽扣息肉", "non button polyp", "unbutton polyp"])
def test_the_opposite_of_a_name_is_not_a_slip(small, term):
    assert lookup(small, term).entry is None


@pytest.mark.parametrize("term", ["banana", "量子力学", "x", "🙂 emoji", "0", "' OR 1=1 --", "a" * 300])
def test_an_unknown_word_has_no_answer(small, term):
    found = lookup(small, term)

    assert found.entry is None
    assert not found.found
    assert found.matches == ()


@pytest.mark.parametrize("term", ["BP", "bp", "Flat-Line"])
def test_an_ambiguous_word_offers_a_choice_even_if_it_is_an_alias(small, term):
    found = lookup(small, term)

    assert found.entry is None
    assert found.found
    assert len(found.meanings) == 2
    assert len(found.matches) == 1


def test_a_choice_without_any_page_is_no_answer(small):
    found = lookup(small, "nothing")

    assert len(found.meanings) == 2
    assert not found.found


def test_an_id_that_is_ambiguous_is_still_an_address(small):
    library = Library(small, {"buttonpolyp": small.ambiguous["bp"]})

    by_id, by_word = lookup(library, "button-polyp"), lookup(library, "Button Polyp")

    assert by_id.entry.id == "button-polyp"
    assert by_word.entry is None
    for found in (by_id, by_word):
        lines = [line.text.strip() for line in answer(found, library, "en", 80)]
        assert "kb lookup button-polyp" in lines
        assert "2. blood pressure · 血压" in lines


def test_a_slip_in_an_ambiguous_word_offers_its_choice(small):
    library = Library(small, {"buttonlesion": small.ambiguous["bp"]})

    found = lookup(library, "buton lesion")

    assert (found.entry, found.taken, len(found.meanings)) == (None, "button lesion", 2)


@pytest.mark.parametrize("term", ["", "   ", "\t\n", "\x00\x07", "\x1b[2J", "!!!", "，。", "\ud800", "\u200b\u202e"])
def test_nothing_to_look_up_is_said_so(small, term):
    with pytest.raises(Problem, match="there is no word to look up"):
        lookup(small, term)


def test_a_megabyte_is_not_a_name(small):
    with pytest.raises(Problem, match="1,000,000 characters are too long for a name"):
        lookup(small, "x" * 1_000_000)


def test_escape_sequences_do_not_come_back(small):
    found = lookup(small, "ban\x1b]0;owned\x07ana\x9b31m\x1b[2J")

    text = "".join(line.text for line in answer(found, small, "en", 80))
    assert text.isprintable()
    assert "owned" not in text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(term=st.text(st.characters(), max_size=400))
def test_any_text_gives_an_answer_or_a_problem_and_always_the_same(small, term):
    try:
        found = lookup(small, term)
    except Problem:
        return

    assert found == lookup(small, term)
    assert all(0 <= match.score <= 1 for match in found.matches)
    assert answer(found, small, "zh", 40)


@pytest.mark.parametrize("term", ["sessile", "无蒂", "广基", "无蒂息肉", "sesile"])
def test_the_usual_meaning_of_a_word_comes_with_its_page(term, built_in):
    answer = lookup(built_in, term)

    assert answer.entry.id == "sessile"


@pytest.mark.parametrize("term", ["SSL", "HP"])
def test_a_word_without_a_usual_meaning_offers_only_the_choice(term, built_in):
    answer = lookup(built_in, term)

    assert answer.entry is None
    assert len(answer.meanings) > 1
