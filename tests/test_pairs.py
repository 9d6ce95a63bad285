"""Where a library has very many names, a slip is compared with the likely ones only, and found all the same."""

from array import array

import pytest

from kb import pairs, printed, printing
from kb.search import lookup

SLIPS = ("sesile polip", "无带息肉", "lerning rate", "batchnormm", "paris clasificatoin", "训炼 损失", "xqzkv", "mIou")


@pytest.fixture
def large(built_in, monkeypatch):
    """The built-in pages, printed as if there were very many."""
    monkeypatch.setattr(pairs, "MANY", 100)
    monkeypatch.setattr(pairs, "COMPARED", 300)
    return printed.Printed(printing.text(built_in, ""))


def test_a_name_and_its_slip_share_all_pairs_but_those_around_the_slip():
    right, slip = pairs.pairs("sessilepolyp", "sessile polyp"), pairs.pairs("sesilepolyp", "sesile polyp")

    assert right - slip == {"ss"}
    assert pairs.pairs("息肉", "息肉") == {" 息", "息肉", "肉 "}


@pytest.mark.parametrize("term", SLIPS)
def test_what_a_slip_is_taken_for_does_not_depend_on_the_size_of_the_library(built_in, large, term):
    all_compared, likely_compared = lookup(built_in, term), lookup(large, term)

    assert likely_compared.taken == all_compared.taken
    assert [one.name for one in likely_compared.matches][:1] == [one.name for one in all_compared.matches][:1]


def test_only_so_many_names_are_compared_and_each_with_its_id(large):
    from kb.near import Word

    every = set(zip(*large.spellings(), strict=True))
    likely = list(zip(*large.spellings(Word("sesile polip", "sesilepolip")), strict=True))

    assert len(likely) == pairs.COMPARED < len(every)
    assert set(likely) <= every
    assert ("sessilepolyp", "sessile polyp", "sessile polyp", "sessile") in likely


def test_a_word_that_shares_no_pair_with_any_name_is_like_none(large):
    assert lookup(large, "ꙮꙮꙮꙮꙮꙮ").matches == ()


def test_the_common_pairs_are_not_counted_once_rarer_ones_have_found_enough(monkeypatch):
    monkeypatch.setattr(pairs, "_COUNTED", 3)
    rare, common = array("I", [1, 2]), array("I", range(50))

    assert pairs.nearest([common, rare], 2, bytes([5]) * 50) == [1, 2]


def test_damage_to_the_pairs_is_noticed(large, built_in):
    data = bytearray(printing.text(built_in, ""))
    _, *sizes = large._near
    places = data[large._at_near : large._at_near + sum(sizes)]
    line = places[places.index(b"\nse" + printed.APART.encode()) :].split(b"\n")[1].decode()
    at, size, _ = map(int, line.split(printed.APART)[1].split())
    data[large._body[0] + at + size // 2] ^= 1

    with pytest.raises(ValueError):
        lookup(printed.Printed(bytes(data)), "sesile polip")
