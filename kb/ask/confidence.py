"""How sure an answer is: the fitted weights put entries in order and turn what speaks for one into a probability."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache

from kb import beside
from kb.noun import noun

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@noun(frozen=True)
class First:
    """What is known of every entry at little cost, and how much each of it counts."""

    bm25: float
    evidence: float


def first(whole: float) -> First:
    """The weights by which candidates are chosen for a question that weighs ``whole``."""
    fitted = weights()["first"]
    return First(fitted["bm25"] + fitted["share"] / whole, fitted["evidence"])


def order(facts: Mapping[str, float]) -> float:
    """The score candidates are sorted by."""
    return float(sum(weight * facts[name] for name, weight in weights()["order"].items()))


def probability(facts: Mapping[str, float]) -> float:
    """How likely it is that the first candidate answers the question, in [0, 1]."""
    fitted = weights()["probability"]
    z = fitted["bias"] + sum(weight * facts[name] for name, weight in fitted.items() if name != "bias")
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


@cache
def weights() -> Any:
    """The weights `benchmarks/ask/tune.py` fitted on the tuning half of the questions."""
    return json.loads(beside.text(__file__, "weights.json"))
