"""Fit the weights of `kb ask` on the tuning half of the questions; no other is looked at.

    python -m benchmarks.ask.tune [--order]   write kb/ask/weights.json and print what came of it

How sure an answer is, is fitted anew; with ``--order`` the order of the candidates too, which is as good for a library
that has grown by a tenth.

The order of the candidates is a linear score fitted by softmax regression (the right entries against all others), on
the tuning half and on sentences left out of the pages (`left_out`); which candidates are measured at all is fitted in
the same way. The probability is a logistic regression on the facts of the first candidate: right, or out of scope or
wrong.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ask import left_out, noise
from benchmarks.ask.questions import Question, read
from benchmarks.ask.score import answered_at, area
from kb import library
from kb.ask import confidence, errors, index, query, rank, reply, traced
from kb.ask.index import Index

FILE = Path(confidence.__file__).parent / "weights.json"
FIRST = ("bm25", "share", "evidence")
ORDER = (*FIRST, "covered", "core", "name", "asked", "several", "held", "spelled", "error")
PROBABILITY = (
    "likelier",
    "words",
    "share",
    "matter",
    "covered",
    "core",
    "name",
    "asked",
    "several",
    "held",
    "spelled",
    "error",
    "margin",
    "foreign",
    "novel",
    "mended",
    "unquoted",
    "ours",
)
ALLOWED = 0.03  # false answers among the tuning questions out of scope, which are harder than others, as is promised
_OFFERED = 0.1  # and of these, those to which a few pages are offered
_LOWEST = 0.5  # an answer has to be likelier right than not, however well the tuning half is told apart
_WRONG = 0.3  # how much a question in scope with the wrong page first counts, beside one out of scope
_LEFT_OUT = 0.4  # how much all sentences left out of their pages count together, beside all questions somebody asked
_DRAWS = 2  # times each question is spoilt by a slip, a homophone and the like,
_SPOILT = 0.6  # and how much these draws of one in scope count together
_SET = {"error": 3.0}  # too few questions are messages that fit a template nearly for this to be fitted
_PULL, _LOOSE = 0.02, 0.003  # how strongly weights are held near zero (L2): of the order, and of the probability

Facts = list[tuple[rank.Candidate, dict[str, float]]]


def named() -> list[Question]:
    """A question for each title in both languages: who asks for a page by its name must get it, and surely."""
    pages = library.load()
    found = [Question("en", f"what is {page.title}", (name,), "tune") for name, page in pages.items()]
    return found + [Question("zh", f"{page.zh.title}是什么", (name,), "tune") for name, page in pages.items()]


def doubled(questions: Sequence[Question]) -> list[Question]:
    """Questions out of scope, each with the next of its language: else only short ones would be known to be that."""
    found = []
    for lang, comma in (("en", ", "), ("zh", "，")):
        outside = [one for one in questions if not one.expected and one.lang == lang and one.half == "tune"]
        following = [*outside[1:], *outside[:1]]
        found += [
            Question(lang, one.text + comma + other.text, (), "doubled")
            for one, other in zip(outside, following, strict=True)
        ]
    return found


def ranked(question: Question, known: Index) -> bool:
    """Whether it is answered by this ranking, and not as a message that no page has, by `kb.ask.nearest`."""
    return not traced.was_printed(question.text) or bool(errors.recognise(question.text, known.errors))


def gathered(questions: Sequence[Question], known: Index) -> list[Facts]:
    """For each question the candidates in the present order with their facts."""
    texts = [reply.checked(one.text)[0] for one in questions]
    return [reply.ranked(text, query.read(text, known), known) for text in texts]


def fit_order(
    names: Sequence[str],
    rows: Sequence[Sequence[tuple[Any, Mapping[str, float]]]],
    right: Sequence[np.ndarray],
    counts: np.ndarray,
) -> dict[str, float]:
    """Weights, none below zero or what is `_SET`, of the linear score of these facts by softmax regression.

    ``right`` tells for each question which of its candidates are, ``counts`` how much the question counts.
    """
    use = [i for i, marks in enumerate(right) if marks.any() and not marks.all()]
    shape = len(use), max(len(right[i]) for i in use)
    facts, marks, there = np.zeros((*shape, len(names))), np.zeros(shape, bool), np.zeros(shape, bool)
    for place, i in enumerate(use):
        own = np.array([[fact[name] for name in names] for _, fact in rows[i]])
        facts[place, : len(own)] = own - own.mean(0)
        marks[place, : len(own)], there[place, : len(own)] = right[i], True
    scale = np.sqrt((facts[there] ** 2).mean(0)) + 1e-9
    facts, counts = facts / scale, counts[use] / counts[use].sum()
    least = np.array([_SET.get(name, 0.0) for name in names]) * scale
    weights = np.maximum(least, 0.3)
    for step in range(1500):
        z = np.where(there, facts @ weights, -np.inf)
        p = np.exp(z - z.max(1, keepdims=True))
        good = p * marks / (p * marks).sum(1, keepdims=True)
        slope = np.einsum("qc,qcf,q->f", p / p.sum(1, keepdims=True) - good, facts, counts) + _PULL / 20 * weights
        weights = np.maximum(least, weights - 1.0 / (1 + step / 500) * slope)
    return {name: round(float(value), 4) for name, value in zip(names, weights / scale, strict=True)}


def fit_logistic(names: Sequence[str], rows: np.ndarray, right: np.ndarray, counts: np.ndarray) -> dict[str, float]:
    """Weights of these facts and bias of the logistic regression; ``counts`` is how much each row counts."""
    mean, scale = rows.mean(0), rows.std(0) + 1e-9
    scaled = (rows - mean) / scale
    weights, bias = np.zeros(rows.shape[1]), 0.0
    for step in range(6000):
        p = 1 / (1 + np.exp(-(scaled @ weights + bias)))
        pace = 1.0 / (1 + step / 1000)
        weights -= pace * (scaled.T @ (counts * (p - right)) / counts.sum() + _LOOSE * weights)
        bias -= pace * float(counts @ (p - right) / counts.sum())
    plain = weights / scale
    fitted = {"bias": float(bias - plain @ mean)} | dict(zip(names, plain.tolist(), strict=True))
    return {key: round(value, 4) for key, value in fitted.items()}


def orders(tune: Sequence[Question], known: Index) -> dict[str, dict[str, float]]:
    """The weights by which candidates are chosen, and those by which they are put in order."""
    kept, asked = left_out.split(library.load().values(), 0)
    rows = gathered(tune, known) + gathered(asked, without := index.build(kept))
    whole = [(one, known) for one in tune] + [(one, without) for one in asked]
    right = [
        np.array([own.ids[candidate.number] in one.expected for candidate, _ in row], bool)
        for (one, own), row in zip(whole, rows, strict=True)
    ]
    counts = np.array([1 / len(tune)] * len(tune) + [_LEFT_OUT / len(asked)] * len(asked))
    return {"first": fit_order(FIRST, rows, right, counts), "order": fit_order(ORDER, rows, right, counts)}


def tops(facts: Sequence[Facts]) -> np.ndarray:
    """The facts of the first candidates; zeros where there is none."""
    return np.array([[rows[0][1][key] if rows else 0.0 for key in PROBABILITY] for rows in facts])


def main() -> None:
    known = index.build(library.load().values())
    tune = [one for one in read(set(library.load())) if one.half == "tune" and ranked(one, known)]
    data = json.loads(FILE.read_text(encoding="utf-8"))
    for _ in range(2 * ("--order" in sys.argv[1:])):  # the first fit decides which candidates the second chooses from
        data |= orders([one for one in tune if one.expected], known)
        _write(data)
    typed = [one for seed in range(_DRAWS) for one in noise.spoilt(tune, seed)]
    questions = [*tune, *named(), *doubled(tune), *typed]
    spoilt = [(_SPOILT if one.expected else 1.0) / _DRAWS for one in typed]
    counts = np.array([1.0] * (len(questions) - len(typed)) + spoilt)
    facts = gathered(questions, known)
    right = np.array(
        [
            bool(rows) and known.ids[rows[0][0].number] in one.expected
            for one, rows in zip(questions, facts, strict=True)
        ]
    )
    scope = np.array([bool(one.expected) for one in questions])
    data["probability"] = fit_logistic(
        PROBABILITY, tops(facts), right.astype(float), counts * np.where(scope & ~right, _WRONG, 1.0)
    )
    _write(data)
    sure = np.array(
        [
            reply.certainty(reply.checked(one.text)[0], *rows[0], known) if rows else 0.0
            for one, rows in zip(questions, facts, strict=True)
        ]
    )[: len(tune)]
    right, scope = right[: len(tune)], scope[: len(tune)]
    inside, outside = sure[scope], sure[~scope]
    _, bound = answered_at(inside.tolist(), outside.tolist(), ALLOWED)
    data["answer"] = round(max(_LOWEST, bound + 0.01), 3)
    _, bound = answered_at(inside.tolist(), outside.tolist(), _OFFERED)
    data["suggest"] = round(min(bound + 0.01, data["answer"]), 3)
    _write(data)
    print(
        f"{len(tune)} questions, R@1 {100 * right[scope].mean():.1f} %,"
        f" AUC {area(inside.tolist(), outside.tolist()):.4f},"
        f" answered {100 * (inside >= data['answer']).mean():.1f} %, of these right"
        f" {100 * right[scope][inside >= data['answer']].mean():.1f} %,"
        f" false answers {(outside >= data['answer']).sum()} of {len(outside)}"
    )


def _write(data: dict[str, object]) -> None:
    FILE.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    confidence.weights.cache_clear()


if __name__ == "__main__":
    main()
