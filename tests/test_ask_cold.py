"""A question in a process of its own loads little and compiles little, and what spares it that changes no answer."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import frozen
from kb.ask import console, errors, stored, traced
from kb.ask.regex import Either

ROOT = Path(__file__).parent.parent
HEAVY = "dataclasses inspect typing pathlib urllib.parse yaml rapidfuzz numpy typer rich difflib"
ANSWERED = (
    "import sys; from cli import start; start._reply(sys.argv[1], 'en');"
    f"print(*(name for name in '{HEAVY}'.split() if name in sys.modules))"
)
HAN = r"\u4e00-\u9fff"


@pytest.mark.parametrize("question", ["why does my loss become nan", "损失一直不降怎么办", "what is a sessile polyp"])
def test_a_question_loads_nothing_it_does_not_need(own_cache, question):
    stored.load(frozen.load())
    told = {**os.environ, "PYTHONPATH": str(ROOT)}  # without `site`: an editable installation loads some of them itself
    done = subprocess.run([sys.executable, "-S", "-c", ANSWERED, question], env=told, capture_output=True, check=True)

    assert done.stdout.split() == []


def found_by(pattern):
    """Texts that hold something the pattern finds."""
    return st.from_regex(re.compile(*pattern._said), fullmatch=False)


@pytest.mark.parametrize("pattern", [errors._HEAD, errors._SAYS, errors._QUOTES, errors._LOOKS])
@given(st.data())
def test_a_text_without_a_telling_word_holds_no_message(pattern, data):
    assert errors._tells(data.draw(found_by(pattern)))


@given(found_by(traced._PRINTED))
def test_a_text_without_a_telling_sign_was_printed_by_no_program(text):
    assert traced.was_printed(text)


@given(st.text("ab中文 ,:.!()", max_size=12))
def test_blanks_and_signs_around_chinese_are_left_out_one_by_one(text):
    flat = " ".join(text.split())
    apart = re.sub(
        rf"\s*([,:;.!()])\s*(?=[{HAN}])|(?<=[{HAN}])\s*([,:;.!()])\s*|\s+(?=[{HAN}])|(?<=[{HAN}])\s+", r"\1\2", flat
    )

    assert console.folded(text) == (flat if text.isascii() else apart)


@given(st.text("abn 什么是", max_size=12))
def test_alternatives_of_either_language_are_found_and_taken_out_as_by_one_pattern(text):
    either, whole = Either(r"\ban?\b|nab", "什么|是"), r"\ban?\b|nab|什么|是"

    assert either.within(text) == bool(re.search(whole, text))
    assert either.taken_from(text, r"\w{0,2}") == re.sub(rf"(?:{whole})\w{{0,2}}", " ", text)
