"""Messages in Chinese: as Windows and editors say them, and as a browser translates those of torch."""

from __future__ import annotations

import pytest

from kb.ask import console, translated
from kb.ask.templates import template


@pytest.mark.parametrize(
    "text",
    [
        "进程已结束，退出代码为 137 (interrupted by signal 9:SIGKILL)",
        "进程已结束,退出代码137(interrupted by signal 9:SIGKILL)",
        "进程已结束， 退出代码 137 （interrupted by signal 9:SIGKILL）",
    ],
)
def test_the_blanks_and_the_width_of_punctuation_around_chinese_do_not_matter(answered, text):
    assert answered(text) == "host-memory-full"


def test_folding_leaves_an_english_message_as_it_is():
    said = "RuntimeError: mat1 and mat2 shapes cannot be multiplied (8x2048 and 512x10)"
    assert console.folded(f"  {said}\n") == said


def test_folding_twice_changes_nothing_more():
    once = console.folded("报错 OSError： [WinError 126] 找不到指定的模块。 Error loading “c10.dll”（求助）")
    assert console.folded(once) == once


def test_a_chinese_character_of_a_template_counts_as_three_letters():
    assert template("磁盘空间不足", 0).own == len("磁盘空间不足") * 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RuntimeError：只能为标量输出隐式创建 grad", "backward-non-scalar"),
        ("ValueError：num_samples 应该是正整数值，但得到 num_samples=0", "empty-dataset"),
        ("RuntimeError：具有多个值的张量的布尔值是模糊的", "bool-ambiguous"),
        ("AssertionError：Torch 未在启用 CUDA 的情况下编译", "torch-not-cuda"),
        ("运行时错误：CUDA 错误：设备端断言被触发", "target-out-of-bounds"),
        ("值错误：优化器获得了一个空的参数列表", "modules-in-python-list"),
        (
            "报 运行时错误：mat1 和 mat2 的形状无法相乘（32x512 和 1024x10），怎么解决",
            "linear-shape-mismatch",
        ),
        ("RuntimeError：梯度计算所需的变量之一已被就地操作修改", "inplace-op-breaks-backward"),
        ("ValueError: 期望2D或3D输入(得到1D输入)", "conv-input-dims"),
    ],
)
def test_a_message_a_browser_has_translated_leads_to_the_page_of_the_original(answered, text, expected):
    assert answered(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "TypeError: 无法读取未定义的属性（读取“length”）",
        "ERROR 1045 (28000)：用户'root'@'localhost'的访问被拒绝（使用密码：是）",
        "ORA-00942：表或视图不存在",
    ],
)
def test_a_translated_message_of_another_program_is_not_answered(answered, text):
    assert answered(text) is None


def test_the_name_of_an_exception_is_read_in_chinese_only_before_a_colon():
    assert translated.named("运行时错误： CUDA") == "RuntimeError: CUDA"
    assert translated.named("什么是运行时错误") == "什么是运行时错误"


def test_numbers_tell_templates_of_the_same_words_apart(answered):
    said = "运行时错误：张量 a ({}) 的大小必须与张量 b ({}) 在非单例维度 3 的大小匹配"
    assert answered(said.format(45, 44)) == "unet-odd-size"
    assert answered(said.format(128, 64)) == "broadcast-mismatch"


def test_an_english_message_with_a_few_words_of_chinese_is_not_taken_for_a_translation():
    assert not translated.is_one("RuntimeError: expected scalar type Long but found Float 求助")
    assert translated.is_one("RuntimeError：预期的标量类型为 Long，但找到了 Float")


def test_the_longest_known_wording_is_taken_first():
    (meant,) = translated.read("索引越界").pieces[1:]
    assert frozenset({"bound"}) in {words & {"bound"} for words in meant}
