"""A page reads as it was reviewed: no text is lost at any width, in either language, and thresholds give reasons."""

import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.page import NOTICE, render
from kb.prose import Line, flow, prose
from kb.wrap import NEVER_FIRST, width_of

IDS = ["button-polyp", "int-of-text", "loss-flat", "loss-curve"]


def screen(lines):
    return "".join(f"{line.text}\n" for line in lines)


def solid(text):
    return "".join(text.split())


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("entry_id", IDS)
def test_a_page_reads_as_it_was_reviewed(small, golden, entry_id, lang):
    lines = render(small[entry_id], small, lang, 80)

    golden(f"{entry_id}.{lang}.txt", screen(lines))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [40, 41, 60, 79, 120, 200])
def test_no_text_is_lost_at_any_width(small, lang, width):
    entry = small["button-polyp"]
    wide = solid(screen(render(entry, small, lang, 10_000)))

    lines = render(entry, small, lang, width)

    assert solid(screen(lines)) == wide
    assert all(width_of(line.text) <= width for line in lines if line.style != "code")
    assert all(line.text.lstrip()[:1] not in NEVER_FIRST - {"…"} for line in lines if line.text)


def test_both_titles_can_be_copied_from_either_page(small):
    for lang in ("en", "zh"):
        title = render(small["button-polyp"], small, lang, 100)[0]

        assert "Button polyp" in title.text
        assert "纽扣息肉" in title.text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_medical_notice_stands_once_on_polyp_pages_and_on_no_other(small, lang):
    notice = solid(NOTICE.of(lang))
    for entry in small.values():
        text = solid(screen(render(entry, small, lang, 80)))

        assert text.count(notice) == (1 if entry.kind == "polyp" else 0)


def test_code_keeps_its_lines_even_when_they_are_wider_than_the_screen(small):
    long = "x = " + " + ".join(["value"] * 40)
    entry = dataclasses.replace(small["int-of-text"], fixed=f"{long}\nif x:\n    pass")

    lines = [line.text for line in render(entry, small, "en", 60)]

    assert f"    {long}" in lines
    assert "        pass" in lines


def test_a_text_without_chinese_falls_back_to_english(small):
    entry = small["loss-flat"]
    bare = dataclasses.replace(entry, zh=dataclasses.replace(entry.zh, why="", causes={}, because={}))

    text = screen(render(bare, small, "zh", 80))

    assert "Nothing moves the weights" in text
    assert "The learning rate is zero" in text
    assert "shorter windows see only noise" in text


def test_thresholds_stand_beside_their_reasons(small):
    text = screen(render(small["loss-flat"], small, "en", 100))

    assert "window = 50        shorter windows see only noise" in text
    assert "least_gain = 0.01  A gain below one percent" in text


def test_a_related_page_that_does_not_exist_is_still_named(small):
    entry = dataclasses.replace(small["loss-curve"], related=("gone",))

    assert Line("link", "  gone  –") in render(entry, small, "en", 80)


def test_items_hang_and_fences_keep_their_lines():
    lines = flow(prose("Intro\n- one two three four five\n\n```\n  a  =  1\n```\n1. last"), 20)

    assert [(line.style, line.text) for line in lines] == [
        ("text", "Intro"),
        ("text", "- one two three four"),
        ("text", "  five"),
        ("text", ""),
        ("code", "      a  =  1"),
        ("text", "1. last"),
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.text(max_size=400), lang=st.sampled_from(["en", "zh"]), width=st.integers(40, 120))
def test_any_text_can_be_a_body(small, body, lang, width):
    entry = dataclasses.replace(small["loss-curve"], body=body)

    assert render(entry, small, lang, width)


@pytest.mark.parametrize(("wordings", "told"), [(12, None), (13, "and 1 more wordings"), (40, "and 28 more wordings")])
def test_of_many_wordings_of_a_message_the_first_are_shown_and_the_others_counted(small, wordings, told):
    page = dataclasses.replace(small["int-of-text"], errors=tuple(f"Wording {n} of it" for n in range(wordings)))

    shown = [line.text.strip() for line in render(page, small, "en", 80)]

    assert [line for line in shown if line.startswith("Wording")] == [f"Wording {n} of it" for n in range(12)]
    assert [line for line in shown if "more wordings" in line] == ([told] if told else [])
