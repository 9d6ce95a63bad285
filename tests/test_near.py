"""Spellings are compared as rapidfuzz compares them, and no name that is near is passed over."""

from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from kb import search
from kb.near import Letters, Word
from kb.search import lookup
from kb.words import fold, spaced

TEXTS = st.text(st.sampled_from("abcde 息肉无蒂-"), max_size=24)


@given(one=TEXTS.filter(bool), other=TEXTS, least=st.sampled_from([0.0, 0.55, 0.7]))
def test_letters_agree_as_rapidfuzz_says(one, other, least):
    expected = OSA.normalized_similarity(one, other, score_cutoff=least)

    assert abs(Letters(one).alike(other, least) - expected) < 1e-9


@given(one=TEXTS.filter(fold), names=st.lists(TEXTS, max_size=8))
@settings(max_examples=60)
def test_no_near_name_is_ruled_out_by_its_letters(one, names):
    word = Word(one, fold(one))
    keys, words = [fold(name) for name in names], [spaced(name) for name in names]

    kept = {at: most for most, at in word.candidates(keys, words, 0.55)}

    for at, (key, apart) in enumerate(zip(keys, words, strict=True)):
        alike = OSA.normalized_similarity(fold(one), key)
        reordered = 0.99 * fuzz.token_sort_ratio(spaced(one), apart) / 100
        score = word.score(key, apart)
        assert score >= min(0.99, max(alike, reordered)) - 1e-9
        assert score < 0.55 or kept[at] >= score - 1e-9


def test_the_near_names_are_those_of_comparing_every_one(built_in):
    keys, words, names, ids = built_in.spellings()
    for term in ("sesile polip", "无带息肉", "lerning rate", "batchnormm", "paris clasificatoin", "训炼 损失"):
        word = Word(term, fold(term))
        best: dict[str, tuple[float, str]] = {}
        for key, apart, name, found in zip(keys, words, names, ids, strict=True):
            score = round(word.score(key, apart), 3)
            if score >= 0.55 and score > best.get(found, (0.0, ""))[0]:
                best[found] = (score, name)
        nearest = sorted(best.items(), key=lambda one: (-one[1][0], one[0]))[:5]

        shown = lookup(built_in, term).matches
        assert [(one.entry.id, one.name, one.score) for one in shown] == [
            (found, name, score) for found, (score, name) in nearest
        ][: len(shown)]


def test_looking_first_for_what_must_be_meant_changes_no_answer(built_in):
    spellings = built_in.spellings()
    for name in spellings[2][::97]:
        term = f"{name[:2]}x{name[3:]}"
        near = search._nearest(Word(term, fold(term)), spellings)
        first = next(iter(near), (0.0, "", ""))
        beside = next((one for one in near if one[2] != first[2]), (0.0, "", ""))

        found = lookup(built_in, term)
        if found.taken:
            assert (found.taken, found.matches[0].score) == (first[1], first[0])
            assert first[0] - beside[0] >= 0.08 - 1e-9 or found.meanings
        else:
            assert found.matches[:1] == () or found.matches[0].score in (first[0], 1.0)
