"""A question that is the name of a page but for one slip is answered by that page, and other questions as before."""

import pytest

from kb.ask import foreign, query, reply, slips
from kb.words import fold


@pytest.fixture(scope="module")
def asked(built_in, whole):
    return lambda text: reply.reply(built_in, whole, text).entry


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("gradietn", "backpropagation"),
        ("epooch", "epoch-and-batch-size"),
        ("AdmW", "optimizers"),
        ("StepR", "lr-halving-schedule"),
        ("F-mesaure", "precision-recall"),
        ("2b lesoin", "flat-0iib"),
        ("what is a dcoder", "unet"),
    ],
)
def test_a_name_with_one_slip_is_that_name(asked, typed, page):
    assert asked(typed) == page


def test_letters_that_changed_places_are_likelier_than_another_letter(whole):
    found = slips.called(query.read("parnet", whole), whole)

    assert max(found, key=found.__getitem__) == whole.number["pranet"]


@pytest.mark.parametrize("text", ["gradient", "weights", "why is my loss flat after the gradietn step", "ab", "息肉"])
def test_what_is_spelt_right_or_more_than_a_name_is_left_alone(whole, text):
    assert slips.called(query.read(text, whole), whole) == {}


def test_no_page_is_called_what_is_said_to_be_covered_elsewhere(built_in):
    names = {fold(name): entry for name, entry in built_in.names()}
    ours = {word for word, kind in foreign._kinds().items() if kind == "ours"}

    assert {word: names[fold(word)] for word in foreign._kinds() if fold(word) in names and word not in ours} == {}
