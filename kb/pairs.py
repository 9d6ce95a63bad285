"""Of very many names, those that share the most pairs of letters with a word: only these are compared with it."""

from __future__ import annotations

from array import array
from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MANY = 10_000  # names; of fewer each is compared
COMPARED = 1_000
_COUNTED = 100_000  # holders of pairs, those of the rarest first; the commonest pairs tell the least
_MORE = 4  # times as many are looked at more closely
_LONGEST = 255  # pairs of a name that are counted


def pairs(key: str, words: str) -> set[str]:
    """The pairs of neighbouring letters of a name, written as one word and as several, its ends among them."""
    return {f"{a}{b}" for text in (f" {key} ", f" {words} ") for a, b in pairwise(text)}


def holders(keys: Sequence[str], words: Sequence[str]) -> tuple[dict[str, array[int]], bytes]:
    """For each pair the names that hold it, by their place in rising order; and how many pairs each name has."""
    found: dict[str, array[int]] = {}
    sizes = bytearray()
    for at, both in enumerate(zip(keys, words, strict=True)):
        own = pairs(*both)
        sizes.append(min(len(own), _LONGEST))
        for pair in own:
            found.setdefault(pair, array("I")).append(at)
    return found, bytes(sizes)


def nearest(holding: Iterable[array[int]], ours: int, sizes: bytes) -> list[int]:
    """The `COMPARED` names with the largest share of pairs in common (Dice), by their place in rising order.

    ``holding`` are the names that hold each of the ``ours`` pairs of a word, ``sizes`` how many each name has. The
    commonest pairs are left out once there are enough of others.
    """
    import heapq
    from collections import Counter

    shared: Counter[int] = Counter()
    counted = 0
    for names in sorted(holding, key=len):
        if counted + len(names) > _COUNTED and counted:
            break
        counted += len(names)
        shared.update(names)
    least, kept = 1, 0
    for times, names_with in sorted(Counter(shared.values()).items(), reverse=True):
        least, kept = times, kept + names_with
        if kept >= _MORE * COMPARED:
            break
    likely = [at for at, times in shared.items() if times >= least]
    return sorted(heapq.nlargest(COMPARED, likely, key=lambda at: shared[at] / (ours + sizes[at])))
