"""Lists of lists: the losses of every batch, epoch by epoch, are one curve."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from diagnose.tables.evidence import names_curve
from diagnose.tables.naming import LOSSES, words
from diagnose.tables.points import is_number
from kb.text import Text

DEEP = 8  # levels of nesting a curve's name may have
PARTS = 4  # numbers in each list up to which they may be the parts of a loss rather than batches
IN_TURN = Text(
    "lists within a list are read one after another, as the batches of one epoch after the other",
    "列表中的列表按顺序首尾相接读取，视为逐轮的各个 batch",
)


def unnested(document: Any, name: str, said: list[Text]) -> Any:
    """The document with every such list as a plain one; ``name`` is what a list without a name is called.

    Nothing but lists of lists of numbers is touched, under names of losses.
    """
    if isinstance(document, list):
        found = by_batch(document, name)
        said += [IN_TURN] * (found is not None)
        return document if found is None else found
    return _inside(document, said, 0) if isinstance(document, dict) else document


def by_batch(values: Sequence[Any], name: str) -> list[Any] | None:
    """The numbers of a list that holds a list of more than `PARTS` losses for each epoch; None of any other."""
    named = names_curve(name) and not LOSSES.isdisjoint(words(name))
    if not named or len(values) < 2 or _are_points(values):
        return None
    if not all(isinstance(one, list | tuple) and one and all(map(is_number, one)) for one in values):
        return None
    widths = {len(one) for one in values}
    return [number for one in values for number in one] if len(widths) > 1 or max(widths) > PARTS else None


def _are_points(values: Sequence[Any]) -> bool:
    """Whether a list may be one of pairs or triples (a step or a time first), which others read."""
    if not all(isinstance(one, list) and len(one) in (2, 3) and is_number(one[0]) for one in values):
        return False
    return all(before[0] < one[0] for before, one in itertools.pairwise(values))


def _inside(document: Mapping[str, Any], said: list[Text], depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, one in document.items():
        flat = by_batch(one, str(name)) if isinstance(one, list) and one and isinstance(one[0], list) else None
        if isinstance(one, dict) and depth < DEEP:
            found[name] = _inside(one, said, depth + 1)
        else:
            found[name] = one if flat is None else flat
        if flat is not None and IN_TURN not in said:
            said.append(IN_TURN)
    return found
