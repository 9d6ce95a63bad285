"""A message no page has is led to the nearest cause where that is near, and an error of another program to none."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.ask import lacking
from benchmarks.ask import pasted as benchmark
from benchmarks.ask.lacking import Whole
from kb import answering
from kb.ask import errors, index, nearest, pasted, reply, show, stored, traced, wordings
from kb.ask.nearest import Ranked
from kb.ask.wordings import Nearness
from kb.collection import Library
from kb.problem import Problem

PAGE = "backward-twice"
SAID = """Traceback (most recent call last):
  File "/home/me/train.py", line 17, in step
    loss.backward()
RuntimeError: Trying to backward through the graph a second time (or directly access saved tensors after they have \
already been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). \
Specify retain_graph=True if you need to backward through the graph a second time.
"""
PROGRAMS = {
    "java": 'Exception in thread "main" java.lang.NullPointerException\n\tat com.example.App.main(App.java:14)',
    "sql": "ERROR 1146 (42S02): Table 'shop.orders' doesn't exist",
    "rust": "error[E0502]: cannot borrow `v` as mutable\n --> src/main.rs:4:5",
    "django": "django.db.utils.OperationalError: no such column: shop_order.total",
    "torch": "RuntimeError: expected a tensor of the same size",
    "pandas": '  File "/env/lib/python3.8/site-packages/pandas/core/frame.py", line 3, in f\n    return 1\nKeyError: 1',
}


@pytest.fixture(scope="module")
def complete(built_in, whole):
    return Whole(built_in.values(), whole)


@pytest.fixture(scope="module")
def forgetful(built_in, complete):
    """The library without the templates that fit `SAID`, and without whatever quotes them."""
    gone = complete.fitting(SAID)
    return Library({**built_in, PAGE: lacking.without(built_in[PAGE], gone)}, built_in.ambiguous)


@pytest.fixture(scope="module")
def unworded(forgetful):
    return index.build(forgetful.values())


def test_a_message_whose_wording_was_taken_out_still_leads_to_its_page(forgetful, unworded):
    found = reply.reply(forgetful, unworded, SAID)

    assert errors.recognise(SAID, unworded.errors) == []
    assert (found.state, found.entry, found.nearest, found.error) == ("answer", PAGE, True, "")
    assert found.frame.code == "loss.backward()"


def test_a_look_up_leads_to_what_a_question_leads_to(forgetful, unworded):
    found, frame = pasted.looked_up(forgetful, lambda: unworded, SAID)

    assert (found.entry.id, found.nearest, found.taken) == (PAGE, True, "")
    assert frame.line == 17


@pytest.mark.parametrize(("lang", "said"), [("en", "No page has this very message"), ("zh", "没有条目收录这条报错")])
def test_the_screen_says_that_no_page_has_the_message(built_in, whole, forgetful, unworded, lang, said):
    found = reply.reply(forgetful, unworded, SAID, lang)
    shown = "".join(line.text for line in show.lines(found, forgetful, lang, 100))
    looked_up = pasted.looked_up(forgetful, lambda: unworded, SAID)[0]
    page = "".join(line.text for line in answering.answer(looked_up, forgetful, lang, 100))
    known = show.lines(reply.reply(built_in, whole, SAID, lang), built_in, lang, 100)

    assert said in shown
    assert said in page
    assert not any(said in line.text for line in known)


def test_json_tells_a_nearest_cause_from_a_message_that_is_known(built_in, whole, forgetful, unworded):
    assert show.data(reply.reply(forgetful, unworded, SAID), forgetful)["nearest"] is True
    assert show.data(reply.reply(built_in, whole, SAID), built_in)["nearest"] is False


@pytest.mark.parametrize("command", ["kb ask -", "kb lookup -"])
@pytest.mark.parametrize("part", ["foreign", "foreign_held"])
def test_three_in_a_hundred_errors_of_other_programs_are_answered_at_most(built_in, whole, command, part):
    texts = [one for one in benchmark.read(part) if not one.expected and not errors.recognise(one.text, whole.errors)]
    say = benchmark.ways(built_in, whole)[command]

    answered = [one.name for one in texts if say(one.text).page]
    assert len(texts) >= 50
    assert len(answered) <= 0.03 * len(texts)


@pytest.mark.parametrize(("program", "text"), PROGRAMS.items())
def test_the_program_is_known_by_what_it_prints(program, text):
    assert program in traced.traced(text).programs
    assert traced.was_printed(text)


def test_each_line_on_a_program_is_its_name_and_a_sign_that_few_texts_bear():
    text = Path(traced.__file__).with_name("programs.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]

    assert text.startswith("# ")
    assert [line for line in lines if not re.fullmatch(r"\w+(?: \w+)*: \S(?:.*\S)?", line)] == []
    assert len({line.partition(": ")[0] for line in lines}) == len(lines)
    signs = [re.compile(line.partition(": ")[2], re.MULTILINE) for line in lines]
    anyones = ("", "ValueError: 3 is too large (max 2)\n")
    assert [sign.pattern for sign in signs for text in anyones if sign.search(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "why does my loss become nan",
        "what is the difference between BCE and Dice",
        "loss 一直不下降怎么办",
        "no error, nothing learned. loop is: loss.backward() / optimizer.step",
        "scheduler.step() 应该放在 optimizer.step() 前面还是后面",
        "is a warning in the first epoch normal",
    ],
)
def test_what_a_person_asks_was_not_printed(text):
    assert not traced.was_printed(text)


def test_advice_behind_a_message_is_no_part_of_it():
    text = "RuntimeError: CUDA error: unknown\nCUDA kernel errors might be asynchronously reported at some other call"

    assert traced.traced(text).message == "RuntimeError: CUDA error: unknown\n"


def test_the_last_lines_of_a_traceback_and_of_a_notebook_are_what_was_passed():
    notebook = "----> 2 learn.fine_tune(8)\nTypeError: no implementation found"

    assert traced.traced(SAID).calls == "step\n    loss.backward()"
    assert traced.traced(notebook).calls == "learn.fine_tune(8)"


def test_the_function_that_raised_an_error_is_the_one_of_the_last_frame_with_its_file():
    assert traced.traced(SAID).raised == "step train"
    assert traced.traced("KeyError: 'a'").raised == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ValueError: Caught ValueError in replica 0 on device 0.\nValueError: masks differ", "masks differ"),
        (
            "cv2.error: OpenCV(4.5.1) /io/src/resize.cpp:4051: error: (-215:Assertion failed) !ssize.empty()",
            "!ssize.empty()",
        ),
        ("RuntimeError: Exception thrown in SimpleITK ReadImage: /a/b.cxx:97:\nsitk::ERROR: No reader", "No reader"),
        ("RuntimeError: size 3 is odd at /pytorch/aten/src/TH/THTensor.cpp:12", "size 3 is odd"),
        ("TypeError: EncoderDecoder: Head: __init__() got one too many", "__init__() got one too many"),
        ("RuntimeError: INTERNAL ASSERT FAILED", "INTERNAL ASSERT FAILED"),
    ],
)
def test_what_a_library_says_around_each_of_its_messages_is_no_part_of_them(text, said):
    assert traced.traced(text).head == said


def test_templates_that_share_more_words_are_nearer_and_names_of_ones_own_do_not_count():
    known = wordings.build([(0, "the mask must be boolean"), (1, "the mask is *"), (2, "no such file")])

    near = known.near("the mask of frobnicate must be boolean")
    assert near.pages[0].best > near.pages[1].best > 0
    assert 2 not in near.pages
    assert [place for place, _ in near.first] == [0, 1]
    assert known.near("frobnicate quux") == Nearness({}, [])


def test_reading_the_rare_words_alone_in_full_changes_no_page_that_is_near(built_in, monkeypatch):
    known = wordings.build([(number, one) for number, page in enumerate(built_in.values()) for one in page.errors])
    message = "Expected all tensors to be on the same device, but found at least two of them, cuda:0 and cpu!"
    near = known.near(message).pages
    first = sorted(near, key=lambda page: -near[page].best)[:10]

    monkeypatch.setattr(wordings, "_READ", 300)
    sparing = known.near(message).pages

    assert [sparing[page] == pytest.approx(near[page]) for page in first] == [True] * 10
    assert len(sparing) < len(near)


def test_a_library_without_templates_has_none_that_are_near():
    assert wordings.build([]).near("RuntimeError: out of memory") == Nearness({}, [])


def test_an_index_that_lacks_templates_ranks_as_one_that_was_made_without_them(built_in, complete, unworded):
    error = traced.traced(SAID)
    patched = complete.without(complete.fitting(SAID))

    assert errors.recognise(SAID, patched.errors) == []
    made, found = nearest.ranked(error, unworded), nearest.ranked(error, patched)
    assert [one.number for one in made[:5]] == [one.number for one in found[:5]]
    assert found[0].facts == pytest.approx(made[0].facts, rel=0.03, abs=0.02)


def test_an_index_that_lacks_a_page_ranks_it_nowhere(complete):
    patched = complete.without(pages=[PAGE])

    assert PAGE not in {patched.ids[one.number] for one in nearest.ranked(traced.traced(SAID), patched)}
    assert PAGE in {patched.ids[one.number] for one in nearest.ranked(traced.traced(SAID), complete.index)}


def test_a_page_that_leads_by_more_is_surer():
    facts = dict.fromkeys(("best", "nats"), 0.5)
    first, *_ = nearest.ordered([Ranked(0, dict(facts), 0.0), Ranked(1, dict.fromkeys(facts, 0.1), 0.0)], {"best": 9.0})
    alone, *_ = nearest.ordered([Ranked(1, dict(facts), 0.0)], {"best": 9.0})

    assert (first.number, first.facts["best ahead"]) == (0, pytest.approx(0.4))
    assert 0.5 < first.facts["odds"] < alone.facts["odds"] == 1
    assert nearest.ordered([], {"best": 9.0}) == []


def test_the_kept_index_ranks_as_the_one_just_built(built_in, whole, tmp_path):
    stored.load(built_in, cache=tmp_path)
    kept = stored.load(built_in, cache=tmp_path)

    for one in benchmark.read("last"):
        error = traced.traced(one.text)
        ranked = [(page.number, round(page.score, 4)) for page in nearest.ranked(error, whole)]
        assert [(page.number, round(page.score, 4)) for page in nearest.ranked(error, kept)] == ranked


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600))
def test_whatever_bytes_are_pasted_behind_an_error_are_survived(built_in, whole, junk):
    text = "RuntimeError: " + junk.decode("utf-8", "replace")

    nearest.ranked(traced.traced(text), whole)
    try:
        found = reply.reply(built_in, whole, text)
    except Problem:
        return
    assert 0 <= found.confidence <= 1


def test_a_megabyte_takes_no_longer_than_its_end(built_in, whole):
    long = "some step of a long log\n" * 50_000 + SAID.replace("second", "sixth")
    began = time.process_time()

    reply.reply(built_in, whole, long)
    assert time.process_time() - began < 1
