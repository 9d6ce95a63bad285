"""Fit how sure the page of a translated message is, on half of the pages; prints the weights of `kb.ask.retold`.

    python -m benchmarks.ask.tune_retold

The messages are the pasted texts in Chinese that no template fits, each once with the whole library (`real`) and once
without the pages that explain it (`homeless`), where whatever comes first is wrong. The other half is only counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.ask import pasted, unseen
from benchmarks.ask.lacking import Whole
from benchmarks.ask.tune import fit_logistic
from kb import library
from kb.ask import errors, retold, traced, translated
from kb.ask.retold import Retold

_HOMELESS = 0.15  # how much the messages without their pages count together, beside the others


class Asked(NamedTuple):
    """A message, where it is from, the pages that were found for it, and which of the first three explain it."""

    kind: str
    page: str
    found: Sequence[Retold]
    right: Sequence[bool]


def asked(whole: Whole) -> Iterator[Asked]:
    """The translated messages of the parts that may be looked at, in both ways."""
    for part in pasted.SEEN:
        for one in pasted.read(part):
            error = traced.traced(translated.named(one.text))
            if not error.translated:
                continue
            for kind, away in (("real", ()), ("homeless", one.expected))[: 1 + bool(one.expected)]:
                known = whole.without(pages=away) if away else whole.index
                if errors.recognise(one.text, known.errors):
                    continue
                found = [page for page in retold.ranked(error.message, known) if known.ids[page.number] not in away]
                right = [not away and known.ids[page.number] in one.expected for page in found[:3]]
                if found:
                    yield Asked(kind, one.expected[0] if one.expected else part, found, right)


def told(texts: Sequence[Asked]) -> Iterator[str]:
    """What comes of them."""
    for kind in ("real", "homeless"):
        some = [one for one in texts if one.kind == kind]
        given = [one.right[0] for one in some if retold.probability(one.found) >= retold.LIMITS["answer"]]
        offered = [any(one.right) for one in some if retold.probability(one.found) >= retold.LIMITS["suggest"]]
        first = sum(one.right[0] for one in some)
        yield (
            f"  {kind:9}{len(some):4}: first {first}, answered {len(given)}, {sum(given)} of"
            f" these rightly; answered or offered {len(offered)}, {sum(offered)} rightly"
        )


def main() -> None:
    texts = list(asked(Whole(library.load().values())))
    tuning, judging = ([one for one in texts if unseen.judged(one.page) == half] for half in (False, True))
    facts = np.array([retold.parts(one.found) for one in tuning])
    away = np.array([one.kind == "homeless" for one in tuning])
    counts = np.where(away, _HOMELESS * (~away).sum() / away.sum(), 1.0)
    names = ("precise", "recalled", "shared", "lead")
    print(fit_logistic(names, facts, np.array([float(one.right[0]) for one in tuning]), counts))
    for what, some in (("tuning", tuning), ("judging", judging)):
        print(f"{what}, with the weights in use:", *told(some), sep="\n")


if __name__ == "__main__":
    main()
