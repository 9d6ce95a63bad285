"""A question that is the name of a page but for one slip is answered by that page, and other questions as before."""

import pytest

from kb.ask import errors, foreign, query, slips, terms, traced
from kb.ask.evidence import Evidence
from kb.ask.pasted import looked_up
from kb.words import fold


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
def test_a_name_with_one_slip_is_that_name(answered, typed, page):
    assert answered(typed) == page


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("module 'PIL.Image' has no attribute 'ANNTIALIAS'", "pillow-removed"),
        ("module 'numy' has no attribute 'float'", "numpy-2"),
        ("No module named 'timm.motels.layers'", "timm-smp-names"),
        ("'_IncompatibleKoys' object is not callable", "load-state-dict-returns"),
        ("The size of tensor a must macth the size of tensor b at non-singleton dimension", "unet-odd-size"),
    ],
)
def test_a_message_that_is_a_name_but_for_a_slip_comes_before_the_message_of_a_general_page(answered, typed, page):
    assert answered(typed) == page


def test_a_name_a_program_printed_wrongly_is_no_slip_in_the_name_of_a_page(answered):
    assert answered("AttributeError: 'FreeTypeFont' object has no attribute 'getsine'") == "no-such-name"


def test_a_message_that_is_the_name_of_a_page_leads_to_that_page(built_in, whole, answered):
    owners = {}
    for name, entry in built_in.names():
        owners.setdefault(fold(name), set()).add(entry)
    messages = [
        name for name, _ in built_in.names() if traced.was_printed(name) or errors.recognise(name, whole.errors)
    ]

    wrong = [
        name
        for name in messages
        if fold(name) not in built_in.ambiguous
        and not {answered(name), looked_up(built_in, lambda: whole, name)[0].entry.id} <= owners[fold(name)]
    ]

    assert len(messages) > 100
    assert wrong == []


def test_a_slip_is_mended_as_a_word_some_page_writes_and_a_number_not_at_all(whole):
    found = query.read("chanel atention at step 40000", whole)

    assert found.repaired == {"chanel": "channel", "atention": "attention"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("mendign a maks", ["mask"]), ("lod the weighus frmo it", ["weights", "from"]), ("wiht a srted loss", ["with"])],
)
def test_a_slip_is_mended_as_the_word_that_is_said_most_even_if_it_carries_no_matter(whole, typed, meant):
    assert [one for one in query.read(typed, whole).meant if one in meant] == meant


def test_what_was_meant_by_a_slip_is_evidence_as_a_word_and_not_by_its_stem_alone(whole):
    typed, right = (query.read(text, whole) for text in ("lossses of two brannches", "losses of two branches"))
    first, second = (
        Evidence(one.text, whole.said, one.repaired.values(), one.meant).of_all() for one in (typed, right)
    )

    assert max(range(len(first)), key=first.__getitem__) == max(range(len(second)), key=second.__getitem__)


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


@pytest.mark.parametrize(
    ("british", "american"),
    [("unlabelled", "unlabeled"), ("greyscale", "grayscale"), ("neighbours", "neighbor"), ("analysing", "analyze")],
)
def test_british_and_american_spellings_are_one_word(british, american):
    assert terms.stem(british) == terms.stem(american)


@pytest.mark.parametrize("question", ["my dad has blood in his stool, what should he do", "我妈查出一个息肉，要紧吗"])
def test_who_asks_for_a_relative_is_not_answered_from_a_polyp_page(answered, question):
    assert answered(question) is None


def test_quotes_that_another_message_escaped_are_quotes(answered):
    said = r"""TypeError("SAM2Base.__init__() got an unexpected keyword argument \'prob_to_use_pt_input_for_train\'")"""

    assert answered(said) == "hydra-instantiate"
