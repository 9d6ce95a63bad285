"""Whether a question is worded like one of this library's, or like what people ask elsewhere, by the words of both.

One more class beside the pages of `kb.ask.evidence`: its examples are the questions of `outside.txt`. It has no answer;
it only makes an answer less sure. A word that a user's own pages say is no stranger's any more, however often it is
asked elsewhere.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

from kb import beside
from kb.ask.evidence import Said, signs
from kb.noun import noun

TYPE_CHECKING = False
if TYPE_CHECKING:
    from kb.ask.rows import Table

FILE = "outside.txt"
_PRIOR = 3000.0  # how many signs of the library the questions elsewhere are taken to have as well (Dirichlet's mu)
_UNSEEN = 0.5  # how often a sign that no page says is taken to have been said


@noun(frozen=True)
class Elsewhere:
    """How often each sign is said in the questions of `outside.txt`, and how many they say in all."""

    times: Table[str, int]
    whole: int


def build() -> Elsewhere:
    """Count what is asked elsewhere."""
    lines = beside.text(__file__, FILE).splitlines()
    times = Counter(sign for line in lines if not line.startswith("#") for sign in signs(line))
    return Elsewhere(dict(times), times.total())


def ours(asked: Mapping[str, float], said: Said, elsewhere: Elsewhere) -> float:
    """How much likelier signs with these weights are here than elsewhere, in nats over the root of what they weigh.

    Divided by the whole, a long question would say no more than a short one; undivided, each more word as much as the
    first.
    """
    found = 0.0
    for sign, weight in asked.items():
        known = said.signs.get(sign)
        here = ((known.total if known else 0) + _UNSEEN) / (said.whole + _UNSEEN * said.kinds)
        there = ((elsewhere.times.get(sign) or 0) + _PRIOR * here) / (elsewhere.whole + _PRIOR)
        found += weight * math.log(here / there)
    return found / math.sqrt(max(1.0, sum(asked.values())))
