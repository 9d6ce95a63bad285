"""Messages no template has: templates are taken out of the pages, and their messages asked.

Templates of a page that say nearly the same are one message. Of a message either all templates are taken out, with
every sentence of the page that quotes it (``gone``), or only those that fit it, so that its other wordings remain
(``reworded``); or the whole page is taken out (``homeless``: nothing explains it then, and what another page has nearly
the same is not asked). A message is filled in, and pasted alone or below a traceback: the functions it names are those
through which the page's own example fails on the installed torch, the user's line is any. `real` are the pasted texts
that may be looked at, with the templates that fit them taken out; a message that another page has a template of is not
asked.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import random
import re
import tempfile
import traceback
import warnings
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from rapidfuzz import fuzz, process

from benchmarks.ask import pasted
from kb import library
from kb.ask import errors, index, nearest, traced
from kb.ask.index import Index
from kb.ask.templates import build, masked, template
from kb.entry import Entry

FOLDS = 4
ALIKE, QUOTES = 68, 78  # how like in per cent templates of one message are, and what quotes it
_LEAST = 12  # letters of a template that may be like another
_SCORERS = (fuzz.ratio, fuzz.token_set_ratio)
_FILLED = ("4", "512", "[4, 3, 352, 352]", "cuda:0", "conv1.weight", "Float", "(2, 64, 44, 44)", "0")
_NAMES = ("Half", "mask", "conv1", "list", "resnet34")
_CALLED = ("loss = criterion(out, mask)", "out = model(x)", "loss.backward()", "for x, y in loader:", "main(args)")
_WHERE = ("<module>", "main", "train", "train_one_epoch")
_HOME = 'Traceback (most recent call last):\n  File "/home/me/train.py", line {line}, in {where}\n    {code}\n'
_QUOTED = re.compile(r"`[^`\n]+`|\"[^\"\n]{12,}\"|'[^'\n]{12,}'")


class Asked(NamedTuple):
    """A pasted text, the pages that explain it, how it was made unseen, and the pages that were ranked for it.

    ``page`` is the page the message is from, by which tuning and judging are split.
    """

    kind: str
    page: str
    text: str
    expected: tuple[str, ...]
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


def without(page: Entry, gone: Collection[str]) -> Entry:
    """The page without these templates and whatever in it quotes them."""
    said = [_bare(one) for one in gone]
    left = _unquoted(page, said)
    return dataclasses.replace(left, errors=tuple(one for one in page.errors if one not in gone)) if gone else page


def examples(pages: Sequence[Entry]) -> Iterator[Asked]:
    """Messages that were made unseen in each of the three ways."""
    with_some = [page for page in pages if page.errors]
    for fold in range(FOLDS):
        rng = random.Random(fold)
        out = {page.id: [m for m in messages(page) if _fold(page.id + m[0]) == fold] for page in with_some}
        texts = [(page.id, pasting(page, m, rng)) for page in with_some for m in out[page.id]]
        kept = [without(page, {one for m in out.get(page.id, ()) for one in m}) for page in pages]
        yield from _asked("gone", texts, kept)
        dropped = {page.id for page in with_some if _fold(page.id) == fold}
        texts = [(page.id, pasting(page, m, rng)) for page in with_some if page.id in dropped for m in messages(page)]
        yield from _asked("homeless", texts, [page for page in pages if page.id not in dropped])
        texts, kept = [], []
        for page in pages:
            several = [(page, pasting(page, m, rng)) for m in messages(page) if len(m) > 1]
            fit = {text: fitting(text, page.errors) for _, text in several}
            texts += [(page.id, text) for text in fit if len(fit[text]) < len(page.errors)]
            kept.append(without(page, {one for found in fit.values() for one in found}))
        yield from _asked("reworded", texts, kept)


def real(pages: Sequence[Entry]) -> Iterator[Asked]:
    """The pasted texts that may be looked at, no template that fits one left; texts of one page are asked in turn."""
    rounds: list[dict[str, pasted.Pasted]] = []
    for part in pasted.SEEN:
        for one in pasted.read(part):
            free = next((done for done in rounds if not done.keys() & set(one.expected)), None)
            if one.expected:
                if free is None:
                    rounds.append(free := {})
                free |= dict.fromkeys(one.expected, one)
    for asked in rounds:
        texts = list({one.name + one.text: one for one in asked.values()}.values())
        fit = [set(fitting(one.text, [error for page in pages for error in page.errors])) for one in texts]
        gone = set().union(*fit)
        kept = [without(page, gone & set(page.errors)) for page in pages]
        expected = {one.text: one.expected for one in texts}
        for one in _asked("real", [(one.name, one.text) for one in texts], kept):
            yield one._replace(expected=expected[one.text])


def foreign(pages: Sequence[Entry]) -> Iterator[Asked]:
    """Errors of other programs, and of torch where no page explains them."""
    parts = (*pasted.SEEN, "foreign_held")
    texts = [(part, one.text) for part in parts for one in pasted.read(part) if not one.expected]
    yield from (one._replace(expected=()) for one in _asked("foreign", texts, pages))


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


def fitting(text: str, templates: Iterable[str]) -> list[str]:
    """Those of ``templates`` that fit ``text``, also if a better one were not there."""
    left, found = {one: template(one, 0) for one in templates}, []
    while some := [one.template for one in errors.recognise(text, build(left.values()))]:
        found += some
        for one in some:
            left.pop(one, None)
    return found


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


def _asked(kind: str, texts: Iterable[tuple[str, str]], pages: Sequence[Entry]) -> Iterator[Asked]:
    known: Index = index.build(pages)
    bare = [one for one in (_bare(error) for page in pages for error in page.errors) if len(one) >= _LEAST]
    for page, text in texts:
        if not errors.recognise(text, known.errors) and not (kind == "homeless" and _at_home(text, bare)):
            expected = () if kind == "homeless" else (page,)
            yield Asked(kind, page, text, expected, known.ids, nearest.ranked(traced.traced(text), known))


def _at_home(text: str, templates: Sequence[str]) -> bool:
    """Whether some page has nearly the same message, though no template of it fits."""
    said = masked(traced.traced(text).message.partition(": ")[2])
    return any(process.extractOne(said, templates, scorer=scorer, score_cutoff=ALIKE + 4) for scorer in _SCORERS)


def _unquoted(value: Any, gone: Sequence[str]) -> Any:
    """``value`` without what quotes one of ``gone``: names and sentences as a whole, in prose what stands in quotes."""
    if isinstance(value, str):
        return _QUOTED.sub(lambda match: "" if _quotes(match[0], gone) else match[0], value) if gone else value
    if isinstance(value, tuple):
        return tuple(_unquoted(one, gone) for one in value if not (isinstance(one, str) and _quotes(one, gone)))
    if isinstance(value, Mapping):
        return {key: _unquoted(one, gone) for key, one in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kept = ("id", "kind", "reproduce", "errors", "related", "references", "standing", "cites", "proof")
        parts = {one.name: getattr(value, one.name) for one in dataclasses.fields(value) if one.name not in kept}
        return dataclasses.replace(value, **{name: _unquoted(one, gone) for name, one in parts.items()})
    return value


def _quotes(text: str, gone: Iterable[str]) -> bool:
    said = masked(text)
    return len(said) >= 10 and any(
        fuzz.partial_ratio(said, one) >= QUOTES or fuzz.token_set_ratio(said, one) >= QUOTES + 7 for one in gone
    )


def _alike(one: str, other: str) -> bool:
    a, b = _bare(one), _bare(other)
    part = 0.9 * fuzz.partial_ratio(a, b) if min(len(a), len(b)) > 20 else 0.0
    return max(fuzz.ratio(a, b), 0.95 * fuzz.token_set_ratio(a, b), part) >= ALIKE


@cache
def _bare(template: str) -> str:
    return masked(template.replace("*", " "))


def _fold(name: str) -> int:
    return hashlib.sha256(name.encode()).digest()[1] % FOLDS


def gathered() -> dict[str, list[Asked]]:
    """All of them by kind."""
    pages = [page for page in library.load().values() if not page.draft]
    found: defaultdict[str, list[Asked]] = defaultdict(list)
    for make in (examples, real, foreign):
        for one in make(pages):
            found[one.kind].append(one)
    return found
