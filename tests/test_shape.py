"""Data of a file becomes the noun it should be, or every problem with it is named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.entry import Entry
from kb.problem import Problem
from kb.shape import Form
from kb.yamlfile import Places, parse

HERE = Path("x.yaml")
ZH = "\nzh: {title: 标题, summary: 摘要}"


def build(text):
    data, places = parse(text, HERE)
    return Form(HERE, places).build(Entry, data)


def test_a_small_page_is_built_with_its_defaults():
    entry = build("title: A\nsummary: B" + ZH)

    assert (entry.title, entry.zh.summary, entry.claims, entry.check) == ("A", "摘要", {}, None)


def test_with_is_written_without_the_underscore_and_whole_numbers_may_stand_for_decimals():
    entry = build("title: A\nsummary: B\ncheck: {message: m, severity: info, with: {window: 50}}" + ZH)

    assert entry.check.with_ == {"window": 50.0}
    assert isinstance(entry.check.with_["window"], float)


def test_a_text_block_loses_its_outer_empty_lines_but_not_its_indent():
    entry = build('title: A\nsummary: B\nfigure: "\\n  x\\n y\\n\\n"' + ZH)

    assert entry.figure == "  x\n y"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("summary: B" + ZH, "x.yaml:1:1: missing field 'title'"),
        ("title: A\nsummary: B", "x.yaml:1:1: missing field 'zh'"),
        ("title: A\nsumary: B", "x.yaml:2:1: unknown field 'sumary'\n  hint: did you mean 'summary'?"),
        ("title: A\nsummary: B\nzh: {title: T}", "x.yaml:3:1: missing field 'summary'"),
        ("title: A\nsummary: B\nkind: polyp" + ZH, "x.yaml:3:1: unknown field 'kind'"),
        (
            "title: A\nsummary: B\nclaims: {c: {sais: x}}" + ZH,
            "x.yaml:3:14: unknown field 'sais'\n  hint: did you mean 'says'?",
        ),
        ("title: A\nsummary: B\nclaims: {c: {qqq: x}}" + ZH, "hint: known here: says, proof, cites"),
        ("title: [A]\nsummary: B" + ZH, "x.yaml:1:1: 'title' should be text, found ['A']"),
        ("title: 3\nsummary: B" + ZH, "'title' should be text, found 3"),
        ("title: true\nsummary: B" + ZH, "'title' should be text, found True"),
        ("title:\nsummary: B" + ZH, "'title' is empty; it should be text"),
        ("title: A\nsummary: B\naliases: a, b" + ZH, "x.yaml:3:1: 'aliases' should be a list, found 'a, b'"),
        ("title: A\nsummary: B\naliases: [a, {b: c}]" + ZH, "x.yaml:3:14: 1 should be text, found {'b': 'c'}"),
        ("title: A\nsummary: B\nclaims: [c]" + ZH, "'claims' should be named fields, found ['c']"),
        (
            "title: A\nsummary: B\nreferences: {r: {title: t, year: 2.5}}" + ZH,
            "'year' should be a whole number, found 2.5",
        ),
        (
            "title: A\nsummary: B\nreferences: {r: {title: t, year: true}}" + ZH,
            "'year' should be a whole number, found True",
        ),
        (
            "title: A\nsummary: B\nsnippets: {s: {says: x, code: y, faulty: maybe}}" + ZH,
            "'faulty' should be true or false, found 'maybe'",
        ),
        (
            "title: A\nsummary: B\ncheck: {message: m, severity: info, with: {a: b}}" + ZH,
            "x.yaml:3:44: 'a' should be a number, found 'b'",
        ),
        (
            "title: A\nsummary: B\ncheck: {message: m, severity: warnin}" + ZH,
            "'severity' must be one of error, warning, info, found 'warnin'\n  hint: did you mean 'warning'?",
        ),
        ("- a\n- b", "x.yaml:1:1: expected named fields, found ['a', 'b']"),
        ("just words", "x.yaml:1:1: expected named fields, found 'just words'"),
        ("title: [" + "a, " * 100 + "]\nsummary: B" + ZH, "..."),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_what_to_try(text, sentence):
    with pytest.raises(Problem) as caught:
        build(text)

    assert sentence in caught.value.of("en")
    assert caught.value.of("zh") != caught.value.of("en")
    assert len(caught.value.of("en").splitlines()[0]) < 160


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10))
NAMES = st.one_of(
    st.sampled_from([*Entry.__dataclass_fields__, "with", "says", "message", "severity", "cases", "groups", "state"]),
    st.text(max_size=8),
)
TREES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5))


@given(tree=TREES)
def test_any_data_is_an_entry_or_a_problem(tree):
    try:
        made = Form(HERE, Places()).build(Entry, tree)
    except Problem as problem:
        made = problem

    assert isinstance(made, Entry) or made.of("zh").startswith("x.yaml:1:1: ")
