"""Text is broken into lines of a width, Chinese as it is set and code not at all."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from kb.wrap import NEVER_FIRST, NEVER_LAST, width_of, wrap

MIXED = st.text(
    st.one_of(
        st.sampled_from("息肉黏膜网络训练损失学习率"),
        st.sampled_from("abcdefgh0123456789_.-"),
        st.sampled_from("，。；：！？（）《》“”、 `"),
    ),
    max_size=200,
)


def solid(text):
    return "".join(text.split())


@given(text=st.text(max_size=300), width=st.integers(20, 200))
@example(text="，" * 50, width=20)
@example(text="x" * 20 + "，", width=20)
@example(text="e\u0301" * 60, width=21)
@example(text="\u0301 a", width=20)
def test_no_character_is_lost_and_no_line_is_too_wide(text, width):
    lines = wrap(text, width)

    assert solid("".join(lines)) == solid(text)
    assert all(width_of(line) <= width for line in lines)


@given(text=MIXED, width=st.integers(20, 120))
@example(text="损失" * 10 + "；" + "学习率", width=20)
@example(text="a" * 19 + "（息肉）", width=20)
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(text, width):
    lines = wrap(text, width)

    for before, line in pairwise(lines):
        assert line[0] not in NEVER_FIRST or is_all_marks(before)
        assert before[-1] not in NEVER_LAST or is_all_marks(before)


def is_all_marks(line):
    """A run of marks longer than a line leaves no better place to break."""
    return not any(char.isalnum() for char in line[1:-1])


@given(words=st.lists(st.text("abcdefg", min_size=1, max_size=20), max_size=40), width=st.integers(20, 80))
def test_a_latin_word_that_fits_a_line_is_never_broken(words, width):
    lines = wrap(" ".join(words), width)

    assert [word for line in lines for word in line.split()] == words


def test_the_mark_that_would_begin_a_line_takes_the_character_before_it_along():
    lines = wrap("损失不再下降而学习率很小。", 24)

    assert lines == ["损失不再下降而学习率很", "小。"]


def test_a_code_span_moves_to_the_next_line_whole():
    lines = wrap("先看看优化器里有没有它 `optim.Adam(m, lr=1e-3)` 再说", 30)

    assert lines == ["先看看优化器里有没有它", "`optim.Adam(m, lr=1e-3)` 再说"]


def test_a_source_line_break_between_chinese_characters_leaves_no_gap():
    assert wrap("息肉\n分割\nsegmentation\nnetwork 训练", 60) == ["息肉分割 segmentation network 训练"]


def test_following_lines_hang_under_the_first():
    lines = wrap("one two three four five six", 20, first="- ", rest="  ")

    assert lines == ["- one two three four", "  five six"]


def test_nothing_gives_no_line():
    assert wrap(" \n\t ", 20) == []
