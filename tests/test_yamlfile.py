"""YAML is read with the line of every value, and what is not plain YAML is refused."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kb import yamlfile
from kb.problem import Problem

HERE = Path("x.yaml")


def data(text):
    return yamlfile.parse(text, HERE)[0]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1e-3", 0.001),
        ("1.", 1.0),
        (".5", 0.5),
        ("-2", -2),
        ("+3", 3),
        ("010", 10),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("3:20", "3:20"),
        ("2026-11-23", "2026-11-23"),
        ("on", "on"),
        ("no", "no"),
        ("yes", "yes"),
        ("true", True),
        ("True", "True"),
        ("null", None),
        ("~", None),
        ("", None),
        ("'1'", "1"),
        ('"true"', "true"),
        (".inf", float("inf")),
        ("9" * 40, 1e40),
        ("息肉", "息肉"),
    ],
)
def test_a_scalar_is_what_it_looks_like(written, value):
    found = data(f"key: {written}")["key"]

    assert found == value
    assert type(found) is type(value)


def test_on_and_no_are_names_like_any_other():
    assert data("on: 1\nno: 2\n1: 3\n") == {"on": 1, "no": 2, "1": 3}


def test_every_part_knows_its_place():
    _, places = yamlfile.parse("a: 1\nb:\n  - x\n  - {c: d}\n", HERE)

    assert places["b", 1, "c"] == (4, 6)
    assert places.near(("b", 1, "c", "deeper")) == (4, 6)
    assert places.near(("gone",)) == (1, 1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\na: 2", "x.yaml:2:1: 'a' is written twice\n  hint: keep one of the two"),
        ("a: &x 1", "x.yaml:1:4: anchors and aliases (& and *) are not used in entries"),
        ("a: [&x 1, *x]", "x.yaml:1:5: anchors and aliases"),
        (
            "a: !!python/name:os.system x",
            "x.yaml:1:4: tags such as tag:yaml.org,2002:python/name:os.system are not used",
        ),
        ("a: !x {}", "x.yaml:1:4: tags such as !x are not used"),
        ("a: b: c", "x.yaml:1:5: not valid YAML: mapping values are not allowed in this context\n  hint: quote"),
        ("a: [1, 2", "x.yaml:2:1: not valid YAML"),
        ("{[1]: 2}", "x.yaml:1:2: a field's name must be plain text"),
        ("a: 1\n---\nb: 2", "x.yaml:3:1: a second document begins here"),
        ("[" * 60 + "]" * 60, "nested too deeply for an entry"),
        ("a: \x00", "x.yaml:1: holds a character YAML does not allow"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, sentence):
    with pytest.raises(Problem) as caught:
        data(text)

    assert sentence in caught.value.of("en")
    assert caught.value.of("zh") != caught.value.of("en")


def test_a_file_that_cannot_be_text_is_said_so(tmp_path):
    for name, raw, sentence in (
        (
            "gbk.yaml",
            "title: x\nsummary: 息肉".encode("gbk"),
            "gbk.yaml:2: not UTF-8 text\n  hint: save the file as UTF-8",
        ),
        ("big.yaml", b"a" * 2_000_001, "2,000,001 bytes is too large for an entry"),
    ):
        (tmp_path / name).write_bytes(raw)

        with pytest.raises(Problem) as caught:
            yamlfile.read(tmp_path / name)

        assert sentence in caught.value.of("en")


def test_a_folder_or_a_missing_file_cannot_be_read(tmp_path):
    for path in (tmp_path, tmp_path / "gone.yaml"):
        with pytest.raises(Problem, match="cannot be read"):
            yamlfile.read(path)


def test_a_byte_order_mark_is_no_text(tmp_path):
    (tmp_path / "bom.yaml").write_bytes(b"\xef\xbb\xbftitle: x")

    assert yamlfile.read(tmp_path / "bom.yaml")[0] == {"title": "x"}


YAMLISH = st.text(st.sampled_from("abc:-[]{}&*!|>'\"#%@`, \n\t0123?~息，\x07\ufeff"), max_size=80)


@given(text=st.one_of(st.text(), YAMLISH))
@example(text="? [a]\n: b")
@example(text="a: |\n\t")
@example(text="<<: {a: 1}")
def test_any_text_is_data_or_a_problem(text):
    try:
        found, places = yamlfile.parse(text, HERE)
    except Problem as problem:
        found, places = problem.of("en"), {}

    assert found is None or () in places or found.startswith("x.yaml:")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_data_or_a_problem(tmp_path, raw):
    path = tmp_path / "x.yaml"
    path.write_bytes(raw)

    try:
        said = str(yamlfile.read(path))
    except Problem as problem:
        said = problem.of("zh").removeprefix(f"{path}:")

    assert str(path) not in said


def test_a_block_that_begins_further_in_gets_a_hint_of_its_own(tmp_path):
    path = tmp_path / "page.yaml"
    path.write_text("figure: |\n     /\\\n    /  \\\n  base\n", encoding="utf-8")

    with pytest.raises(Problem) as caught:
        yamlfile.read(path)

    assert "|2" in caught.value.of("en")
