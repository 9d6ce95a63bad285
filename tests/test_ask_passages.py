"""Which passage of its page answers a question: judged by hand on several hundred, and plain ones by sight."""

from __future__ import annotations

import pytest

from benchmarks.ask import tune_passages
from kb.ask import reply, show, suits


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_most_questions_get_a_passage_that_was_judged_to_answer_them(whole, built_in, lang):
    some = [one for one in tune_passages.read("held") if one.lang == lang]
    measured = [tune_passages.rows(one, built_in, whole) for one in some]

    good, fair, told = tune_passages.counted(some, measured, suits.fitted())

    assert good >= 0.75 * len(some)
    assert told >= 0.8 * len(some)
    assert fair >= 0.8 * len(some)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_who_tells_a_situation_mostly_gets_a_passage_that_bears_on_it(whole, built_in, lang):
    some = [one for one in tune_passages.read("natural") if one.lang == lang]

    good, fair, told = tune_passages.counted(
        some, [tune_passages.rows(one, built_in, whole) for one in some], suits.fitted()
    )

    assert good >= 0.45 * len(some)
    assert told >= 0.6 * len(some)
    assert fair >= 0.75 * len(some)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("学习率怎么设", "1e-5、1e-4、1e-3、1e-2"),
        ("cuda out of memory 怎么办", "torch.no_grad()"),
        ("dropout 设多少", "0.1 到 0.3"),
        ("what weight decay should I use", "0.01 to 0.05"),
        ("what is dice loss", "One minus the Dice score"),
        ("what is a sessile polyp", "broad base without a stalk"),
        ("训练时梯度爆炸怎么办", "按范数裁剪"),
    ],
)
def test_what_is_asked_is_what_is_told(whole, built_in, question, said):
    assert said in reply.reply(built_in, whole, question).passage.text


def test_of_two_passages_that_suit_about_alike_both_are_told(whole, built_in):
    found = reply.reply(built_in, whole, "ema decay value")

    assert found.beside
    assert found.beside.text != found.passage.text
    assert found.beside.text in show.text(found, built_in[found.entry])


def test_a_pasted_message_is_told_one_passage(whole, built_in):
    text = "RuntimeError: mat1 and mat2 shapes cannot be multiplied (4x25088 and 512x10)"
    assert reply.reply(built_in, whole, text).beside is None


def test_what_has_no_sign_of_its_own_is_after_nothing():
    assert suits.aims("sessile polyp") == ("none",)
    assert "number" in suits.aims("how many images are there")
    assert "choose" in suits.aims("学习率设多少")
