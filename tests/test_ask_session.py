"""A follow-up is understood from the entry in focus; a question of its own is not."""

from __future__ import annotations

import io
import sys

import pytest

from cli.kb_app import main
from kb.ask.session import Session
from kb.problem import Problem


@pytest.fixture
def talk(built_in, whole):
    return Session(built_in, whole)


def entries(turn):
    return [one.entry for one in turn.replies]


def typed(monkeypatch, *lines, encoding="utf-8"):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\n".join(lines).encode(encoding))))


def test_a_chinese_follow_up_is_answered_by_a_neighbour_of_the_entry_in_focus(talk):
    talk.ask("损失停在0.03附近，下不去了怎么办？")

    assert entries(talk.ask("此种情况下学习率怎么调？")) == ["lr-when-loss-plateaus"]


def test_an_english_follow_up_is_answered_by_a_neighbour_of_the_entry_in_focus(talk):
    talk.ask("is SE the same as channel attention")

    assert entries(talk.ask("and for segmentation?")) == ["attention-choice-for-segmentation"]


def test_kinds_by_shape_are_told_one_by_one_as_in_the_original_notes(talk):
    talk.ask("结直肠息肉有哪些类型")
    by_shape = talk.ask("按照形态划分呢？")
    told = talk.ask("请分别详细讲讲这5种")

    assert entries(by_shape) == ["paris-classification"]
    in_the_order_of_the_page = ["pedunculated", "sessile", "subpedunculated", "flat-elevated", "flat-0iib"]
    assert entries(told) == in_the_order_of_the_page


@pytest.mark.parametrize(
    ("first", "then", "entry", "part"),
    [
        ("what is a sessile polyp", "is that bad?", "sessile", "risk"),
        ("what is a sessile polyp", "should it be removed?", "sessile", "management"),
        ("无蒂息肉是什么", "要切掉吗？", "sessile", "management"),
        ("无蒂息肉是什么", "它会变成癌吗？", "sessile", "risk"),
        ("loss 停在0.03 下不去怎么办", "此种情况下学习率怎么调？", "lr-when-loss-plateaus", "in_training"),
        ("loss 停在0.03 下不去怎么办", "什么时候不适用？", "loss-plateau", "wrong_when"),
        ("what is Kvasir-SEG?", "how many images?", "kvasir-seg", "body"),
        ("what is Kvasir-SEG?", "and CVC-ClinicDB?", "cvc-clinicdb", "summary"),
        ("学习率预热是什么", "那不用会怎样？", "warm-up", "body"),
        ("what is dice loss", "and for segmentation?", "dice-loss", "in_training"),
        ("什么是 dropout", "那分割网络呢？", "dropout", "in_training"),
        ("what is dice loss", "and deep supervision?", "deep-supervision", "summary"),
        ("val loss is lower than train loss", "is this a bug?", "val-below-train", "why"),
    ],
)
def test_a_follow_up_stays_with_what_it_leans_on(talk, first, then, entry, part):
    talk.ask(first)

    (found,) = talk.ask(then).replies

    assert (found.entry, found.passage.part) == (entry, part)


@pytest.mark.parametrize(
    ("first", "more"), [("what is a sessile polyp", "tell me more"), ("无蒂息肉是什么", "能详细讲讲吗？")]
)
def test_asking_for_more_gives_the_next_piece_of_the_page_and_never_one_twice(talk, first, more):
    said = [talk.ask(question).replies[0].passage.text for question in (first, more, more, more, more)]

    assert talk.focus == "sessile"
    assert len(set(said)) == 5


@pytest.mark.parametrize(
    "question",
    ["how do I cook rice?", "what is bad about Mondays?", "中国有多少人口？", "怎么做红烧肉？", "thanks", "谢谢"],
)
def test_what_has_nothing_to_do_with_the_page_in_focus_is_not_answered_from_it(talk, question):
    talk.ask("what is a sessile polyp")

    assert entries(talk.ask(question)) == [None]


@pytest.mark.parametrize(
    ("question", "part"),
    [("why?", "why"), ("为什么？", "why"), ("how do I fix it?", "fix"), ("show me the code", "snippet")],
)
def test_a_bare_follow_up_asks_for_a_part_of_the_entry_in_focus(talk, question, part):
    talk.ask("inplace operation breaks backward")

    (found,) = talk.ask(question).replies

    assert (found.entry, found.passage.part) == ("inplace-op-breaks-backward", part)


def test_a_question_of_its_own_changes_the_focus(talk):
    talk.ask("is SE the same as channel attention")

    assert entries(talk.ask("does eval() stop gradients?")) == ["eval-mode-and-backward"]
    assert talk.focus == "eval-mode-and-backward"


def test_a_follow_up_out_of_scope_is_not_answered_from_the_focus(talk):
    talk.ask("what is a sessile polyp")

    assert entries(talk.ask("how do I undo the last git commit")) == [None]


def test_a_first_question_cannot_lean_on_anything(talk):
    assert not talk.ask("why?").known


def test_a_session_over_a_pipe_obeys_commands_and_survives_mistakes(monkeypatch, capsys):
    said = (
        "what is a sessile polyp",
        "/lang zh",
        "what is max pooling",
        "/sources",
        "/more",
        "/help",
        "/nothing",
        "???",
    )
    typed(monkeypatch, *said, "/quit", "never read")

    assert main(["ask"]) == 0

    shown = capsys.readouterr().out
    assert "broad base" in shown
    assert "此后用中文回答" in shown
    assert "没有命令 /nothing" in shown
    assert "never read" not in shown
    assert shown.index("此后用中文回答") < shown.index("最大池化")


def test_nothing_known_in_a_session_is_exit_code_1(monkeypatch):
    typed(monkeypatch, "recommend a science fiction novel")

    assert main(["ask"]) == 1


def test_a_session_whose_input_is_no_text_exits_with_2(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\x00\x01\xff\n" * 3)))

    assert main(["ask"]) == 2
    assert "holds no text" in capsys.readouterr().out


def test_an_empty_or_closed_input_is_an_empty_session(monkeypatch, capsys):
    typed(monkeypatch, "", "   ", "")
    assert main(["ask"]) == 0

    monkeypatch.setattr(sys, "stdin", None)
    assert main(["ask"]) == 0
    assert main(["ask", "-"]) == 2
    assert capsys.readouterr().out == ""


def test_questions_in_the_encoding_of_a_chinese_console_are_understood(monkeypatch, capsys):
    typed(monkeypatch, "无蒂息肉是什么", encoding="gb18030")

    assert main(["ask"]) == 0
    assert "宽基底" in capsys.readouterr().out


def test_an_unknown_command_names_those_there_are():
    from kb.ask.session import command

    with pytest.raises(Problem, match="no such command"):
        command("/exit")
    assert command("what is /dev/null") is None


def test_what_to_do_is_told_with_the_answer_and_not_again_with_what_follows(monkeypatch, capsys):
    typed(monkeypatch, "what is backward-twice", "why?", "/quit")

    assert main(["ask"]) == 0

    assert capsys.readouterr().out.splitlines().count("Fix") == 1


def test_the_rest_of_a_page_stands_below_its_headings(monkeypatch, capsys):
    typed(monkeypatch, "loss-not-decreasing 是什么", "/more", "/quit")

    assert main(["ask"]) == 0

    lines = capsys.readouterr().out.splitlines()
    lines = lines[lines.index("原因") :]
    told = [lines.index(heading) for heading in ("原因", "怎么办", "何时不适用", "结论与依据", "可能的原因")]
    assert told == sorted(told)
    assert lines[lines.index("何时不适用") + 1].startswith("- 损失的起点就是它应有的终点")
