"""Messages no template has: the templates that fit a message are taken out of the pages, and the message is asked.

`real` are the pasted texts that may be looked at, each without the templates that fit it; other wordings of the
message, and what other pages have like it, remain. A message everybody gets in one wording will hardly come in another,
so each text counts by how few have that wording; one that fits a template of anyone's, of which texts of different
pages are, does not count. `made` are templates of the pages filled in and asked in the same way, pasted alone or below
a traceback: the functions it names are those through which the page's own example fails on the installed torch.
`homeless` are the real texts without the pages that explain them, `foreign` the errors of other programs, and of torch
where no page explains them.
"""

from __future__ import annotations

import contextlib
import hashlib
import random
import tempfile
import traceback
import warnings
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from rapidfuzz import fuzz

from benchmarks.ask import pasted
from benchmarks.ask.lacking import Whole, bare
from benchmarks.ask.pasted import Pasted
from kb import library
from kb.ask import errors, nearest, traced
from kb.ask.index import Index
from kb.entry import Entry

ALIKE = 68  # how like in per cent templates of one message are
_FILLED = ("4", "512", "[4, 3, 352, 352]", "cuda:0", "conv1.weight", "Float", "(2, 64, 44, 44)", "0")
_NAMES = ("Half", "mask", "conv1", "list", "resnet34")
_CALLED = ("loss = criterion(out, mask)", "out = model(x)", "loss.backward()", "for x, y in loader:", "main(args)")
_WHERE = ("<module>", "main", "train", "train_one_epoch")
_HOME = 'Traceback (most recent call last):\n  File "/home/me/train.py", line {line}, in {where}\n    {code}\n'


class Asked(NamedTuple):
    """A pasted text, the pages that explain it, how it was made unseen, and the pages that were ranked for it.

    ``page`` is the page the message is from, by which tuning and judging are split; ``counts`` is how much it counts.
    """

    kind: str
    page: str
    text: str
    expected: tuple[str, ...]
    counts: float
    ids: tuple[str, ...]
    ranked: Sequence[nearest.Ranked]


def judged(page: str) -> bool:
    """Whether the messages of ``page``, or of a part of other programs' errors, are for judging, not for tuning."""
    if page in (*pasted.SEEN, "foreign_held"):
        return page in ("outside", "foreign_held")
    return hashlib.sha256(page.encode()).digest()[0] % 2 == 1


def messages(page: Entry) -> list[list[str]]:
    """The templates of the page, those of one message together (single linkage)."""
    groups: list[list[str]] = []
    for text in page.errors:
        near = [group for group in groups if any(_alike(text, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([one for group in near for one in group] + [text])
    return groups


def real(whole: Whole) -> Iterator[Asked]:
    """The pasted texts that may be looked at, without the templates that fit them, and without their pages."""
    texts = [one for part in pasted.SEEN for one in pasted.read(part) if one.expected]
    fit = [whole.fitting(one.text) for one in texts]
    anyones = _anyones(texts, fit)
    wordings = [max(some, key=len, default=one.name) for one, some in zip(texts, fit, strict=True)]
    often = Counter(wordings)
    for one, gone, wording in zip(texts, fit, wordings, strict=True):
        error = traced.traced(one.text)
        if error.translated or not traced.was_printed(one.text):
            continue
        counts, page = 1 / often[wording], one.expected[0]
        if not gone & anyones:
            yield _asked("real", page, one.text, one.expected, whole.without(gone), counts)
        away = whole.without(pages=one.expected)
        if not errors.recognise(one.text, away.errors):
            yield _asked("homeless", page, one.text, (), away, counts)


def made(whole: Whole) -> Iterator[Asked]:
    """A message of each page, without the templates that fit it."""
    rng = random.Random(0)
    for page in whole.pages:
        for several in messages(page):
            text = pasting(page, several, rng)
            gone = whole.fitting(text)
            expected = tuple(other.id for other in whole.pages if gone.intersection(other.errors))
            if page.id in expected:
                yield _asked("made", page.id, text, expected, whole.without(gone), 1.0)


def foreign(whole: Whole) -> Iterator[Asked]:
    """Errors that no page explains, and no template fits."""
    for part in (*pasted.SEEN, "foreign_held"):
        for one in pasted.read(part):
            asked = not one.expected and traced.was_printed(one.text)
            if asked and not errors.recognise(one.text, whole.index.errors):
                yield _asked("foreign", part, one.text, (), whole.index, 1.0)


def pasting(page: Entry, templates: Sequence[str], rng: random.Random) -> str:
    """One of the templates filled in, as somebody may paste it."""
    text = rng.choice(templates)
    while "*" in text:
        at = text.index("*")
        text = text.replace("*", rng.choice(_NAMES if text[:at].endswith(("'", '"', "_")) else _FILLED), 1)
    kind = "AttributeError" if "has no attribute" in text else rng.choice(("RuntimeError", "ValueError", "TypeError"))
    said = f"{kind}: {text}"
    chance = rng.random()
    if chance < 0.3:
        return said
    frames = "".join(traceback.format_list(passed("" if page.needs else page.reproduce)[-4:])) if chance < 0.7 else ""
    return _HOME.format(line=rng.randint(9, 300), where=rng.choice(_WHERE), code=rng.choice(_CALLED)) + frames + said


@cache
def passed(example: str) -> list[traceback.FrameSummary]:
    """The functions of libraries through which an example fails; none where it does not."""
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        warnings.simplefilter("ignore")
        try:
            exec(compile(example, "train.py", "exec"), {"__name__": "__main__"})
        except Exception as error:  # noqa: BLE001 - whatever it raises passed through something
            return [one for one in traceback.extract_tb(error.__traceback__)[1:] if one.filename != "train.py"]
    return []


def _asked(kind: str, page: str, text: str, expected: tuple[str, ...], known: Index, counts: float) -> Asked:
    return Asked(kind, page, text, expected, counts, known.ids, nearest.ranked(traced.traced(text), known))


def _anyones(texts: Sequence[Pasted], fit: Sequence[Collection[str]]) -> frozenset[str]:
    """The templates that fit texts which have no page in common."""
    pages: defaultdict[str, list[set[str]]] = defaultdict(list)
    for one, some in zip(texts, fit, strict=True):
        for wording in some:
            pages[wording].append(set(one.expected))
    return frozenset(
        wording
        for wording, several in pages.items()
        if any(one.isdisjoint(other) for i, one in enumerate(several) for other in several[:i])
    )


def _alike(one: str, other: str) -> bool:
    a, b = bare(one), bare(other)
    part = 0.9 * fuzz.partial_ratio(a, b) if min(len(a), len(b)) > 20 else 0.0
    return max(fuzz.ratio(a, b), 0.95 * fuzz.token_set_ratio(a, b), part) >= ALIKE


def gathered() -> dict[str, list[Asked]]:
    """All of them by kind; those for which no page was ranked are left out."""
    whole = Whole(library.load().values())
    found: defaultdict[str, list[Asked]] = defaultdict(list)
    for make in (real, made, foreign):
        for one in make(whole):
            if one.ranked:
                found[one.kind].append(one)
    return found
