"""Fit the weights by which the nearest cause of an unseen message is found, on half of the pages.

    python -m benchmarks.ask.tune_nearest            write kb/ask/nearest.json and print what came of it
    python -m benchmarks.ask.tune_nearest --judge    only print it

The messages are those of `unseen`; those of the other half of the pages, and half of the errors of other programs, are
only counted. The order is a softmax regression, the probability a logistic one, as in `tune`. What is answered is
decided by texts whose pages the weights have not seen either: each third of the tuning pages is judged by the weights
of the others.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.ask import unseen
from benchmarks.ask.tune import fit_logistic, fit_order
from benchmarks.ask.unseen import Asked
from kb.ask import nearest

FILE = Path(nearest.__file__).parent / "nearest.json"
ORDER = ("bm25", "share", "together", "said", "votes", "letters", "passed", "held")
PROBABILITY = ("odds", "bm25", "best ahead", "nats", "nats ahead", "raised", "class", "foreign")
COUNTS = {"real": 0.55, "made": 0.1, "homeless": 0.15, "foreign": 0.2}  # of each kind, all its texts together
_MADE = 0.3  # how much the made ones count for the order, beside the real ones
_FOLDS = 3
RIGHT, ALLOWED = 0.97, 0.015  # of the answers to real texts, and false answers to foreign errors, of which 3 % are
# promised
_MARGIN = 0.03  # that a page has to be surer than that, as a hundred foreign errors are few to go by
_OFFERED = 0.08  # of foreign errors, those to which a few pages are offered


def right(asked: Asked) -> list[bool]:
    """Which of its pages explain the message, in their order."""
    return [asked.ids[one.number] in asked.expected for one in asked.ranked]


def again(texts: Iterable[Asked], order: Mapping[str, float]) -> list[Asked]:
    """The same texts with their pages in the order of these weights."""
    return [one._replace(ranked=nearest.ordered(one.ranked, order)) for one in texts]


def ordered(texts: Sequence[Asked]) -> dict[str, float]:
    """The weights of the order."""
    some = [one for one in texts if one.kind in ("real", "made")]
    rows = [[(one.number, one.facts) for one in asked.ranked] for asked in some]
    counts = _counts(some, {"real": 1.0, "made": _MADE})
    return fit_order(ORDER, rows, [np.array(right(asked), bool) for asked in some], counts)


def probable(texts: Sequence[Asked]) -> dict[str, float]:
    """The weights of the probability that the first page explains the message."""
    facts = np.array([[asked.ranked[0].facts[name] for name in PROBABILITY] for asked in texts])
    firsts = np.array([float(right(asked)[0]) for asked in texts])
    return fit_logistic(PROBABILITY, facts, firsts, _counts(texts, COUNTS))


def bounds(texts: Sequence[Asked], sure: np.ndarray) -> tuple[float, float]:
    """From which probability on a page is the answer, and from which a few are offered."""
    kind = np.array([one.kind for one in texts])
    good = np.array([right(one)[0] for one in texts])
    real, foreign = kind == "real", kind == "foreign"
    for bound in np.arange(0.3, 0.99, 0.01):
        given = sure >= bound
        if (real & given & good).sum() >= RIGHT * (real & given).sum() and given[foreign].mean() <= ALLOWED:
            break
    offered = float(np.quantile(sure[foreign], 1 - _OFFERED))
    return round(float(bound) + _MARGIN, 2), round(min(offered, float(bound)), 2)


def crossed(texts: Sequence[Asked]) -> tuple[list[Asked], np.ndarray]:
    """The texts in the order of weights that were fitted without their pages, and how sure the first page is."""
    split = [one.text if one.kind == "foreign" else one.page for one in texts]
    folds = [hashlib.sha256(name.encode()).digest()[1] % _FOLDS for name in split]
    found: list[Asked] = []
    sure: list[float] = []
    for fold in range(_FOLDS):
        order = ordered([one for one, its in zip(texts, folds, strict=True) if its != fold])
        others = again((one for one, its in zip(texts, folds, strict=True) if its != fold), order)
        own = again((one for one, its in zip(texts, folds, strict=True) if its == fold), order)
        fitted = probable(others)
        found += own
        sure += [nearest.probability(one.ranked[0].facts, fitted) for one in own]
    return found, np.array(sure)


def told(texts: Sequence[Asked]) -> Iterator[str]:
    """What comes of these texts, kind by kind."""
    limits = nearest.weights()
    for kind in COUNTS:
        some = [one for one in texts if one.kind == kind]
        sure = [nearest.probability(one.ranked[0].facts, limits["probability"]) for one in some]
        first = [right(one)[0] for one in some]
        three = [any(right(one)[:3]) for one in some]
        given = [ok for ok, how in zip(first, sure, strict=True) if how >= limits["answer"]]
        offered = [ok for ok, how in zip(three, sure, strict=True) if limits["suggest"] <= how < limits["answer"]]
        yield (
            f"  {kind:9}{len(some):5}: R@1 {100 * np.mean(first):.1f} %, R@3 {100 * np.mean(three):.1f} %,"
            f" answered {len(given)}, {sum(given)} of these rightly; offered {len(offered)}, {sum(offered)} rightly"
        )


def fit(found: Mapping[str, Sequence[Asked]], *, keep: bool) -> None:
    """Fit on one half unless the weights are to be kept, and print what comes of both."""
    every = [one for kind in COUNTS for one in found[kind]]
    tuning, judging = ([one for one in every if unseen.judged(one.page) == half] for half in (False, True))
    if not keep:
        answer, suggest = bounds(*crossed(tuning))
        order = ordered(tuning)
        tuning, judging = again(tuning, order), again(judging, order)
        data = {"order": order, "probability": probable(tuning), "answer": answer, "suggest": suggest}
        FILE.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
        nearest.weights.cache_clear()
    for what, texts in (("tuning", tuning), ("judging", judging)):
        print(f"{what}, answered from {nearest.weights()['answer']} on:")
        print("\n".join(told(texts)))


def _counts(texts: Sequence[Asked], kinds: Mapping[str, float]) -> np.ndarray:
    """How much each text counts, those of a kind together as much as ``kinds`` says."""
    whole = {kind: sum(one.counts for one in texts if one.kind == kind) for kind in kinds}
    return np.array([kinds[one.kind] * one.counts / whole[one.kind] for one in texts])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judge", action="store_true", help="fit nothing")
    fit(unseen.gathered(), keep=parser.parse_args().judge)


if __name__ == "__main__":
    main()
