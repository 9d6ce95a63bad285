"""A question finds its page in either language and spelling, and what the library does not cover is not answered."""

from __future__ import annotations

import dataclasses
import io
import json
import re
import sys

import pytest

from cli.kb_app import main
from kb.ask import errors, index
from kb.page import NOTICE, render
from kb.problem import Problem
from kb.search import lookup
from kb.words import has_han


@pytest.mark.parametrize(
    ("question", "entry"),
    [
        ("无蒂息肉是什么", "sessile"),
        ("無蒂息肉是什麼", "sessile"),
        ("wudi xirou", "sessile"),
        ("sesile polpy", "sessile"),
        ("da chang xi rou", "colorectal-polyp"),  # "da" and "chang" are terms of English as well
        ("it hangs on a thin stem like a mushroom", "pedunculated"),  # none of its names is said
        ("不用电怎么把它勒掉", "cold-snare"),
        ("ｓｅｓｓｉｌｅ ｐｏｌｙｐ", "sessile"),
        ("挤压积励模块怎么算权重", "se-is-channel-attention"),
        ("最大池化会保留噪声吗", "max-pooling"),
        ("does max pooling keep noise", "max-pooling"),
    ],
)
def test_a_question_finds_its_page_in_any_spelling(asked, question, entry):
    found = asked(question)

    assert (found.state, found.entry) == ("answer", entry)


@pytest.mark.parametrize(
    ("word", "entry"),
    [
        ("dice loss", "dice-loss"), ("Dice损失", "dice-loss"), ("BCE", "cross-entropy"), ("交叉熵", "cross-entropy"),
        ("Tversky loss", "iou-loss"), ("recall", "precision-recall"), ("召回率", "precision-recall"),
        ("sigmoid", "logits"), ("U-Net", "unet"), ("跳跃连接", "unet"), ("感受野", "receptive-field"),
        ("Adam", "optimizers"), ("动量", "optimizers"), ("AMP", "mixed-precision"), ("epoch", "epoch-and-batch-size"),
        ("批大小", "epoch-and-batch-size"), ("微调", "transfer-learning"), ("dropout", "dropout"),
        ("验证集", "training-validation-test"), ("deep supervision", "deep-supervision"),
    ],
)  # fmt: skip
def test_a_basic_word_finds_the_page_of_that_subject_rather_than_a_pitfall_that_names_it(asked, built_in, word, entry):
    question = f"什么是{word}？" if has_han(word) else f"what is {word}?"

    assert lookup(built_in, word).entry.id == entry
    assert asked(question).entry == entry


@pytest.mark.parametrize(
    "question",
    [
        "what is the capital of Australia", "胃溃疡应该吃什么药", "鼻息肉手术后多久恢复",
        "nasal polyps surgery recovery",
        "how do I undo the last git commit", "docker 容器怎么挂载目录", "gallbladder polyp follow up", "声带息肉怎么治",
        "how do I train an LSTM language model",
    ],
)  # fmt: skip
def test_what_the_library_does_not_cover_is_not_answered(asked, question):
    found = asked(question)

    assert (found.state, found.entry, found.passage) == ("unknown", None, None)


@pytest.mark.parametrize(
    "question", ["溃疡性结肠炎吃什么药", "best drug for ulcerative colitis", "胆囊息肉要不要手术", "肠镜前能吃什么"]
)
def test_a_question_for_a_doctor_gets_the_notice_and_no_page(asked, question, capsys):
    assert asked(question).state == "unknown"

    assert main(["ask", question]) == 1
    assert NOTICE.of(asked(question).lang)[:12] in capsys.readouterr().out.replace("\n", " ")


def test_what_has_nothing_to_do_with_medicine_gets_no_notice(capsys):
    assert main(["ask", "what is the capital of Australia"]) == 1
    assert NOTICE.en[:12] not in capsys.readouterr().out


def test_a_single_common_word_is_no_question(asked):
    assert asked("images?").state != "answer"


def test_the_sentences_people_ask_in_are_searched_but_never_shown(built_in):
    page = built_in["cold-snare"]

    shown = "\n".join(line.text for line in render(page, built_in, "zh", 200) + render(page, built_in, "en", 200))

    assert page.asked
    assert page.zh.asked
    assert [one for one in (*page.asked, *page.zh.asked) if one in shown] == []


def test_every_page_knows_how_it_is_asked_for_in_both_languages(built_in):
    assert [page.id for page in built_in.values() if not page.asked or not page.zh.asked] == []


def test_a_question_that_a_page_of_another_name_is_closer_to_by_letters_gets_the_page_it_names(asked):
    assert asked("what is a sessile polyp").entry == "sessile"
    assert asked("what is a sessile serrated lesion").entry == "ssl"


@pytest.mark.parametrize(
    ("question", "entry"),
    [
        ("cut it off without any current", "cold-snare"),
        ("polyp with a stalk", "pedunculated"),
        ("polyp without a stalk", "sessile"),
        ("有蒂的息肉", "pedunculated"),
        ("没有蒂的息肉", "sessile"),
        ("loss does not go down", "loss-not-decreasing"),
    ],
)
def test_what_is_said_not_to_be_there_counts(asked, question, entry):
    assert asked(question).entry == entry


def test_a_question_about_a_driver_gets_no_page_on_the_wheel_of_torch(asked):
    assert asked("CUDA 驱动怎么安装").state != "answer"


def test_a_question_that_takes_a_myth_for_granted_is_corrected_first(asked, built_in, capsys):
    found = asked("调用 model.eval() 之后就不会反向传播了吗")

    assert built_in[found.entry].myths[found.myth].see
    assert main(["ask", found.question]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[2].startswith("并非如此：梯度照常计算")


def test_the_language_of_the_answer_is_that_of_the_question_or_the_one_told(asked):
    assert "polyp" in asked("what is a sessile polyp").passage.text
    assert "息肉" in asked("无蒂息肉是什么").passage.text
    assert "息肉" in asked("what is a sessile polyp", "zh").passage.text


TRACEBACK = """Traceback (most recent call last):
  File "/home/anna/train.py", line 41, in <module>
    main()
  File "/home/anna/net.py", line 17, in forward
    x = torch.cat([up, skip], dim=1)
        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/opt/conda/lib/python3.11/site-packages/torch/functional.py", line 12, in cat
    return _VF.cat(tensors)
RuntimeError: Sizes of tensors must match except in dimension 1. Expected size 19 but got size 18 for tensor number 1 in the list.
"""  # noqa: E501 - as torch prints it


def test_a_pasted_traceback_names_the_page_and_the_users_own_line(asked):
    found = asked(TRACEBACK)

    assert (found.entry, found.confidence > 0.9) == ("unet-odd-size", True)
    assert found.frame == errors.Frame("/home/anna/net.py", 17, "forward", "x = torch.cat([up, skip], dim=1)")


def test_a_traceback_is_read_from_standard_input(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TRACEBACK.encode())))

    assert main(["ask", "-", "--json"]) == 0

    shown = json.loads(capsys.readouterr().out)
    assert (shown["state"], shown["entry"], shown["frame"]["line"]) == ("answer", "unet-odd-size", 17)
    assert set(shown) >= {"question", "lang", "state", "entry", "confidence", "text", "suggestions"}


def test_every_error_template_leads_back_to_its_own_page(built_in, whole):
    templates = whole.errors
    every = [templates.every[place] for place in range(len(templates.letters))]
    ids = list(built_in)
    lost = []
    for one in every:
        path, _, said = one.text.rpartition("…")
        text = re.sub("[*≈]", "7", said)
        if path:
            text = f'  File "/x/{path}7.py", line 7, in f\n{text if "Error: " in text else f"ValueError: {text}"}'
        message = text if re.match(r"\w+(?:Error|Warning): ", text) else f"ValueError: {text}"
        found = errors.recognise(message, templates) or errors.recognise(text, templates)
        if len(one.text.replace("*", "")) >= 12 and (not found or found[0].number != one.number):
            twins = {other.number for other in every if other.text.rstrip(" *") == one.text.rstrip(" *")}
            if not found or found[0].number not in twins:
                lost.append((ids[one.number], one.text))

    assert lost == []


@pytest.mark.parametrize(
    "question", ["", "   ", "\x1b[2J", "？？？", "x" * 1_000_000, "什么" * 5000, "\x00\x01\x02" * 50]
)
def test_what_is_no_question_is_a_problem_with_a_hint(asked, question):
    with pytest.raises(Problem) as problem:
        asked(question)

    assert problem.value.hint
    assert len(problem.value.of("zh")) < 200


def test_a_megabyte_of_log_before_the_error_is_no_hindrance(asked):
    assert asked("epoch 1 loss 0.5\n" * 60_000 + TRACEBACK).entry == "unet-odd-size"


def test_binary_on_standard_input_is_a_clear_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\x89PNG\x00\x00\x1a" * 100)))

    assert main(["ask", "-"]) == 2
    assert "no text" in capsys.readouterr().err


def test_nothing_found_is_exit_code_1(capsys):
    assert main(["ask", "recommend", "a", "science", "fiction", "novel"]) == 1
    assert "don't know" in capsys.readouterr().out


def test_looking_a_pasted_traceback_up_shows_the_line_and_the_page(capsys):
    assert main(["lookup", TRACEBACK, "--lang", "en"]) == 0

    shown = capsys.readouterr().out
    assert shown.startswith("look at /home/anna/net.py:17, forward")
    assert "U-Net" in shown


def test_looking_an_error_up_that_no_page_explains_finds_nothing(capsys):
    assert main(["lookup", "ZorkError: the username left"]) == 1
    assert "username" in capsys.readouterr().out


def test_a_draft_that_nobody_has_read_is_not_asked(built_in):
    page = built_in["sessile"]

    assert index.build([page]).ids == ("sessile",)
    assert index.build([dataclasses.replace(page, draft=True)]).ids == ()


@pytest.mark.parametrize("question", ["left join returns more rows than the left table", "左连接之后行数变多了"])
def test_two_words_of_another_subject_are_not_spoken_of_because_a_page_holds_each_of_them_somewhere(asked, question):
    assert asked(question).state != "answer"
