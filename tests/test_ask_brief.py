"""A long passage is shortened to what speaks of the question: whole items, in their order, and never without a sign."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kb.ask import brief as shortening
from kb.ask.terms import terms

CAUSES = [
    "- the file is grey, and the network was built for pictures of three colours, as most encoders are",
    "- the decay of the average is too long for so short a run, and most of it is still what it began with",
    "- the buffers are forgotten: an average over the parameters alone leaves them where they were",
] * 4
LONG = "What goes wrong:\n\n" + "\n".join(CAUSES)


def brief(text, question, lang):
    """The passage for a question of which each term tells as much."""
    asked = dict.fromkeys(terms(question), 1.0)
    return shortening.brief(text, lambda units: shortening.speaking(asked, units), lang)


def test_a_short_passage_stays_as_it_is():
    assert brief(CAUSES[0], "which decay", "en") == CAUSES[0]


def test_items_that_speak_of_the_question_are_kept_with_what_introduces_them():
    told = brief(LONG, "ema decay value", "en")

    assert told.startswith("What goes wrong:")
    assert CAUSES[1] in told
    assert CAUSES[0] not in told
    assert "…" in told


def test_the_first_items_are_kept_where_none_speaks_of_the_question():
    assert brief(LONG, "how are you", "en").startswith(f"What goes wrong:\n{CAUSES[0]}\n{CAUSES[1]}")


def test_code_is_never_cut():
    code = f"{LONG}\n\n```\nmodel.eval()\n```"
    assert brief(code, "ema decay value", "en") == code


def test_chinese_is_cut_by_its_own_measure():
    items = [f"- 第{n}种情况：学习率在恢复训练之后从头开始，曲线上会出现一个明显的台阶" for n in range(12)]
    items[7] = "- 缓冲区没有保存：归一化层的均值和方差不在参数里"
    told = brief("\n".join(items), "归一化层的均值没有保存", "zh")

    assert told == f"…\n\n{items[7]}\n\n…"


@given(st.lists(st.text("ab -:\n1.中", max_size=300), max_size=9), st.text("ab 中", max_size=9))
def test_whatever_is_kept_stands_in_the_passage_in_its_order(units, question):
    text = "\n\n".join(units)

    at = 0
    for line in brief(text, question, "en").split("\n"):
        if line not in ("", "…"):
            at = text.index(line, at)
