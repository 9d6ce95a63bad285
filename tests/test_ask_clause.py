"""What of a page speaks of a pasted message stands first, and nothing is lost."""

from hypothesis import given
from hypothesis import strategies as st

from kb import library
from kb.ask import clause, errors, reply, show, stored

CAUSES = """- It is called with the image alone.
- `label_fields must be specified`: boxes need their classes.
- `Key mask2 is not in available keys`: announce it, `additional_targets={'mask2': 'mask'}`."""
TRACE = """Traceback (most recent call last):
  File "/opt/me/train.py", line 9, in main
  File "/opt/env/lib/python3.10/site-packages/albumentations/core/composition.py", line 899, in check
KeyError: 'Key mask2 is not in available keys.'"""


def test_the_cause_that_quotes_the_message_comes_first() -> None:
    first = clause.ordered(CAUSES, ["KeyError: 'Key bboxes is not in available keys.'"]).splitlines()[0]
    assert first.startswith("- `Key mask2")


def test_what_introduces_the_causes_stays_above_them() -> None:
    told = clause.ordered(
        f"It depends on what is given.\n\n{CAUSES}", ["KeyError: 'Key bboxes is not in available keys.'"]
    )
    assert told.splitlines()[0] == "It depends on what is given."
    assert told.splitlines()[2].startswith("- `Key mask2")


def test_of_a_message_that_says_little_the_line_that_raised_it_speaks() -> None:
    text = '  File "a.py", line 3, in f\n    assert len(names) == classes\nAssertionError'
    items = ["- one", "- `assert len(names) == classes`: two"]
    assert clause.first(items, errors.sayings(text)) == items[::-1]


def test_a_quotation_that_holds_backticks_is_read_as_one() -> None:
    items = ["one", "`` `size` must be given ``: two"]
    assert clause.first(items, ["ValueError: `size` must be given"]) == items[::-1]


def test_causes_that_quote_nothing_keep_their_order() -> None:
    assert clause.ordered(CAUSES, ["ValueError: image must be numpy array type"]) == CAUSES
    assert clause.ordered("No list, `a message of it`.", ["a message of it"]) == "No list, `a message of it`."


def test_a_message_in_chinese_is_quoted_by_its_characters() -> None:
    items = ["- 一", "- `系统找不到指定的路径`：二", "- `拒绝访问`：三"]
    assert clause.first(items, ["[WinError 3] 系统找不到指定的路径。: 'D:\\data'"])[0] == items[1]
    assert clause.first(items, ["PermissionError: [WinError 5] 拒绝访问。"])[0] == items[2]


def test_an_error_of_the_system_is_quoted_by_its_number() -> None:
    items = ["- `PermissionError: [WinError 32]`: one", "- `PermissionError: [WinError 5]`: two"]
    assert clause.first(items, ["PermissionError: [WinError 5] Access is denied: 'C:\\data'"]) == items[::-1]


def test_two_words_that_any_message_has_are_no_quotation() -> None:
    assert clause.first(["one", "`is not` two"], ["it is not so"]) == ["one", "`is not` two"]


@given(st.lists(st.text(max_size=40), max_size=6), st.text(max_size=80))
def test_no_item_is_lost(items: list[str], message: str) -> None:
    assert sorted(clause.first(items, [message])) == sorted(items)


def test_a_pasted_message_is_answered_with_its_own_cause_first() -> None:
    pages = library.load()
    for lang, cause in (("en", "announce it"), ("zh", "先声明")):
        found = reply.reply(pages, stored.load(pages, library.BUILT_IN), TRACE, lang)  # type: ignore[arg-type]
        assert found.entry == "albumentations-call"
        assert found.passage
        assert cause in found.passage.text.split("\n- ")[0]


def test_of_a_message_that_no_item_quotes_the_first_ones_are_shown() -> None:
    pages = library.load()
    text = 'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    assert n > 3\nAssertionError'
    found = reply.reply(pages, stored.load(pages, library.BUILT_IN), text, "en")

    shown = "\n".join(line.text for line in show.lines(found, pages, "en", 100))
    assert found.passage
    assert " ".join(found.passage.text.split()[:8]) in " ".join(shown.split())


def test_a_frame_without_its_line_does_not_show_the_next_frame_as_code() -> None:
    frame = errors.users_frame(TRACE)
    assert frame
    assert (frame.path, frame.line, frame.code) == ("/opt/me/train.py", 9, "")


def test_of_a_long_page_in_prose_the_clause_on_the_message_is_shown() -> None:
    text = "RuntimeError: DataLoader worker (pid 4679) is killed by signal: Bus error. It is possible that dataloader's\
 workers are out of shared memory. Please try to raise your shared memory limit."
    pages = library.load()
    found = reply.reply(pages, stored.load(pages, library.BUILT_IN), text, "en")

    shown = "\n".join(line.text for line in show.lines(found, pages, "en", 100))
    assert found.passage
    assert len(found.passage.text) > 2000  # too long to be shown whole
    assert "/dev/shm" in shown
