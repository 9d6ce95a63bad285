"""References, as far as they can be checked without a network: their form, and that all pages agree on them."""

import importlib
import re

import pytest

from kb import sources
from kb.entry import Reference

TORCH_PAGE = re.compile(r"https://docs\.pytorch\.org/docs/stable/generated/(torch[\w.]*)\.html(?:#(torch[\w.]*))?")


@pytest.fixture(scope="module")
def cited(built_in):
    return [(page, name, one) for page, entry in built_in.items() for name, one in entry.references.items()]


def said(**fields):
    return [(field, what.en) for field, what, _ in sources.wrong(Reference(title=fields.pop("title", "T"), **fields))]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"doi": "https://doi.org/10.1038/323533a0"}, "is no DOI"),
        ({"doi": "10.10/x"}, "is no DOI"),
        ({"pmid": "PMC123"}, "is no PubMed number"),
        ({"url": "arxiv.org/abs/1706.03762"}, "is no address of a page"),
        ({"url": "https://[half/an/address"}, "is no address of a page"),
        ({"url": "https://example.org/two words"}, "is no address of a page"),
        ({"url": "https://arxiv.org/pdf/1706.03762v5.pdf"}, "has another address"),
        ({"url": "https://arxiv.org/abs/1713.03762"}, "is no number of arXiv"),
        ({"url": "https://arxiv.org/abs/170603762"}, "is no number of arXiv"),
        ({"url": "https://arxiv.org/abs/1706.0376"}, "has a digit too many or too few"),
        ({"url": "https://arxiv.org/abs/1412.06980"}, "has a digit too many or too few"),
        ({"url": "https://pytorch.org/docs/stable/amp.html"}, "has another address"),
        ({"url": "https://github.com/pytorch/pytorch/issue/5059"}, "GitHub has no pages like"),
        ({"url": "https://github.com/pytorch/pytorch/issues/x"}, "GitHub has no pages like"),
        ({"url": "https://github.com/pytorch"}, "GitHub has no pages like"),
    ],
)
def test_what_cannot_be_an_address_is_said(fields, sentence):
    ((field, what),) = said(**fields)

    assert field in fields
    assert sentence in what


@pytest.mark.parametrize(
    "fields",
    [
        {"doi": "10.1007/978-3-030-59725-2_26"},
        {"pmid": "32745531"},
        {"url": "http://example.org"},
        {"url": "https://arxiv.org/abs/1412.6980v9"},
        {"url": "https://arxiv.org/abs/cs/0506075", "year": 2005},
        {"url": "https://github.com/pytorch/pytorch/releases/tag/v2.6.0"},
        {"url": "https://github.com/pytorch/vision#installation"},
        {"url": "https://github.com/DengPingFan/PraNet/blob/master/utils/utils.py#L5"},
        {"url": "https://pytorch.org/get-started/locally/"},
    ],
)
def test_what_can_be_an_address_is_left_alone(fields):
    assert said(**fields) == []


@pytest.mark.parametrize(("year", "right"), [(2015, False), (2016, True), (2017, True), (2020, True), (2021, False)])
def test_a_paper_is_of_about_the_year_in_which_its_preprint_was_put_up(year, right):
    assert (said(url="https://arxiv.org/abs/1711.05101", year=year) == []) is right


def test_the_number_in_the_title_is_that_of_the_address():
    url = "https://github.com/DengPingFan/PraNet/issues/54"

    assert said(title="Masks (PraNet, issue 54)", url=url) == []
    assert said(title="Masks (PraNet, issue 45)", url=url) == [("title", "the title says 45, the address 54")]


def test_the_better_address_is_told():
    ((_, _, hint),) = sources.wrong(Reference(title="T", url="http://pytorch.org/docs/stable/data.html"))
    ((_, _, other),) = sources.wrong(Reference(title="T", url="https://arxiv.org/pdf/1706.03762"))

    assert hint.en == "write https://docs.pytorch.org/docs/stable/data.html"
    assert other.en == "write https://arxiv.org/abs/1706.03762"


def test_a_paper_has_the_same_year_on_every_page(cited):
    years = {}
    for page, name, one in cited:
        if paper := one.doi or one.pmid or (one.url if "arxiv.org" in one.url else ""):
            years.setdefault(paper.lower(), {}).setdefault(one.year, []).append(f"{page}.{name}")

    assert {paper: of for paper, of in years.items() if len(of) > 1} == {}


def test_every_page_of_torch_that_is_cited_is_of_something_torch_has(cited):
    gone = []
    for page, name, one in cited:
        if found := TORCH_PAGE.fullmatch(one.url):
            gone += [f"{page}.{name}: {path}" for path in found.groups() if path and not has(path)]

    assert gone == []


def has(path):
    """Whether the dotted name is a module or something within one."""
    first, *rest = path.split(".")
    thing = importlib.import_module(first)
    for part in rest:
        try:
            thing = getattr(thing, part)
        except AttributeError:
            return False
    return True
