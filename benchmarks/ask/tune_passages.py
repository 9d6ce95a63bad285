"""Fit how well a passage suits a question on those whose passages were judged by hand.

    python -m benchmarks.ask.tune_passages [--write]   print what comes of it; write kb/ask/passages.json

`passages_tune.csv` and `passages_held.csv` were judged by two hands who saw the questions and the pages, and not what
`kb ask` makes of them: ``good`` passages answer the question, ``fair`` ones bear on it and lead on. The first half is
fitted on, and judged by in five parts of which each is left out once; the other is only counted. Of people who know no
page are 399 questions of the first half and those of `passages_natural.csv`, judged by two more hands and only counted.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kb import library
from kb.ask import passage, query, suits
from kb.ask.index import Index, build
from kb.collection import Library

HERE = Path(__file__).parent
FILE = Path(suits.__file__).with_name("passages.json")
_FAIR = 0.35  # how much a fair passage counts beside a good one
_PULL = 1.0  # how strongly weights are held near zero (L2); of 0.3 to 8 the best on parts left out
_PARTS = 5


class Judged(NamedTuple):
    """A question, its page, and the keys of the passages that answer it and of those that will do."""

    lang: str
    question: str
    entry: str
    good: tuple[str, ...]
    fair: tuple[str, ...]


def read(part: str) -> list[Judged]:
    """The questions of a part: ``tune``, ``held`` or ``natural``."""
    with (HERE / f"passages_{part}.csv").open(encoding="utf-8") as file:
        return [
            Judged(
                row["lang"],
                row["question"],
                row["entry"],
                *(tuple(filter(None, row[name].split("|"))) for name in ("good", "fair")),
            )
            for row in csv.DictReader(file)
        ]


def keys(pieces: Sequence[passage.Passage]) -> list[str]:
    """How the files of judged questions call the passages of a page."""
    return [
        f"{one.part}:{one.key}" if one.key else f"{one.part}:{place + 1}" if one.part == "body" else one.part
        for one, place in passage.placed(pieces)
    ]


class Rows(NamedTuple):
    """The passages of one question: their keys and the signs of each."""

    keys: list[str]
    signs: list[dict[str, float]]


def rows(one: Judged, pages: Library, index: Index) -> Rows:
    """The passages of the page of ``one`` with their signs."""
    entry = pages[one.entry]
    pieces = list(passage.passages(entry, one.lang))
    judged = passage.Judged(entry, one.question, query.read(one.question, index).terms, index)
    return Rows(keys(pieces), [judged.signs(piece, place) for piece, place in passage.placed(pieces)])


def fit(questions: Sequence[Judged], measured: Sequence[Rows]) -> dict[str, float]:
    """Weights, none below zero, by softmax regression on which passages were judged good, or fair."""
    names = sorted({name for row in measured for signs in row.signs for name in signs})
    shape = len(questions), max(len(row.keys) for row in measured)
    signs, wanted, there = np.zeros((*shape, len(names))), np.zeros(shape), np.zeros(shape, bool)
    at = {name: i for i, name in enumerate(names)}
    for i, (one, row) in enumerate(zip(questions, measured, strict=True)):
        for j, (key, found) in enumerate(zip(row.keys, row.signs, strict=True)):
            signs[i, j, [at[name] for name in found]] = list(found.values())
            wanted[i, j], there[i, j] = (1.0 if key in one.good else _FAIR if key in one.fair else 0.0), True
    wanted /= wanted.sum(1, keepdims=True)
    weights = np.zeros(len(names))
    for step in range(3000):
        z = np.where(there, signs @ weights, -np.inf)
        p = np.exp(z - z.max(1, keepdims=True))
        slope = np.einsum("qc,qcf->f", p / p.sum(1, keepdims=True) - wanted, signs) + _PULL * weights
        weights = np.maximum(0.0, weights - 2.0 / (1 + step / 300) / len(questions) * slope)
    return {name: round(float(value), 3) for name, value in zip(names, weights, strict=True) if value >= 0.001}


def counted(questions: Sequence[Judged], measured: Sequence[Rows], weights: dict[str, float]) -> tuple[int, int, int]:
    """How many get a good passage, how many one that is good or fair, and how many a good one first or beside it."""
    good = fair = told = 0
    for one, row in zip(questions, measured, strict=True):
        scores = np.array([sum(weights.get(name, 0.0) * value for name, value in signs.items()) for signs in row.signs])
        first, *others = (int(at) for at in np.argsort(-scores, kind="stable"))
        near = (row.keys[at] for at in others if scores[at] >= scores[first] - passage.NEARLY and row.keys[at] != "fix")
        key = row.keys[first]
        good += key in one.good
        fair += key in one.good or key in one.fair
        told += key in one.good or next(near, "") in one.good
    return good, fair, told


def told(found: Sequence[int]) -> str:
    """What `counted` gave, in words."""
    return "{} good, {} good or fair, {} good or with a good one beside,".format(*found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    pages = library.load()
    index = build(pages.values())
    questions = read("tune")
    measured = [rows(one, pages, index) for one in questions]
    left = [0, 0, 0]
    for at in range(_PARTS):
        out = range(at, len(questions), _PARTS)
        kept = [i for i in range(len(questions)) if i not in out]
        weights = fit([questions[i] for i in kept], [measured[i] for i in kept])
        found = counted([questions[i] for i in out], [measured[i] for i in out], weights)
        left = [sum(pair) for pair in zip(left, found, strict=True)]
    print(f"tune, each fifth left out: {told(left)} of {len(questions)}")
    weights = fit(questions, measured)
    for part in ("held", "natural"):
        for lang in ("zh", "en"):
            some = [one for one in read(part) if one.lang == lang]
            found = counted(some, [rows(one, pages, index) for one in some], weights)
            print(f"{part}, {lang}: {told(found)} of {len(some)}")
    if write:
        FILE.write_text(json.dumps(weights, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
