"""Of what a model says only the sentences that name a page which was found are kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.ask import phrase

KNOWN = {"loss-plateau", "dice"}


@pytest.mark.parametrize(
    ("text", "kept", "dropped"),
    [
        ("It stalls [loss-plateau].", "It stalls [loss-plateau].", 0),
        ("It stalls. [loss-plateau]", "It stalls. [loss-plateau]", 0),
        ("It stalls [dice, loss-plateau]. Sure.", "It stalls [dice, loss-plateau].", 1),
        ("It stalls [dice][loss-plateau]! Right? Yes [dice]", "It stalls [dice][loss-plateau]! Yes [dice]", 1),
        ("At 0.03 it stalls, e.g. here [dice].", "At 0.03 it stalls, e.g. here [dice].", 0),
        ("It stalls [dice, lr-too-high].", "", 1),
        ("It stalls [dice] and so [lr-too-high].", "", 1),
        ("It lies in [0, 1] [dice].", "It lies in [0, 1] [dice].", 0),
        ("It lies in [0, 1].", "", 1),
        (
            "损失停住了[dice]。降低学习率！为什么？因为噪声【loss-plateau】。",
            "损失停住了[dice]。因为噪声【loss-plateau】。",
            2,
        ),
        ("损失停住了。[dice]相信我。", "损失停住了。[dice]", 1),
        ("损失停住了。【dice】。降低学习率【dice】", "损失停住了。【dice】。降低学习率【dice】", 0),
        ("- It stalls [dice].\n- Trust me.\n2. Lower it [dice].", "- It stalls [dice].\n- Lower it [dice].", 1),
        ("# Answer\n\nIt stalls [dice].\n\nBye", "It stalls [dice].", 2),
        ("```\nopt.step()\n```\nIt stalls [dice].", "It stalls [dice].", 1),
        ("", "", 0),
        ("...\n\n。。。", "", 0),
    ],
)
def test_a_sentence_stays_only_with_an_id_that_was_found(text, kept, dropped):
    assert phrase.backed(text, KNOWN) == (kept, dropped)


@given(st.text(alphabet="ab .。！?\n[]【】,-1dice", max_size=200))
def test_what_stays_is_part_of_what_was_said_and_every_sentence_of_it_is_backed(text):
    kept, dropped = phrase.backed(text, KNOWN)

    assert dropped >= 0
    assert phrase.backed(kept, KNOWN) == (kept, 0)
    assert all(char in text for char in kept if char not in "- ")
