"""Code on the screen: the parts of a line are those Python itself sees, and nothing of it is lost."""

from __future__ import annotations

import io
import keyword
import token
import tokenize

from hypothesis import given
from hypothesis import strategies as st

from cli import highlight, paint
from kb import library, page
from kb.prose import Line, prose

KINDS = {token.STRING: "string", token.NUMBER: "number", tokenize.COMMENT: "comment"}


class Terminal(io.StringIO):
    def isatty(self):
        return True


def seen_by_python(code):
    """(line, column) -> (part, text) of all tokens that a colour is given to and that end on their line."""
    found = {}
    for one in tokenize.generate_tokens(io.StringIO(code).readline):
        part = "keyword" if one.type == token.NAME and keyword.iskeyword(one.string) else KINDS.get(one.type)
        if part and one.start[0] == one.end[0]:
            found[one.start] = (part, one.string)
    return found


def seen_here(code):
    found = {}
    for row, line in enumerate(code.splitlines(), 1):
        at = 0
        for part, text in highlight.parts(line):
            if part:
                found[row, at] = (part, text)
            at += len(text)
    return found


def codes():
    for entry in library.load().values():
        for code in (entry.reproduce, entry.fixed, *(one.code for one in entry.snippets.values())):
            if code:
                yield entry.id, code


def test_the_code_of_every_page_is_coloured_as_python_reads_it():
    compared, wrong = 0, []
    for name, code in codes():
        python, here = seen_by_python(code), seen_here(code)
        over_lines = {
            row
            for one in tokenize.generate_tokens(io.StringIO(code).readline)
            if one.type == token.STRING and one.start[0] != one.end[0]
            for row in range(one.start[0], one.end[0] + 1)
        }
        python, here = ({at: it for at, it in seen.items() if at[0] not in over_lines} for seen in (python, here))
        compared += len(python)
        if python != here:
            wrong.append((name, python.items() ^ here.items()))
    assert not wrong
    assert compared > 5000


@given(st.text(st.characters(exclude_characters="\n")))
def test_the_parts_of_any_line_are_the_line(line):
    assert "".join(text for _, text in highlight.parts(line)) == line


@given(st.text(st.sampled_from("rfb\"'\\#x1.e-_ 中(½²")))
def test_the_parts_of_a_line_full_of_quotes_are_the_line_and_none_is_empty(line):
    parts = list(highlight.parts(line))
    assert "".join(text for _, text in parts) == line
    assert all(text for _, text in parts)


def test_a_terminal_shows_keywords_strings_numbers_and_comments_each_in_their_colour():
    line = Line("python", "    return f'{x}', 1e-3  # 说明")
    assert paint.coloured([line]) == (
        "    \x1b[35mreturn\x1b[0m \x1b[32mf'{x}'\x1b[0m, \x1b[36m1e-3\x1b[0m  \x1b[2m# 说明\x1b[0m\n"
    )


def test_a_pipe_is_told_no_colour(capsys):
    paint.show([Line("python", "return 1")])
    assert capsys.readouterr().out == "return 1\n"


def test_fenced_python_is_python_and_any_other_fence_is_not():
    blocks = prose("```python\nfor x in y:\n```\n```\nfor a while\n```\n")
    assert [(one.style, one.text.strip()) for one in blocks] == [("python", "for x in y:"), ("code", "for a while")]


def test_a_page_s_code_is_python_and_its_figure_is_not():
    pages = library.load()
    styles = {line.style for entry in pages.values() if entry.figure for line in page.render(entry, pages, "en", 80)}
    assert "code" in styles
    assert any(line.style == "python" for line in page.render(pages["bn-eval-gap"], pages, "en", 80))


def test_code_that_runs_over_the_end_of_a_line_is_coloured_on_both_lines():
    lines = [Line("text", "then `x = load(path)."), Line("text", "  half()` again"), Line("text", "a ` alone")]

    first, second, third = paint.coloured(lines).splitlines()

    assert first == "then \x1b[32m`x = load(path).\x1b[0m"
    assert second == "\x1b[32m  half()`\x1b[0m again"
    assert third == "a ` alone"
