"""Fit the weights of `kb ask` on the tuning half of the questions; the other half is only reported on.

    python -m benchmarks.ask.tune          write kb/ask/weights.json and print what both halves say

The order of the candidates is a linear score fitted by softmax regression (the right entries against all others); the
probability is a logistic regression on the facts of the first candidate: right, or out of scope or wrong.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.ask.questions import Question, read
from benchmarks.ask.score import answered_at, area
from kb import library
from kb.ask import confidence, index, query, reply

FILE = Path(confidence.__file__).parent / "weights.json"
ORDER = ("bm25", "share", "covered", "core", "name", "held", "spelled", "error")
PROBABILITY = (
    "share",
    "matter",
    "covered",
    "core",
    "name",
    "held",
    "spelled",
    "error",
    "margin",
    "foreign",
    "novel",
    "mended",
    "stranger",
)
ALLOWED = 0.02  # false answers among the tuning questions out of scope; 3 % is promised
_LOWEST = 0.6  # the probability an answer needs at least, however well the tuning half is told apart
_PULL = 0.02  # how strongly weights are held near zero (L2)

Facts = list[tuple[str, dict[str, float]]]


def gathered(questions: Sequence[Question]) -> list[Facts]:
    """For each question the candidates in the present order with their facts."""
    whole = library.load()
    known = index.build(whole.values())
    found = []
    for one in questions:
        text, _ = reply.checked(one.text)
        ranked = reply.ranked(text, query.read(text, known), known)
        found.append([(known.ids[candidate.number], facts) for candidate, facts in ranked])
    return found


def fit_order(questions: Sequence[Question], facts: Sequence[Facts]) -> dict[str, float]:
    """Weights of the linear score, by gradient descent on the softmax likelihood of the right entries."""
    sets = []
    for one, rows in zip(questions, facts, strict=True):
        right = np.array([name in one.expected for name, _ in rows])
        if right.any() and not right.all():
            sets.append((np.array([[fact[key] for key in ORDER] for _, fact in rows]), right))
    scale = np.std(np.concatenate([rows for rows, _ in sets]), axis=0) + 1e-9
    weights = np.ones(len(ORDER)) * 0.5
    for step in range(3000):
        slope = _PULL * weights
        for rows, right in sets:
            z = rows / scale @ weights
            p = np.exp(z - z.max())
            good = p * right / (p * right).sum()
            slope -= (rows / scale).T @ (good - p / p.sum()) / len(sets)
        weights = np.maximum(0.0, weights - 0.5 / (1 + step / 500) * slope)
    fitted = weights / scale
    return {key: round(float(value), 4) for key, value in zip(ORDER, fitted, strict=True)}


def fit_probability(rows: np.ndarray, right: np.ndarray) -> dict[str, float]:
    """Weights and bias of the logistic regression."""
    mean, scale = rows.mean(0), rows.std(0) + 1e-9
    scaled = (rows - mean) / scale
    weights, bias = np.zeros(rows.shape[1]), 0.0
    for step in range(6000):
        p = 1 / (1 + np.exp(-(scaled @ weights + bias)))
        pace = 1.0 / (1 + step / 1000)
        weights -= pace * (scaled.T @ (p - right) / len(right) + _PULL * weights)
        bias -= pace * float((p - right).mean())
    plain = weights / scale
    fitted = {"bias": float(bias - plain @ mean)} | dict(zip(PROBABILITY, plain.tolist(), strict=True))
    return {key: round(value, 4) for key, value in fitted.items()}


def tops(facts: Sequence[Facts]) -> np.ndarray:
    """The facts of the first candidates; zeros where there is none."""
    return np.array([[rows[0][1][key] if rows else 0.0 for key in PROBABILITY] for rows in facts])


def main() -> None:
    questions = read(set(library.load()))
    tune = [one for one in questions if one.half == "tune"]
    order = fit_order(tune, gathered(tune))
    data = json.loads(FILE.read_text(encoding="utf-8")) | {"order": order}
    _write(data)
    facts = gathered(questions)
    right = np.array([bool(rows) and rows[0][0] in one.expected for one, rows in zip(questions, facts, strict=True)])
    half = np.array([one.half == "tune" for one in questions])
    scope = np.array([bool(one.expected) for one in questions])
    data["probability"] = fit_probability(tops(facts)[half], right[half].astype(float))
    _write(data)
    sure = np.array([confidence.probability(rows[0][1]) if rows else 0.0 for rows in facts])
    _, bound = answered_at(sure[half & scope].tolist(), sure[half & ~scope].tolist(), ALLOWED)
    data["answer"] = round(max(_LOWEST, bound + 0.01), 3)
    data["suggest"] = round(min(0.25, data["answer"] / 2), 3)
    _write(data)
    for name, part in (("tune", half), ("held", ~half)):
        inside, outside = sure[part & scope], sure[part & ~scope]
        print(
            f"{name}: {part.sum()} questions, R@1 {100 * right[part & scope].mean():.1f} %,"
            f" AUC {area(inside.tolist(), outside.tolist()):.4f},"
            f" answered {100 * (inside >= data['answer']).mean():.1f} %, of these right"
            f" {100 * right[part & scope][inside >= data['answer']].mean():.1f} %,"
            f" false answers {(outside >= data['answer']).sum()} of {len(outside)}"
        )


def _write(data: dict[str, object]) -> None:
    FILE.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    confidence.weights.cache_clear()


if __name__ == "__main__":
    main()
