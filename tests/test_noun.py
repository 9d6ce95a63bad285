"""A noun is to its users what a dataclass is."""

from __future__ import annotations

import dataclasses

import pytest

from kb.noun import EMPTY, changed, noun


@noun(frozen=True)
class Page:
    title: str
    words: dict[str, int] = EMPTY
    number: int = 0


def test_fields_are_given_by_place_or_by_name_and_have_defaults():
    page = Page("a", number=3)

    assert (page.title, page.words, page.number) == ("a", {}, 3)
    assert page == Page("a", {}, 3) != Page("a")
    assert repr(page) == "Page(title='a', words={}, number=3)"


def test_an_empty_dictionary_belongs_to_one_noun_only():
    first, second = Page("a"), Page("a")
    first.words["b"] = 1

    assert not second.words


@pytest.mark.parametrize("fields", [{}, {"title": "a", "name": "b"}, {"name": "b"}])
def test_a_field_that_is_missing_or_of_another_class_is_refused(fields):
    with pytest.raises(TypeError):
        Page(**fields)


def test_the_functions_of_dataclasses_work_on_it():
    page = Page("a", {"b": 1})

    assert dataclasses.is_dataclass(Page)
    assert [one.name for one in dataclasses.fields(page)] == ["title", "words", "number"]
    assert dataclasses.asdict(page) == {"title": "a", "words": {"b": 1}, "number": 0}
    assert dataclasses.replace(page, number=2) == changed(page, number=2) == Page("a", {"b": 1}, 2)
    assert not Page("c").words
