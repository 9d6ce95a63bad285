"""`kb check` names each thing that can be wrong with a page, with its place, and nothing that is right."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.check import check
from kb.problem import Problem

GOOD = """\
title: {name}
summary: A page.
{more}
zh:
  title: {name}页
  summary: 一个页面。
{zh}
"""


def page(folder, name, kind="concepts", more="", zh=""):
    path = folder / kind / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(GOOD.format(name=name, more=more, zh=zh), encoding="utf-8")
    return path


def sentences(path, lang="en"):
    return [problem.of(lang) for problem in check(path)]


def test_good_pages_give_nothing(pages):
    assert check(pages) == []


@pytest.mark.parametrize(
    ("kind", "more", "zh", "sentence"),
    [
        ("concepts", "related: [gaet]", "", ":3:11: no entry called 'gaet'\n  hint: did you mean 'gate'?"),
        ("concepts", "leads_to: [gone-symptom-x]", "", ":3:12: no entry called 'gone-symptom-x'"),
        ("symptoms", "causes: {c: {says: Why., see: [qqq]}}", "  causes: {c: {says: 因为。}}", "no entry called 'qqq'"),
        (
            "concepts",
            "claims: {c: {says: So., cites: [bok]}}\nreferences: {book: {title: T, pmid: '1'}}",
            "  claims: {c: 如此。}",
            ":3:33: no reference called 'bok'\n  hint: did you mean 'book'?",
        ),
        (
            "polyps",
            "claims: {c: {says: So.}}",
            "  claims: {c: 如此。}",
            ":3:10: a claim about polyps needs a reference",
        ),
        (
            "concepts",
            "references: {book: {title: T, year: 1999}}",
            "",
            ":3:14: a reference needs a doi, a pmid or a url",
        ),
        (
            "concepts",
            "references: {book: {title: T, url: example.org}}",
            "",
            ":3:31: 'example.org' is no address of a page",
        ),
        (
            "concepts",
            "myths: {m: {says: A., truth: B., see: c}}",
            "  myths: {m: {says: 甲。, truth: 乙。}}",
            ":3:34: the page has no claim 'c'",
        ),
        ("concepts", "why: Because.", "", ":3:1: why has no Chinese"),
        ("concepts", "fix: [One., Two.]", "  fix: [一。]", ":3:13: fix[1] has no Chinese"),
        ("concepts", "claims: {c: {says: So.}}", "", "claims.c has no Chinese"),
        (
            "concepts",
            "myths: {m: {says: A., truth: B.}}",
            "  myths: {m: {says: 甲。, truth: ''}}",
            "myths.m.truth has no Chinese",
        ),
        ("concepts", "snippets: {s: {says: A., code: b}}", "", "snippets.s has no Chinese"),
        (
            "symptoms",
            "causes: {c: {says: Why., fix: [Do.]}}",
            "  causes: {c: {says: 因为。}}",
            "causes.c.fix[0] has no Chinese",
        ),
        ("symptoms", "check: {message: Hm., severity: info}", "", "check.message has no Chinese"),
        (
            "symptoms",
            "check: {message: Hm., severity: info, with: {a: 1}, because: {a: So.}}",
            "  message: 嗯。",
            "check.because.a has no Chinese",
        ),
        (
            "symptoms",
            "check: {message: Hm., severity: info, with: {a: 1}, because: {b: So.}}",
            "  message: 嗯。\n  because: {b: 如此。}",
            "'with' has no number 'b'",
        ),
        ("concepts", "", "  why: 因为。", ":7:3: zh.why has no English"),
        (
            "concepts",
            "claims: {size: {says: So.}}",
            "  claims: {size: 如此。, sise: 如此。}",
            "zh.claims.sise has no English",
        ),
        (
            "concepts",
            "why: So.",
            "  why: 因为它小,所以快。",
            ":7:3: half-width ',' in a Chinese sentence: 因为它小,所以快。\n  hint: write ，",
        ),
        ("concepts", "why: So.", "  why: 卷积(Conv)很快。", "half-width '('"),
        ("concepts", "why: So.", '  why: "结论:快"', "half-width ':'"),
        ("concepts", "aliases: ['!!!']", "", ":3:11: '!!!' has no letter or digit"),
    ],
)
def test_each_thing_that_can_be_wrong_is_said_with_its_place(tmp_path, kind, more, zh, sentence):
    path = page(tmp_path, "mine", kind, more, zh)

    (said,) = sentences(path)

    assert said.startswith(f"{path}:")
    assert sentence in said
    assert sentences(path, "zh") != [said]


@pytest.mark.parametrize(
    ("more", "zh"),
    [
        ("why: So.", "  why: 用 `f(a, b)` 或 optim.Adam(m, lr=1)，比例 3:1，IoU > 0.5。"),
        ("why: So.", '  why: "见 https://example.org/a,b?c:d，然后继续。"'),
        ("why: So.", "  why: |\n    看：\n    ```\n    加权(x, 结果)\n    ```"),
        ("figure: '|--|'", ""),
        ("aliases: [an English word]", ""),
        ("related: [gate]", ""),
    ],
)
def test_what_is_right_gives_nothing(tmp_path, more, zh):
    assert sentences(page(tmp_path, "mine", more=more, zh=zh)) == []


def test_a_chinese_name_may_be_english(tmp_path):
    path = page(tmp_path, "mine")
    path.write_text(path.read_text(encoding="utf-8").replace("title: mine页", "title: Mine"), encoding="utf-8")

    assert sentences(path) == []


def test_every_broken_file_is_named_not_only_the_first(tmp_path):
    page(tmp_path, "a", more="oops: 1")
    page(tmp_path, "b", more="title: again")
    page(tmp_path, "c")
    (tmp_path / "concepts" / "d.yaml").write_text("# nothing yet\n")
    (tmp_path / "concepts" / "e.yml").write_text("title: E")

    said = sentences(tmp_path)

    assert [one.split("concepts/")[1].split("\n")[0] for one in said] == [
        "a.yaml:3:1: unknown field 'oops'",
        "b.yaml:3:1: 'title' is written twice",
        "d.yaml: the file is empty",
        "e.yml: an entry's file name ends in .yaml",
    ]


def test_a_name_of_two_pages_must_be_declared(tmp_path):
    page(tmp_path, "first", more="aliases: [same name]", zh="  aliases: [别名]")
    second = page(tmp_path, "second", more="aliases: [Same-Name]", zh="  aliases: [另名]")

    (undeclared,) = sentences(tmp_path)
    (alone,) = sentences(second)
    (tmp_path / "ambiguous.yaml").write_text(
        "same name: [{en: one, zh: 一, entry: first}, {en: two, zh: 二, entry: second}]", encoding="utf-8"
    )

    assert "second.yaml:3:11: 'Same-Name' is also a name of 'first'" in undeclared
    assert alone == undeclared
    assert sentences(tmp_path) == []
    assert sentences(second) == []


def test_a_declared_word_must_lead_to_every_page_that_bears_it(tmp_path):
    page(tmp_path, "first", more="aliases: [word]", zh="  aliases: [词]")
    (tmp_path / "ambiguous.yaml").write_text("word: [{en: one, zh: 一, entry: frist}]", encoding="utf-8")

    said = "\n".join(sentences(tmp_path))

    assert "'word' is ambiguous and none of its meanings leads here" in said
    assert "'word' leads to 'frist', which no file is\n  hint: did you mean 'first'?" in said


def test_the_same_id_in_two_folders_is_one_too_many(tmp_path):
    page(tmp_path, "twin", "concepts")
    page(tmp_path, "twin", "pitfalls")

    (said,) = sentences(tmp_path)

    assert "has the same id" in said


@pytest.mark.parametrize(("name", "sentence"), [("gone", "no such file or folder"), ("", "holds no entries")])
def test_nothing_to_check_is_a_problem(tmp_path, name, sentence):
    with pytest.raises(Problem, match=sentence):
        check(tmp_path / name)


def test_a_file_of_another_kind_is_named(tmp_path):
    path = tmp_path / "notes.md"
    path.write_text("# notes")

    assert sentences(path) == [f"{path}: an entry's file name ends in .yaml\n  hint: rename it to notes.yaml"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(raw=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
def test_any_bytes_are_checked_without_a_traceback(tmp_path, raw):
    for name in ("x.yaml", "ambiguous.yaml"):
        (tmp_path / name).write_bytes(raw)

        assert all(isinstance(problem, Problem) for problem in check(tmp_path / name))
