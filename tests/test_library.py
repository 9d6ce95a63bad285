"""Over all built-in entries: nothing here is told which entries there are."""

import pytest

from kb import bilingual, library
from kb.check import check
from kb.collection import Meaning
from kb.page import render
from kb.problem import Problem
from kb.search import lookup
from kb.wrap import width_of

FILES = library.files(library.BUILT_IN)


def test_there_is_nothing_to_mend_in_the_library():
    assert [problem.of("en") for problem in check(library.BUILT_IN)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_name_leads_to_its_entry_or_to_a_choice_that_has_it(built_in, path):
    entry = built_in[path.stem]
    for name in (entry.id, entry.title, *entry.aliases, entry.zh.title, *entry.zh.aliases):
        found = lookup(built_in, name)

        assert entry.id in [match.entry.id for match in found.matches], name
        assert found.entry is entry or found.meanings, name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_page_says_everything_in_both_languages(built_in, path):
    entry = built_in[path.stem]

    assert bilingual.untranslated(entry) == []
    assert bilingual.unmatched(entry) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_page_fits_a_narrow_screen_in_both_languages(built_in, path):
    for lang in ("en", "zh"):
        lines = render(built_in[path.stem], built_in, lang, 60)

        assert all(width_of(line.text) <= 60 for line in lines if line.style not in ("code", "python"))


def test_an_unknown_id_is_answered_with_the_nearest(small):
    with pytest.raises(Problem) as caught:
        small.named("los-curve")

    assert caught.value.of("en") == "no entry called 'los-curve'\n  hint: did you mean 'loss-curve'?"


def test_the_kind_is_the_folder_and_the_id_is_the_file(small):
    assert {entry.id: entry.kind for entry in small.values()} == {
        "button-polyp": "polyp",
        "loss-curve": "concept",
        "int-of-text": "pitfall",
        "loss-flat": "symptom",
    }


def test_a_single_meaning_need_not_be_a_list(tmp_path):
    (tmp_path / "ambiguous.yaml").write_text("A-B: {en: one, zh: 一}", encoding="utf-8")

    assert library.read_ambiguous(tmp_path / "ambiguous.yaml") == {"ab": (Meaning("one", "一"),)}


def test_a_symptom_names_every_page_that_leads_to_it(built_in):
    missing = [
        (page.id, symptom)
        for page in built_in.values()
        for symptom in page.leads_to
        if page.id
        not in {*built_in[symptom].related, *(one for cause in built_in[symptom].causes.values() for one in cause.see)}
    ]

    assert missing == []
