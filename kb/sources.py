"""What can be seen of a reference without a network: whether its numbers and addresses can be right at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from kb.entry import Reference
from kb.text import Text

Wrong = tuple[str, Text, Text | None]
"""The field of the reference, what is wrong with it, and what to write."""

_DOI = re.compile(r"10\.\d{4,9}/\S+")
_ARXIV = re.compile(
    r"/abs/(?:(?P<year>\d\d)(?P<month>\d\d)\.(?P<number>\d{4,5})|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?"
)
_GITHUB = re.compile(
    r"/[\w.-]+/[\w.-]+(?:/(?:(?:issues|pull|discussions)/(?P<number>\d+)|releases(?:/.+)?|wiki(?:/.+)?"
    r"|(?:blob|tree|commit)/[^/]+(?:/.+)?))?/?"
)
_NUMBERED = re.compile(r"\b(?:issue|pull request) (\d+)")
_TO_PDF = re.compile(r"https?://(?:www\.)?arxiv\.org/pdf/([\w./-]+?)(?:\.pdf)?")
_OLD_TORCH = re.compile(r"https?://pytorch\.org/(docs|tutorials|vision|audio)(/.*)?")

# Proceedings follow a preprint within three years; old papers were put there a year after they had appeared.
_BEFORE, _AFTER = 1, 3


def wrong(reference: Reference) -> Iterator[Wrong]:
    """What cannot be right about the reference."""
    if reference.doi and not _DOI.fullmatch(reference.doi):
        yield (
            "doi",
            Text(f"{reference.doi!r} is no DOI", f"{reference.doi!r} 不是 DOI"),
            Text("it begins with 10., without an address before it", "以 10. 开头，前面不带网址"),
        )
    if reference.pmid and not reference.pmid.isdecimal():
        yield "pmid", Text(f"{reference.pmid!r} is no PubMed number", f"{reference.pmid!r} 不是 PubMed 编号"), None
    if reference.url:
        yield from _address(reference)


def _address(reference: Reference) -> Iterator[Wrong]:
    url = reference.url
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    if parts.scheme not in ("http", "https") or "." not in parts.netloc or re.search(r"\s", url):
        yield "url", Text(f"{url!r} is no address of a page", f"{url!r} 不是网页地址"), None
    elif better := _better(url):
        yield (
            "url",
            Text("the page has another address", "这个页面有别的地址"),
            Text(f"write {better}", f"请写成 {better}"),
        )
    elif parts.netloc == "arxiv.org":
        yield from _preprint(reference, parts.path)
    elif parts.netloc == "github.com":
        yield from _repository(reference, parts.path)


def _better(url: str) -> str:
    """The address to write instead: the abstract of a preprint, the place to which PyTorch moved its pages."""
    if found := _TO_PDF.fullmatch(url):
        return f"https://arxiv.org/abs/{found[1]}"
    if found := _OLD_TORCH.fullmatch(url):
        return f"https://docs.pytorch.org/{found[1]}{found[2] or ''}"
    return ""


def _preprint(reference: Reference, path: str) -> Iterator[Wrong]:
    found = _ARXIV.fullmatch(path)
    if not found or (found["month"] and not 1 <= int(found["month"]) <= 12):
        yield "url", Text(f"{path!r} is no number of arXiv", f"{path!r} 不是 arXiv 编号"), None
    elif found["year"] and len(found["number"]) != (4 if int(found["year"] + found["month"]) < 1501 else 5):
        yield (
            "url",
            Text(f"{path!r} has a digit too many or too few", f"{path!r} 多了或少了一位数字"),
            Text("four digits until 2014, five since 2015", "2014 年及以前是四位，2015 年起是五位"),
        )
    elif found["year"] and reference.year:
        posted = 2000 + int(found["year"])
        if not posted - _BEFORE <= reference.year <= posted + _AFTER:
            yield (
                "year",
                Text(
                    f"the year is {reference.year}, but the number of arXiv is of {posted}",
                    f"年份写的是 {reference.year}，arXiv 编号却是 {posted} 年的",
                ),
                None,
            )


def _repository(reference: Reference, path: str) -> Iterator[Wrong]:
    found = _GITHUB.fullmatch(path)
    if not found:
        yield "url", Text(f"GitHub has no pages like {path!r}", f"GitHub 上没有 {path!r} 这样的页面"), None
    elif found["number"] and (named := _NUMBERED.search(reference.title)) and named[1] != found["number"]:
        yield (
            "title",
            Text(
                f"the title says {named[1]}, the address {found['number']}",
                f"标题写 {named[1]}，地址是 {found['number']}",
            ),
            None,
        )
